/** The MAC's modules alone, as models. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LinkDesign } from "../../generator/design/link.ts";
import { elaborate } from "../../generator/elaborate/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import type { View } from "../../generator/render/view.ts";
import { macRxAlignView, macRxView } from "../../generator/views/mac-rx.ts";
import { macTxView } from "../../generator/views/mac-tx.ts";
import { buildModel } from "../../sim/build/index.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";

/** Widths that the benches run at; `LANEWRIGHT_WIDTHS=128,512,2048` asks for others. */
export const macWidths = (process.env.LANEWRIGHT_WIDTHS ?? "64,256,1024").split(",").map(Number);

export function macDesign(datapathBits: number): LinkDesign {
  const rateGbps = { 64: 10, 128: 40, 256: 100, 512: 200 }[datapathBits] ?? 400;
  return elaborate({
    kind: "link",
    name: `mac${datapathBits}`,
    clockMHz: 402.83,
    datapathBits: datapathBits as 64,
    rateGbps,
    mtuBytes: 4096,
    cableMeters: 30,
    virtualLanes: { data: 1 },
  });
}

export async function openMacTx(design: LinkDesign): Promise<Model> {
  const view = macTxView(design);
  return await open([{ name: String(view.module), template: "mac/mac_tx.v.hbs", view }]);
}

export async function openMacRx(design: LinkDesign): Promise<Model> {
  const [rx, align] = [macRxView(design), macRxAlignView(design)];
  return await open([
    { name: String(rx.module), template: "mac/mac_rx.v.hbs", view: rx },
    { name: String(align.module), template: "mac/mac_rx_align.v.hbs", view: align },
  ]);
}

interface Module {
  readonly name: string;
  readonly template: string;
  readonly view: View;
}

/**
 * Builds the modules, the first one as the top. A bench is shown to be able to fail by
 * `LANEWRIGHT_BREAK="text=>other text"`, which changes the first place where `text` stands.
 */
async function open(modules: readonly Module[]): Promise<Model> {
  const [from = "", to = ""] = (process.env.LANEWRIGHT_BREAK ?? "").split("=>");
  const folder = mkdtempSync(join(tmpdir(), "lanewright-mac-"));
  try {
    const files = modules.map(({ name, template, view }) => {
      const path = join(folder, `${name}.v`);
      const text = renderTemplate(template, view);
      writeFileSync(path, from === "" ? text : text.replace(from, () => to));
      return path;
    });
    return openModel(await buildModel({ files, top: modules[0]!.name }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
