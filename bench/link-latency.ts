import type { LinkDesign } from "../generator/design/link.ts";
import { designOf, type Model, openDesign } from "../sim/index.ts";
import { LinkPair, loadPhase, runPhases } from "../sim/run/index.ts";

/** Cycles of one port, cut-through and unloaded, for one size of packet. */
export interface PortLatency {
  readonly payloadBytes: number;
  /** From the transfer of a packet's first beat on p0_tx to the cycle in which its start column goes onto the wire. */
  readonly streamToMii: number;
  /** From the cycle in which a start column arrives on mii_rxd to the first cycle of p0_rx_tvalid. */
  readonly miiToStream: number;
  /** From the first to the last, over the cable. */
  readonly total: number;
}

const startCharacter = 0xfb;
const dataKind = 0x55;

/** Notes the cycles in which the four things happen for the first time, by looking at the ports before each edge. */
class Stopwatch {
  taken = -1;
  sent = -1;
  arrived = -1;
  offered = -1;

  watchSender(model: Model): () => void {
    const valid = model.port("p0_tx_tvalid");
    const ready = model.port("p0_tx_tready");
    const wire = model.port("p0_mii_tx_ready");
    const [data, flags] = [model.port("p0_mii_txd").bytes, model.port("p0_mii_txc").bytes];
    return () => {
      const { cycle } = model;
      if (this.taken < 0 && valid.get() !== 0 && ready.get() !== 0) this.taken = cycle;
      if (this.taken >= 0 && this.sent < 0 && wire.get() !== 0 && holdsStart(data, flags)) this.sent = cycle;
    };
  }

  watchReceiver(model: Model): () => void {
    const valid = model.port("p0_rx_tvalid");
    const wire = model.port("p0_mii_rx_valid");
    const [data, flags] = [model.port("p0_mii_rxd").bytes, model.port("p0_mii_rxc").bytes];
    return () => {
      const { cycle } = model;
      if (this.sent >= 0 && this.arrived < 0 && wire.get() !== 0 && holdsStart(data, flags))
        this.arrived = cycle;
      if (this.arrived >= 0 && this.offered < 0 && valid.get() !== 0) this.offered = cycle;
    };
  }
}

/** Whether a start column of a data packet stands in the beat. */
function holdsStart(data: Uint8Array, flags: Uint8Array): boolean {
  for (let column = 0; column < flags.length; column++) {
    const at = 8 * column;
    if (flags[column] === 1 && data[at] === startCharacter && data[at + 4] === dataKind) return true;
  }
  return false;
}

/** Sends one packet over an idle link and reads the stopwatch; the wire takes a beat in every cycle. */
export async function portLatency(design: LinkDesign, payloadBytes: number): Promise<PortLatency> {
  const models = [await openDesign(design, undefined), await openDesign(design, undefined)] as const;
  const pair = new LinkPair(design, models, { seed: 1 });
  try {
    await runPhases(pair, [{ name: "idle", title: "", traffic: { kind: "idle" }, cycles: 2000 }]);
    const watch = new Stopwatch();
    beforeEachStep(models[0], watch.watchSender(models[0]));
    beforeEachStep(models[1], watch.watchReceiver(models[1]));
    await runPhases(pair, [loadPhase(design, { payloadBytes, packets: 1, vls: [0] })]);
    const { taken, sent, arrived, offered } = watch;
    return {
      payloadBytes,
      streamToMii: sent - taken,
      miiToStream: offered - arrived,
      total: offered - taken,
    };
  } finally {
    pair.close();
  }
}

/** Calls `look` before each clock edge of a model. */
export function beforeEachStep(model: Model, look: () => void): void {
  const step = model.step.bind(model);
  model.step = (count = 1) => {
    for (let i = 0; i < count; i++) {
      look();
      step();
    }
  };
}

/** The shortest of several packets: now and then a control set or a pause of the wire stands in the way. */
export async function bestLatency(
  description: Parameters<typeof designOf>[0],
): Promise<readonly PortLatency[]> {
  const design = await designOf(description);
  const found: PortLatency[] = [];
  for (const payloadBytes of [0, 256, Math.min(4096, design.mtuBytes)])
    found.push(await portLatency(design, payloadBytes));
  return found;
}
