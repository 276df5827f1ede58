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

/** A packet of one beat from the adapter to the MII. */
const ethernetTransmit: readonly Stage[] = [
  { module: "eth_tx_frames", what: "wait until the packet is whole", cycles: 1 },
  {
    module: "roce_header",
    what: "read the row of the queue pair, make headers, sum of the IP header",
    cycles: 7,
  },
  { module: "roce_framer", what: "put the headers in front", cycles: 1 },
  { module: "icrc_gen", what: "append the ICRC", cycles: 3 },
  { module: "eth_tx_control", what: "pad", cycles: 1 },
  { module: "icrc_gen", what: "append the FCS", cycles: 3 },
  { module: "eth_tx_align", what: "move to byte 0", cycles: 1 },
  { module: "eth_mac_tx", what: "columns, output register", cycles: 1 },
];

/** The end of a frame of the MII to its packet in the parser. */
const ethernetReceive: readonly Stage[] = [
  { module: "eth_mac_rx", what: "find the frame, move it to byte 0", cycles: 3 },
  { module: "eth_fcs_check", what: "check the FCS", cycles: 2 },
  { module: "roce_deframer", what: "headers, ICRC, verdict", cycles: 5 },
  { module: "eth_rx_frames", what: "wait for the verdict, read", cycles: 2 },
];

/** The same at 1024 bits, where a row is parted in which two frames start. */
const rows: Stage = { module: "eth_rx_rows", what: "wait for the next row, one start in a row", cycles: 4 };

/**
 * What of the way of a WRITE is known stage by stage: the port's own stages, doorbells and keys. Stages of engines join
 * when their latency is measured.
 */
export function nicLatency({
  clockMHz,
  port,
  ethernet,
  datapathBits,
}: Pick<NicDesign, "clockMHz" | "port" | "ethernet" | "datapathBits">): NicDesign["latencyBudget"] {
  const timed = (stages: readonly Stage[]): LatencyStage[] =>
    stages.map((stage) => ({ ...stage, ns: (stage.cycles * 1000) / clockMHz }));
  const receive = [...(datapathBits === 1024 ? [rows] : []), ...ethernetReceive];
  return {
    doorbellToWire: [
      ...timed(doorbell),
      ...(ethernet === null ? port.latencyBudget.tx : timed(ethernetTransmit)),
    ],
    wireToMemory: [...(ethernet === null ? port.latencyBudget.rx : timed(receive)), ...timed(access)],
  };
}
