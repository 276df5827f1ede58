/** Reference model of the reliable connection: written from the fact sheets, apart from the generator. */
export { type AdapterOptions, adapterDefaults, type DropReason } from "./adapter.ts";
export * from "./dcqcn.ts";
export { decodeFrame, encodeFrame, type PortIdentity } from "./framing.ts";
export { mappedIpv4 } from "./framing-roce.ts";
export { HostMemory } from "./memory.ts";
export { ReferenceNic } from "./nic.ts";
export type { ReceivedPacket, TransportPacket } from "./packet.ts";
export { type Faults, markCongestion, noFaults, Pair } from "./pair.ts";
