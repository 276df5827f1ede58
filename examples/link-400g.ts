import { defineLink } from "lanewright";

/** A 400G link port: 1024 bits at 402.83 MHz, four data lanes, 30 m of cable. */
export default defineLink({
  name: "link_400g",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: {
    data: 4,
    arbitration: {
      high: [{ vl: 0, weight: 64 }],
      low: [
        { vl: 0, weight: 64 },
        { vl: 1, weight: 128 },
        { vl: 2, weight: 64 },
        { vl: 3, weight: 64 },
      ],
      highLimit: 10,
    },
  },
  // Replay depth, credits, buffers, timers: derived. `lanewright explain examples/link-400g.ts` shows each with its formula.
});
