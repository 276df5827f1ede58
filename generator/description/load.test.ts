import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LanewrightError } from "../diagnostics.ts";
import { originOf } from "../dsl/origin.ts";
import { loadDescription } from "./load.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lanewright-load-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const body = `{
  name: "uplink", clockMHz: 402.83, datapathBits: 1024, rateGbps: 400, mtuBytes: 4096, cableMeters: 30,
  virtualLanes: { data: 2 },
}`;

async function codesOf(path: string): Promise<readonly string[]> {
  try {
    await loadDescription(path, { timeoutMs: 4000 });
  } catch (error) {
    if (error instanceof LanewrightError) return error.diagnostics.map((one) => one.code);
    throw error;
  }
  return [];
}

describe("loadDescription", () => {
  it("takes TypeScript from any folder, whatever its package.json says", async () => {
    const text = `import { defineLink } from "lanewright";\nexport default defineLink(${body});\n`;
    const description = await loadDescription(file("plain.ts", text));
    expect(description).toMatchObject({ kind: "link", name: "uplink", clockMHz: 402.83 });
  });

  it("takes a description that is put together from several files", async () => {
    file("lanes.ts", "export const virtualLanes: { data: number } = { data: 3 };\n");
    const text = `import { defineLink } from "lanewright";
import { virtualLanes } from "./lanes.ts";
const common = ${body} as const;
export default defineLink({ ...common, virtualLanes });
`;
    const description = await loadDescription(file("parts.ts", text));
    expect(description.virtualLanes).toEqual({ data: 3 });
    expect(originOf(description)?.locate(["rateGbps"], "key")).toMatchObject({ line: 4, column: 57 });
  });

  it("points at values in arrays, and at the nearest thing that is there", async () => {
    const text = `import { defineLink } from "lanewright";
export default defineLink({
  virtualLanes: { data: 2, arbitration: { low: [{ vl: 0, weight: 1 }, { vl: 7, weight: 1 }] } },
} as never);
`;
    const origin = originOf(await loadDescription(file("array.ts", text)));
    const path = ["virtualLanes", "arbitration", "low", 1, "vl"];
    expect(origin?.locate(path, "value")).toMatchObject({ line: 3, column: 77 });
    expect(origin?.locate(["virtualLanes", "arbitration", "high"], "value")).toMatchObject({
      line: 3,
      column: 41,
    });
    expect(origin?.locate(["mtuBytes"], "value")).toMatchObject({ line: 2, column: 27 });
  });

  it("takes plain objects, functions and circles without breaking off", async () => {
    const text = `const self = { kind: "link", name: () => 1 };\nexport default Object.assign(self, { self });\n`;
    expect(await loadDescription(file("odd.ts", text))).toEqual({
      kind: "link",
      name: "[function]",
      self: "[circular]",
    });
  });

  it("ends a description that waits for ever, ends its process, or takes all memory", async () => {
    expect(await codesOf(file("wait.ts", "await new Promise(() => {});\nexport default 1;\n"))).toEqual([
      "LW_DESCRIPTION_TIMEOUT",
    ]);
    expect(await codesOf(file("exit.ts", "process.exit(3);\n"))).toEqual(["LW_DESCRIPTION_THROWS"]);
    const greedy = "const all: unknown[] = [];\nfor (;;) all.push(new Array(1e6).fill(all.length));\n";
    const [code] = await codesOf(file("greedy.ts", greedy));
    expect(["LW_DESCRIPTION_THROWS", "LW_DESCRIPTION_TIMEOUT"]).toContain(code);
  });

  it("does not take standard output away from the command", async () => {
    const text = `console.log("noise");\nexport default { kind: "link" };\n`;
    const write = process.stdout.write;
    const seen: unknown[] = [];
    process.stdout.write = (chunk: unknown) => seen.push(chunk) > 0;
    try {
      await loadDescription(file("noise.ts", text));
    } finally {
      process.stdout.write = write;
    }
    expect(seen).toEqual([]);
  });

  it("points at syntax errors, in TypeScript and in JavaScript", async () => {
    for (const name of ["syntax.ts", "syntax.mjs"]) {
      const loading = loadDescription(file(name, "const fine = 1;\nexport default { name: , };\n"));
      const at = { file: join(folder, name), line: 2, column: 24 };
      await expect(loading).rejects.toMatchObject({ diagnostics: [{ code: "LW_DESCRIPTION_SYNTAX", at }] });
    }
  });

  it("says so when a file cannot be read", async () => {
    const path = join(folder, "circle.json");
    symlinkSync(path, path);
    expect(await codesOf(path)).toEqual(["LW_FILE_UNREADABLE"]);
  });

  it("takes JSON with a byte order mark", async () => {
    expect(await loadDescription(file("bom.json", '\uFEFF{ "kind": "link" }'))).toEqual({ kind: "link" });
  });
});
