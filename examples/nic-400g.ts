import { defineNic } from "lanewright";

/** An adapter of 400G: 1024 bits at 402.83 MHz, 1024 queue pairs, work requests with up to 96 inline bytes, short ones pushed with their doorbells. */
export default defineNic({
  name: "nic_400g",
  clockMHz: 402.83,
  datapathBits: 1024,
  mtuBytes: 4096,
  queuePairs: 1024,
  completionQueues: 1024,
  memoryRegions: 4096,
  host: { outstandingReads: 32 },
  requester: { scatterGather: 6, pushBytes: 64 },
  port: { rateGbps: 400, cableMeters: 3 },
  virtualLanes: { data: 4 },
  // Requests on their way, bursts, buffers: derived numbers.
  // `lanewright explain examples/nic-400g.ts` shows each with its formula.
});
