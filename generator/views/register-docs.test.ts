import { describe, expect, it } from "vitest";
import type { AnyDesign } from "../design/switch.ts";
import { elaborate, elaborateSwitch } from "../elaborate/index.ts";
import { renderTemplate } from "../render/index.ts";
import { registerDocuments } from "./register-docs.ts";

const link = elaborate({
  kind: "link",
  name: "link_small",
  clockMHz: 402.83,
  datapathBits: 256,
  rateGbps: 100,
  mtuBytes: 2048,
  cableMeters: 3,
  virtualLanes: {
    data: 2,
    arbitration: { high: [{ vl: 1, weight: 16 }], low: [{ vl: 0, weight: 64 }], highLimit: 4 },
  },
  derived: { counterBits: 48 },
});

const device = elaborateSwitch({
  kind: "switch",
  name: "switch_small",
  clockMHz: 402.83,
  datapathBits: 256,
  mtuBytes: 2048,
  ports: { count: 4, rateGbps: 100, cableMeters: 3 },
  virtualLanes: { data: 2 },
  memoryProtection: "secded",
});

/** Text of the document of a design whose path ends like this. */
function textOf(design: AnyDesign, ending: string): string {
  const document = registerDocuments(design).find(({ path }) => path.endsWith(ending));
  if (document === undefined) throw new RangeError(`no document ends in ${ending}`);
  return renderTemplate(document.template, document.view);
}

describe.each([link, device])("documents of the registers of $name", (design) => {
  it.each([".md", ".rdl", ".h"])("make the golden file: %s", async (ending) => {
    const name = { ".md": "registers.md", ".rdl": "registers.rdl", ".h": `${design.name}_regs.h` }[ending]!;
    const folder = design.kind === "link" ? "registers" : "switch-registers";
    await expect(textOf(design, ending)).toMatchFileSnapshot(`../../test/golden/${folder}/${name}`);
  });

  it("have table rows of as many cells as their head", () => {
    let cells = 0;
    for (const line of textOf(design, ".md").split("\n")) {
      const count = line.startsWith("|") ? line.replaceAll("\\|", "").split("|").length : 0;
      if (cells !== 0 && count !== 0) expect(count, line).toBe(cells);
      cells = count;
    }
  });

  it.each([".rdl", ".h"])("keep what compilers read in ASCII: %s", (ending) => {
    expect([...textOf(design, ending)].every((character) => character.charCodeAt(0) < 128)).toBe(true);
  });
});
