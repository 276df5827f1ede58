/** What an adapter does, keeps to, and does not do. */
import type { EthernetDesign } from "../../design/ethernet.ts";
import type { NicDesign } from "../../design/nic.ts";
import type { AnyDesign } from "../../design/switch.ts";
import { code, num } from "./html.ts";

/** Whether its wire is Ethernet: it has no link port then. */
export function isEthernet(design: AnyDesign): design is NicDesign & { readonly ethernet: EthernetDesign } {
  return design.kind === "nic" && design.ethernet !== null;
}

export function featuresOfEthernet({ ethernet, mtuBytes }: { ethernet: EthernetDesign; mtuBytes: number }) {
  const { ipMtuBytes, derived } = ethernet;
  return [
    `Ethernet frames, RoCE v2 over IPv4 and IPv6; path MTU up to ${num(mtuBytes)} bytes, IP packets up to ${num(ipMtuBytes)}`,
    `Pause frames by priority; ${num(derived.receiveBufferBeats.value)} beats of receive buffer for what is on its way then`,
    "ICRC and FCS made and checked",
  ];
}

/** Rows of the table of standards for the wire. */
export const rowsOfEthernet: readonly (readonly string[])[] = [
  ["Packets", "RoCE v2 (InfiniBand vol. 1, annex A17)", "UDP 4791 over IPv4 and IPv6, ICRC made and checked"],
  ["Frames", "IEEE Std 802.3", "MII columns, FCS made and checked"],
  ["Pause", "IEEE Std 802.1Q, clause 36", "priority pause frames sent and obeyed"],
];

export function featuresOfNic({ requester, responder, derived, ...design }: NicDesign): readonly string[] {
  const { wqeBytes, inlineBytes } = derived;
  return [
    `${num(design.queuePairs)} queue pairs, ${num(design.completionQueues)} completion queues, ${num(design.memoryRegions)} memory regions, all state in block RAM`,
    "SEND, RDMA WRITE and READ, with immediate data or Invalidate, compare-and-swap, fetch-and-add",
    `Work requests of ${num(wqeBytes.value)} bytes with ${requester.scatterGather} pieces of memory or ${num(inlineBytes.value)} bytes inline`,
    `${num(requester.outstandingReads)} READs and atomics of a queue pair on their way, ${num(responder.outstandingReads)} of its peer kept for repeats`,
    `AXI4 master of ${num(design.host.dataBits)} bits, ${num(design.host.outstandingReads)} read bursts on their way`,
  ];
}

/** Rows of the table of standards. */
export function rowsOfNic({ queuePairs }: NicDesign): readonly (readonly string[])[] {
  return [
    [
      "Transport",
      "InfiniBand vol. 1, chapter 9, reliable connections",
      `queue pairs 2 to ${num(queuePairs - 1)}: order of checks of a responder, PSNs, ACK, NAK, RNR, go-back-N, timers, duplicates, atomics executed once`,
    ],
    [
      "Verbs",
      "InfiniBand vol. 1, chapters 10 and 11",
      "states RESET to ERR; statuses of completions as in ibv_wc_status",
    ],
    [
      "Host memory",
      "AXI4",
      "INCR bursts of whole beats that do not cross 4 KiB; data of a write go byte by byte by WSTRB",
    ],
  ];
}

export function limitsOfNic(): readonly string[] {
  return [
    `Host memory has the clock of the adapter.`,
    "Host addresses are those on the AXI4 bus: translation of pages is for an IOMMU outside.",
    "Of a receive request, only the pieces that a packet touches have their keys checked.",
    "The result of an atomic goes to one piece of 8 bytes at a multiple of 8.",
    "A region is one range of host memory; key 0 is none.",
    `What of the verbs is not there: ${code("docs/nic.md")} of Lanewright.`,
  ];
}
