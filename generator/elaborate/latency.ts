import type { LatencyStage, LinkDesign, LinkPipeline } from "../design/link.ts";
import type { SwitchPipeline } from "../design/switch.ts";

type Stage = Omit<LatencyStage, "ns">;

/** Pipeline stages of each direction in the order a packet meets them, unloaded link, cut-through. */
export const latencyStages: Readonly<
  Record<"tx" | "txIcrc" | "rx" | "rxIcrc" | "switchRx" | "switchTx", readonly Stage[]>
> = {
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
  switchRx: [
    { module: "mac_rx", what: "register the MII", cycles: 1 },
    { module: "mac_rx", what: "take out control columns", cycles: 1 },
    { module: "mac_rx", what: "align to a beat, which the next MII beat completes", cycles: 2 },
    { module: "vcrc_check", what: "check the VCRC", cycles: 2 },
    {
      module: "llr_rx",
      what: "judge the frame, write into the packet buffer; read the forwarding table",
      cycles: 1,
    },
  ],
  switchTx: [
    { module: "tx_queue", what: "write into the lane's queue", cycles: 1 },
    { module: "vl_arbiter", what: "choose the lane", cycles: 1 },
    { module: "vl_tx_buffer", what: "read the queue", cycles: 1 },
    { module: "vcrc_gen", what: "compute and append the VCRC", cycles: 3 },
    { module: "mac_tx", what: "frame into columns", cycles: 1 },
  ],
};

/** Stages between the ports of a switch, the crossbar's own left out: those depend on the number of ports. */
export const coreStages: readonly Stage[] = [
  { module: "route_lookup", what: "read the SL-to-VL table, decide", cycles: 1 },
  { module: "voq_buffer", what: "enter the virtual output queue, request the output", cycles: 1 },
  { module: "scheduler", what: "match inputs and outputs", cycles: 1 },
  { module: "voq_buffer", what: "pick the first packet of the lane chosen", cycles: 1 },
  { module: "voq_buffer", what: "read the packet buffer", cycles: 1 },
];

const crossbarText: Readonly<Record<number, string>> = {
  1: "select the input",
  2: "select the input: within groups of eight, then among the groups",
  3: "register the inputs of a tile, select within groups of eight, then among the groups",
};

/** Stages of a direction with those that the description chooses among them. */
export function withPipeline(stages: readonly Stage[], { macTx }: LinkPipeline): Stage[] {
  const chosen = { module: "mac_tx", what: "count columns, place the terminate character", cycles: macTx };
  return stages.flatMap((stage) => (stage.module === "mac_tx" && macTx > 0 ? [chosen, stage] : [stage]));
}

/** The same for the stages between the ports of a switch. */
function coreWith({ requests }: SwitchPipeline): Stage[] {
  const chosen = {
    module: "scheduler",
    what: "hear the requests, those that starve first",
    cycles: requests,
  };
  return coreStages.flatMap((stage) =>
    stage.module === "scheduler" && requests > 0 ? [chosen, stage] : [stage],
  );
}

/** The way of a packet through a switch, from MII to MII, with its time in ns. */
export function portToPortBudget(
  {
    clockMHz,
    pipeline,
    port,
  }: {
    readonly clockMHz: number;
    readonly pipeline: SwitchPipeline;
    readonly port: Pick<LinkDesign, "pipeline">;
  },
  crossbarStages: number,
): LatencyStage[] {
  const crossbar = {
    module: "crossbar",
    what: crossbarText[crossbarStages] ?? "select the input",
    cycles: crossbarStages,
  };
  const { switchRx, switchTx } = latencyStages;
  const stages = [...switchRx, ...coreWith(pipeline), crossbar, ...withPipeline(switchTx, port.pipeline)];
  return stages.map((stage) => ({ ...stage, ns: (stage.cycles * 1000) / clockMHz }));
}

export function sumCycles(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.cycles, 0);
}

/** The stages of a device with their time in ns at its clock. The ICRC stages stand where the packet meets them. */
export function latencyBudget(
  link: Pick<LinkDesign, "clockMHz" | "icrc" | "pipeline" | "role">,
): LinkDesign["latencyBudget"] {
  const { tx, txIcrc, rx, rxIcrc, switchRx, switchTx } = latencyStages;
  const timed = (stages: readonly Stage[]): LatencyStage[] =>
    withPipeline(stages, link.pipeline).map((stage) => ({
      ...stage,
      ns: (stage.cycles * 1000) / link.clockMHz,
    }));
  if (link.role === "switchPort") return { tx: timed(switchTx), rx: timed(switchRx) };
  if (link.icrc === "pass") return { tx: timed(tx), rx: timed(rx) };
  const before = tx.findIndex((stage) => stage.module === "vl_tx_buffer");
  return {
    tx: timed([...tx.slice(0, before), ...txIcrc, ...tx.slice(before)]),
    rx: timed([...rx, ...rxIcrc]),
  };
}
