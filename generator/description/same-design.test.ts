import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspect } from "../check/index.ts";
import { elaborate } from "../elaborate/index.ts";
import { loadDescription } from "./load.ts";

const examples = fileURLToPath(new URL("../../examples", import.meta.url));
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lanewright-same-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the same device in TypeScript and in JSON", () => {
  it.each(readdirSync(examples).filter((name) => /\.(?:ts|json)$/u.test(name)))(
    "%s gives the same design either way, and no problems",
    async (name) => {
      const description = await loadDescription(join(examples, name));
      expect(inspect(description).diagnostics.filter((one) => one.severity === "error")).toEqual([]);
      const { kind, ...rest } = description;
      const json = join(folder, `${name}.json`);
      const script = join(folder, `${name}.ts`);
      writeFileSync(json, JSON.stringify({ kind, ...rest }));
      const define = { link: "defineLink", switch: "defineSwitch", nic: "defineNic" }[kind];
      const call = `${define}(${JSON.stringify(rest, null, 2)})`;
      writeFileSync(script, `import { ${define} } from "lanewright";\nexport default ${call};\n`);
      const text = JSON.stringify(elaborate(description));
      expect(JSON.stringify(elaborate(await loadDescription(json)))).toBe(text);
      expect(JSON.stringify(elaborate(await loadDescription(script)))).toBe(text);
    },
  );
});
