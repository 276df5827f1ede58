import { defineLink } from "lanewright";

/** One 400 Gb/s port down to its lanes: 4 of 100 Gb/s, RS(544,514), over 30 m of cable. */
export default defineLink({
  name: "link_400g_pcs",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  phy: "pcs",
  lanes: { count: 4, gbps: 100 },
  fec: "rs544",
  virtualLanes: {
    data: 4,
    arbitration: {
      high: [{ vl: 0, weight: 64 }],
      low: [
        { vl: 1, weight: 64 },
        { vl: 2, weight: 64 },
        { vl: 3, weight: 64 },
      ],
      highLimit: 10,
    },
  },
});
