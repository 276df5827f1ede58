import { describe, expect, it } from "vitest";
import { elaborate } from "../elaborate/elaborate.ts";
import { renderTemplate } from "../render/index.ts";
import { registerHeaderView, registerTableView } from "./register-docs.ts";

const design = elaborate({
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

describe("documents of the registers", () => {
  it("make the Markdown table of the golden file", async () => {
    const text = renderTemplate("deliverables/registers.md.hbs", registerTableView(design));
    await expect(text).toMatchFileSnapshot("../../test/golden/registers/registers.md");
  });

  it("make the C header of the golden file", async () => {
    const text = renderTemplate("deliverables/regs.h.hbs", registerHeaderView(design));
    await expect(text).toMatchFileSnapshot("../../test/golden/registers/link_small_regs.h");
  });

  it("have table rows of as many cells as their head", () => {
    const text = renderTemplate("deliverables/registers.md.hbs", registerTableView(design));
    let cells = 0;
    for (const line of text.split("\n")) {
      const count = line.startsWith("|") ? line.replaceAll("\\|", "").split("|").length : 0;
      if (cells !== 0 && count !== 0) expect(count, line).toBe(cells);
      cells = count;
    }
  });

  it("keep the header in ASCII", () => {
    const text = renderTemplate("deliverables/regs.h.hbs", registerHeaderView(design));
    expect([...text].every((character) => character.charCodeAt(0) < 128)).toBe(true);
  });
});
