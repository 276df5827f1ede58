/** The MAC's modules alone, as models. */
import type { LinkDesign } from "../../generator/design/link.ts";
import { elaborate } from "../../generator/elaborate/index.ts";
import { macRxAlignView, macRxView } from "../../generator/views/mac-rx.ts";
import { macTxView } from "../../generator/views/mac-tx.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { buildModules, type RtlModule } from "./build.ts";

/** `macTx`: register stages in front of the alignment of `mac_tx`. */
export function macDesign(datapathBits: number, macTx = 1): LinkDesign {
  const rateGbps = { 64: 10, 128: 40, 256: 100, 512: 200 }[datapathBits] ?? 400;
  return elaborate({
    kind: "link",
    name: `mac${datapathBits}`,
    clockMHz: 402.83,
    datapathBits: datapathBits as 64,
    rateGbps,
    mtuBytes: 4096,
    cableMeters: 30,
    pipeline: { macTx },
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

async function open(modules: readonly RtlModule[]): Promise<Model> {
  return openModel(await buildModules(modules[0]!.name, modules));
}
