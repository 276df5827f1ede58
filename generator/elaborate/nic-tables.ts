/** Rows of an adapter's tables, and the memories that they make. */
import type { MemoryBlock } from "../design/link.ts";
import type { NicDesign } from "../design/nic.ts";
import { protectedBits } from "../math/secded.ts";
import { addressRowWords, ethCounters } from "./eth-registers.ts";
import { ethernetOf } from "./ethernet.ts";
import { memoryBlock } from "./memories.ts";
import { nicCounters } from "./nic-registers.ts";

/** Bits of a memory region: variant 8, valid, may be invalidated, rights 4, domain 16, iova 64, its end 65, address 64. */
export const regionRowBits = 8 + 1 + 1 + 4 + 16 + 64 + 65 + 64;

/** Bits of a completion queue: settings (ring 58, size 4, moderation 16 + 16) and state (16 + 16 + 2 + 1 + 1 + 16 + 18). */
export const completionRowBits = 58 + 4 + 16 + 16 + 16 + 16 + 2 + 1 + 1 + 16 + 18;

/** Management packets that wait for software, and beats of one: 71 words, LRH to MAD. */
export const managementPlaces = 4;
export const managementBeats = ({ datapathBits }: Pick<NicDesign, "datapathBits">): number =>
  Math.ceil((71 * 32) / datapathBits);

/** Bits of a shared receive queue: ring 58, size 4, posted and taken 16 + 16, limit 16. */
export const sharedRowBits = 58 + 4 + 16 + 16 + 16;

/** Bits of a queue pair's settings in the responder; with UD its Q_Key, and which shared receive queue it uses if any. */
export const responderSettingsBits = (design: Pick<NicDesign, "sharedReceiveQueues" | "datagrams">): number =>
  147 +
  (design.datagrams ? 32 : 0) +
  (design.sharedReceiveQueues > 0 ? 1 + indexBits(design.sharedReceiveQueues) : 0);

/** The same in the requester. */
export const requesterSettingsBits = (design: Pick<NicDesign, "datagrams">): number =>
  182 + (design.datagrams ? 32 : 0);

/** The same in the response engine; with UD the type. */
export const responseSettingsBits = (design: Pick<NicDesign, "datagrams">): number =>
  design.datagrams ? 84 : 83;

/** Bits of the rows of a queue pair in the tables of the engines. */
export const contextBits = {
  /** State, in a copy for each that reads it. */
  state: 3,
  stateCopies: 5,
  /** First writes that failed, of requests of the peer and of own ones: a mark and a number each. */
  failures: 2 * 17,
  /** Requests of the peer: settings, where it stands, the receive work request that is being filled. */
  receiver: 147 + 301,
  receiveWqe: 512,
  /** Answers to the peer: settings, where it stands without the index of the oldest READ, what was served. */
  response: 83 + 251 + 8,
  /** A READ or atomic of the peer. */
  peerRead: 177,
  /** Own requests: settings, where it stands, timer. */
  sender: 182 + 325 + 41,
  /** Work requests that are kept ready. */
  ahead: 4,
  /** A work request that is begun and not complete. */
  begun: 84,
  /** A piece of memory of a READ or atomic on its way. */
  target: 128,
} as const;

/** Bits of an index into `count` things; at least 1. */
const indexBits = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));
/** Rows of a ring of `count` entries. */
const ringRows = (count: number): number => 2 ** indexBits(count);

/** Beats of the receive buffer behind its four longest packets, for what arrives before it says stop. */
const receiveSlack = 8;

type Row = readonly [module: string, words: number, bits: number];

