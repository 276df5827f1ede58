import { defineLink } from "lanewright";

/** A 25G link port for a small FPGA: 64 bits at 400 MHz, one data lane, a short copper cable. */
export default defineLink({
  name: "link_25g",
  clockMHz: 400,
  datapathBits: 64,
  rateGbps: 25,
  mtuBytes: 1024,
  cableMeters: 3,
  phyLatencyNs: 80,
  virtualLanes: { data: 1 },
});
