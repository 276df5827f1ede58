import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** The second implementation must not share a mistake with the first one, so it shares no code with it. */
describe("the reference side", () => {
  for (const folder of ["reference", "reference/rc", "bfm", "scoreboard", "traffic", "capture"]) {
    it(`sim/${folder} imports nothing from the generator`, () => {
      const url = new URL(`../${folder}/`, import.meta.url);
      const files = readdirSync(url).filter((name) => name.endsWith(".ts"));
      expect(files.length).toBeGreaterThan(0);
      for (const name of files) {
        const text = readFileSync(new URL(name, url), "utf8");
        const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
        for (const path of imported) expect(path, name).not.toMatch(/generator|\/(build|driver)\//);
      }
    });
  }
});
