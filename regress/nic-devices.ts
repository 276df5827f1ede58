/** Adapters that the soak runs over, and those that hostile packets go into: native and Ethernet frames, what is optional in and out. */
import type { NicDescription } from "../generator/dsl/nic-description.ts";

export interface SoakNic {
  readonly description: NicDescription;
  /** Messages of one run. */
  readonly messages: number;
}

const small = {
  ...{ clockMHz: 200, datapathBits: 128, mtuBytes: 256, queuePairs: 16, completionQueues: 2 },
  ...{ memoryRegions: 16, port: { rateGbps: 10, cableMeters: 3 }, virtualLanes: { data: 1 } },
} as const satisfies Omit<NicDescription, "name">;

const few = { requester: { outstandingReads: 4 }, responder: { outstandingReads: 4 } } as const;

export const soakNics: readonly SoakNic[] = [
  { description: { ...small, ...few, name: "nic_128" }, messages: 1000 },
  {
    description: {
      ...{ ...small, ...few, name: "nic_128_all", virtualLanes: { data: 2 } },
      ...{ sharedReceiveQueues: 4, datagrams: "ud", management: "window", memoryProtection: "secded" },
      requester: { ...few.requester, pushBytes: 64 },
    },
    messages: 1000,
  },
  {
    description: {
      ...{ ...small, name: "nic_256_host_512", datapathBits: 256, mtuBytes: 1024, queuePairs: 32 },
      ...{ clockMHz: 402.83, port: { rateGbps: 100, cableMeters: 10 }, host: { dataBits: 512 } },
      ...{ requester: { outstandingReads: 1, scatterGather: 6 }, responder: { outstandingReads: 8 } },
    },
    messages: 1000,
  },
  { description: { ...small, ...few, name: "roce_128", frame: "ethernet" }, messages: 1000 },
  {
    description: {
      ...{ ...small, ...few, name: "roce_256_srq_secded", datapathBits: 256, mtuBytes: 1024 },
      ...{ port: { rateGbps: 25, cableMeters: 3 }, frame: "ethernet", congestion: "dcqcn" },
      ...{ sharedReceiveQueues: 4, memoryProtection: "secded", datagrams: "ud" },
      requester: { ...few.requester, pushBytes: 64 },
    },
    messages: 1000,
  },
];

/** Adapters that take hostile packets beside those of the soak. */
export const fuzzedNics: readonly NicDescription[] = [
  { ...small, ...few, name: "fuzz_128" },
  {
    ...{ ...small, ...few, name: "fuzz_256_all", datapathBits: 256, mtuBytes: 1024, queuePairs: 32 },
    ...{ requester: { outstandingReads: 1, scatterGather: 6 }, sharedReceiveQueues: 4, datagrams: "ud" },
    ...{ management: "window", memoryProtection: "secded" },
  },
  { ...small, ...few, name: "fuzz_roce_128", frame: "ethernet", virtualLanes: { data: 2 } },
  {
    ...{ ...small, ...few, name: "fuzz_roce_256_ud", datapathBits: 256, frame: "ethernet" },
    ...{ datagrams: "ud", sharedReceiveQueues: 4, ethernet: { addressHandles: 16 } },
  },
];
