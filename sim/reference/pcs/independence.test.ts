import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

describe("the reference model of the PCS", () => {
  it("imports nothing from the generator", () => {
    const url = new URL("./", import.meta.url);
    for (const name of readdirSync(url).filter((one) => one.endsWith(".ts"))) {
      const text = readFileSync(new URL(name, url), "utf8");
      const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
      for (const path of imported) expect(path, name).not.toMatch(/generator|\/(build|driver)\//);
    }
  });
});