/** Memories of an adapter, beside those of its port. */
export function nicMemories(design: Omit<NicDesign, "memories" | "latencyBudget">): MemoryBlock[] {
  const { queuePairs, completionQueues, memoryRegions, memoryProtection, port, derived, host } = design;
  const { requester, responder, datapathBits } = design;
  const reads = ringRows(responder.outstandingReads);
  const secded = memoryProtection === "secded";
  // A context tells whether it was lost; a work request kept ready, whether host memory failed for it.
  const mark = secded ? 1 : 0;
  const rows: readonly Row[] = [
    ["nic_mr_memory", ringRows(memoryRegions), regionRowBits],
    ["nic_cq_memory", ringRows(completionQueues), completionRowBits],
    ["nic_qp_state_memory", contextBits.stateCopies * queuePairs, contextBits.state],
    ["nic_cq_failures", queuePairs, contextBits.failures],
    ["nic_rq_settings", queuePairs, responderSettingsBits(design)],
    ["nic_rq_context", queuePairs, 301 + mark],
    ["nic_rq_wqe", queuePairs, contextBits.receiveWqe],
    ["nic_rs_settings", queuePairs, responseSettingsBits(design)],
    ["nic_rs_context", queuePairs, 251 + indexBits(responder.outstandingReads)],
    ["nic_rs_served", queuePairs, 8],
    ["nic_rs_ring", queuePairs * reads, contextBits.peerRead],
    ["nic_sq_settings", queuePairs, requesterSettingsBits(design)],
    ["nic_sq_context", queuePairs, 325 + mark],
    ["nic_sq_wqe", queuePairs * contextBits.ahead, 8 * derived.wqeBytes.value + 1],
    ["nic_sq_begun", queuePairs * ringRows(requester.outstandingRequests), contextBits.begun],
    [
      "nic_sq_targets",
      queuePairs * ringRows(requester.outstandingReads),
      contextBits.target * requester.scatterGather,
    ],
    ["nic_sq_alarms", queuePairs, 41],
    ...(design.managementWindow
      ? ([
          ["nic_mad_received", managementPlaces * ringRows(managementBeats(design)), datapathBits],
          ["nic_mad_sent", 128, 32],
        ] as const)
      : []),
    ...(design.sharedReceiveQueues > 0
      ? ([["nic_rq_shared", design.sharedReceiveQueues, sharedRowBits]] as const)
      : []),
  ];
  const beat = (firm: number): number => (secded ? protectedBits(datapathBits + 1, firm) : datapathBits + 1);
  const counters = nicCounters(design).length;
  return [
    ...rows.map(([module, words, bits]) => memoryBlock(module, words, secded ? protectedBits(bits) : bits)),
    memoryBlock("nic_receive_memory", ringRows(derived.receivePacketBeats.value + receiveSlack), beat(1)),
    memoryBlock(
      "nic_read_memory",
      Math.max(2, host.outstandingReads) * derived.readBurstBeats.value,
      beat(0),
    ),
    memoryBlock("nic_counters", 2 ** Math.ceil(Math.log2(counters)), port.derived.counterBits.value),
    ...(design.congestion === "dcqcn" ? congestionMemories(design) : []),
    ...(design.ethernet === null ? port.memories : ethernetMemories(design)),
  ];
}

/** Rows of the queue of congestion notifications of an Ethernet port. */
export const cnpQueueRows = 16;

/** Rows of the table of addresses: queue pairs, and behind them address handles. */
export const addressRows = (design: Pick<NicDesign, "queuePairs" | "ethernet">): number =>
  design.queuePairs + ethernetOf(design).addressHandles;

/** Memories of an Ethernet port: its buffers, and the table of addresses, of which the receiving direction has a copy without handles. */
function ethernetMemories(design: Omit<NicDesign, "memories" | "latencyBudget">): MemoryBlock[] {
  const { datapathBits, memoryProtection, queuePairs, port } = design;
  const { transmitBufferBeats, receiveBufferBeats } = ethernetOf(design).derived;
  const beatBits = datapathBits + Math.ceil(Math.log2(datapathBits / 32 + 1)) + 1;
  const kept = (bits: number, firm = 0): number =>
    memoryProtection === "secded" ? protectedBits(bits, firm) : bits;
  const counters = ethCounters(design).length;
  return [
    memoryBlock("eth_tx_memory", port.virtualLanes.data * transmitBufferBeats.value, kept(beatBits, 1)),
    memoryBlock("eth_cnp_memory", cnpQueueRows, kept(beatBits, 1)),
    memoryBlock("eth_rx_memory", receiveBufferBeats.value, kept(beatBits, 1)),
    memoryBlock("eth_address_memory", addressRows(design) + queuePairs, kept(32 * addressRowWords)),
    memoryBlock("eth_counters", 2 ** Math.ceil(Math.log2(counters)), port.derived.counterBits.value),
  ];
}

/** Bits of the rows of congestion control: settings for notifications, time of the last one, state of a limit. */
export const congestionRowBits = {
  settings: 76,
  times: 41,
  rate: 2 * 30 + 10 + 2 * 5 + 24 + 3 * 40 + 2 + 40,
  /** Alpha after 4, 16, 64 and 256 updates: a row for each alpha, not for each queue pair. */
  alpha: 10,
} as const;

/** Rows of the table of alpha. */
export const alphaRows = 4 * 1024;

/** Memories of congestion control. */
function congestionMemories(design: Pick<NicDesign, "queuePairs" | "memoryProtection">): MemoryBlock[] {
  const { queuePairs, memoryProtection } = design;
  const kept = (bits: number): number => (memoryProtection === "secded" ? protectedBits(bits) : bits);
  return [
    memoryBlock("nic_notify_rows", queuePairs, kept(congestionRowBits.settings)),
    memoryBlock("nic_notify_times", queuePairs, kept(congestionRowBits.times)),
    memoryBlock("nic_rate_memory", queuePairs, kept(congestionRowBits.rate)),
    memoryBlock("nic_alpha_memory", alphaRows, kept(congestionRowBits.alpha)),
  ];
}
