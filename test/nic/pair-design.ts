import type { NicDescriptionOfKind } from "../../generator/dsl/nic-description.ts";

/** Two of these on a cable: one model for the benches of whole adapters. */
export const pairDescription: NicDescriptionOfKind = {
  ...{ kind: "nic", name: "dut", clockMHz: 100, datapathBits: 256, mtuBytes: 1024, queuePairs: 16 },
  ...{ completionQueues: 8, memoryRegions: 512, port: { rateGbps: 10, cableMeters: 3 } },
  ...{ virtualLanes: { data: 1 }, requester: { outstandingReads: 4, scatterGather: 6 } },
};
