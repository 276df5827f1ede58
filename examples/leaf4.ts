import { defineSwitch } from "lanewright";

/** A leaf of four 400G ports: 1024 bits at 402.83 MHz, four data lanes, cables of up to 30 m. */
export default defineSwitch({
  name: "leaf4",
  clockMHz: 402.83,
  datapathBits: 1024,
  mtuBytes: 4096,
  ports: { count: 4, rateGbps: 400, cableMeters: 30 },
  virtualLanes: {
    data: 4,
    arbitration: {
      high: [{ vl: 0, weight: 64 }],
      low: [
        { vl: 1, weight: 32 },
        { vl: 2, weight: 32 },
        { vl: 3, weight: 32 },
      ],
      highLimit: 10,
    },
  },
  // Scheduler, table sizes, replay depth, credits, buffers: defaults and derived numbers.
  // `lanewright explain examples/leaf4.ts` shows each with its formula.
});
