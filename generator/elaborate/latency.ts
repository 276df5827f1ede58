import type { LatencyStage, LinkDesign } from "../design/link.ts";

type Stage = Omit<LatencyStage, "ns">;

/** Pipeline stages of each direction in the order a packet meets them, unloaded link, cut-through. */
export const latencyStages: Readonly<Record<"tx" | "txIcrc" | "rx" | "rxIcrc", readonly Stage[]>> = {
  tx: [
    { module: "tx_queue", what: "register the packet stream", cycles: 1 },
    { module: "vl_tx_buffer", what: "write into the lane's queue", cycles: 1 },
    { module: "vl_arbiter", what: "choose the lane", cycles: 1 },
    { module: "vl_tx_buffer", what: "read the queue", cycles: 1 },
    { module: "vcrc_gen", what: "compute and append the VCRC", cycles: 3 },
    { module: "mac_tx", what: "frame into columns", cycles: 1 },
  ],
  txIcrc: [{ module: "icrc_tx", what: "compute and append the ICRC", cycles: 3 }],
  rx: [
    { module: "mac_rx", what: "register the MII", cycles: 1 },
    { module: "mac_rx", what: "take out control columns", cycles: 1 },
    { module: "mac_rx", what: "align to a beat, which the next MII beat completes", cycles: 2 },
    { module: "vcrc_check", what: "check the VCRC", cycles: 2 },
    { module: "llr_rx", what: "judge the frame, write into the lane's buffer", cycles: 1 },
    { module: "vl_rx_buffer", what: "read the buffer", cycles: 1 },
  ],
  rxIcrc: [
    { module: "icrc_rx", what: "check the ICRC", cycles: 2 },
    { module: "icrc_rx", what: "strip it: hold a beat until the next one is known", cycles: 1 },
  ],
};

export function sumCycles(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.cycles, 0);
}

/** The stages of a device with their time in ns at its clock. The ICRC stages stand where the packet meets them. */
export function latencyBudget(link: Pick<LinkDesign, "clockMHz" | "icrc">): LinkDesign["latencyBudget"] {
  const { tx, txIcrc, rx, rxIcrc } = latencyStages;
  const timed = (stages: readonly Stage[]): LatencyStage[] =>
    stages.map((stage) => ({ ...stage, ns: (stage.cycles * 1000) / link.clockMHz }));
  if (link.icrc === "pass") return { tx: timed(tx), rx: timed(rx) };
  const before = tx.findIndex((stage) => stage.module === "vl_tx_buffer");
  return {
    tx: timed([...tx.slice(0, before), ...txIcrc, ...tx.slice(before)]),
    rx: timed([...rx, ...rxIcrc]),
  };
}
