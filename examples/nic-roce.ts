import { defineNic } from "lanewright";
/** An adapter of 100G with Ethernet frames: RoCE v2 over IPv4 and IPv6. */
export default defineNic({
  name: "nic_roce",
  clockMHz: 402.83,
  datapathBits: 256,
  mtuBytes: 4096,
  queuePairs: 64,
  completionQueues: 64,
  memoryRegions: 256,
  port: { rateGbps: 100, cableMeters: 3 },
  virtualLanes: { data: 1 },
  frame: "ethernet",
});
