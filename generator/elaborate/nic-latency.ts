import type { LatencyStage } from "../design/link.ts";
import type { NicDesign } from "../design/nic.ts";

type Stage = Omit<LatencyStage, "ns">;

/** From the write of a doorbell register to the queue of what is fetched. */
const doorbell: readonly Stage[] = [
  { module: "nic_registers", what: "take the write, store the doorbell", cycles: 2 },
  { module: "nic_registers", what: "wait in the doorbell FIFO", cycles: 1 },
];

/** From the end of a packet to the address of its payload in host memory. */
const access: readonly Stage[] = [
  { module: "nic_mr_table", what: "read the row of the key, compare, check the range", cycles: 5 },
];

/**
 * What of the way of a WRITE is known stage by stage: the port's own stages, doorbells and keys. Stages of engines join
 * when their latency is measured.
 */
export function nicLatency({
  clockMHz,
  port,
}: Pick<NicDesign, "clockMHz" | "port">): NicDesign["latencyBudget"] {
  const timed = (stages: readonly Stage[]): LatencyStage[] =>
    stages.map((stage) => ({ ...stage, ns: (stage.cycles * 1000) / clockMHz }));
  return {
    doorbellToWire: [...timed(doorbell), ...port.latencyBudget.tx],
    wireToMemory: [...port.latencyBudget.rx, ...timed(access)],
  };
}
