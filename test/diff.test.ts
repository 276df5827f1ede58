import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** `lanewright diff` as a user calls it: what it prints, and how it ends. */
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lanewright-diff-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  const link = { kind: "link", name: "lk", clockMHz: 200, datapathBits: 64, rateGbps: 10, mtuBytes: 256 };
  for (const [name, cableMeters] of [
    ["a", 2],
    ["b", 100],
  ] as const) {
    const text = JSON.stringify({ ...link, cableMeters, virtualLanes: { data: 1 } });
    writeFileSync(join(folder, `${name}.json`), text);
  }
});

function diff(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const call = [join(root, "bin/lanewright.mjs"), "diff", ...args];
    execFile(process.execPath, call, { cwd: folder, maxBuffer: 2 ** 24 }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
    });
  });
}

describe("lanewright diff", () => {
  it("ends with 0 and a line where nothing differs", async () => {
    const { code, out, err } = await diff("a.json", "a.json");
    expect([code, out, err]).toEqual([0, "a.json and a.json are the same device.\n", ""]);
  });

  it("ends with 1 and tables where something does, without colours in a pipe", async () => {
    const { code, out, err } = await diff("a.json", "b.json");
    expect([code, err]).toEqual([1, ""]);
    expect(out).toMatch(/│ ~ cableMeters +│ 2 +│ 100 +│/u);
    expect(out).toMatch(/│ ~ cableNs +│ 10 ns +│ 500 ns +│/u);
    expect(out).toMatch(/│ {3}nsPerMeter \* cableMeters/u);
    expect(out).toMatch(/│ {3}cableMeters 2 -> 100/u);
    expect(out).toMatch(
      /Differ: 1 setting, \d+ derived numbers, \d+ registers, \d+ files\. No difference in ports\.\n$/u,
    );
    expect(out).not.toContain(String.fromCharCode(27));
  });

  it("gives the same as JSON", async () => {
    const { code, out } = await diff("a.json", "b.json", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      a: { path: "a.json", kind: "link", name: "lk" },
      same: false,
      settings: [{ what: "cableMeters", a: "2", b: "100" }],
      ports: [],
    });
  });

  it("ends with 2 where a side cannot be read", async () => {
    const { code, out } = await diff("a.json", ".", "--json");
    expect([code, JSON.parse(out).diagnostics[0].code]).toEqual([2, "LW_DIFF_FOLDER"]);
  });
});
