import { defineNic } from "lanewright";

/** A small adapter of 100G: 256 bits at 402.83 MHz, 64 queue pairs. */
export default defineNic({
  name: "nic_100g",
  clockMHz: 402.83,
  datapathBits: 256,
  mtuBytes: 4096,
  queuePairs: 64,
  completionQueues: 64,
  memoryRegions: 256,
  port: { rateGbps: 100, cableMeters: 3 },
  virtualLanes: { data: 2 },
});
