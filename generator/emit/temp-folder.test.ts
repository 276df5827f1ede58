import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let base = "";

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "lanewright-temp-"));
});

afterEach(() => rmSync(base, { recursive: true }));

describe("a process that is told to stop", () => {
  it("leaves no temporary folder", () => {
    const script = `
      import { makeTempFolder } from ${JSON.stringify(fileURLToPath(new URL("temp-folder.ts", import.meta.url)))};
      const path = makeTempFolder(${JSON.stringify(base)}, ".new-");
      (await import("node:fs")).writeFileSync(path + "/x", "");
      setTimeout(() => {}, 60_000);
      process.kill(process.pid, "SIGINT");`;
    const root = fileURLToPath(new URL("../../", import.meta.url));
    const arguments_ = ["--import", "tsx", "--input-type=module", "-e", script];
    expect(() => execFileSync(process.execPath, arguments_, { cwd: root, stdio: "pipe" })).toThrow(
      expect.objectContaining({ signal: "SIGINT" }),
    );
    expect(readdirSync(base)).toEqual([]);
  });
});
