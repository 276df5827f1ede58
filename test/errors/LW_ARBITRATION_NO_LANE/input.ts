import { defineLink } from "lanewright";

const low = [
  { vl: 0, weight: 64 },
  { vl: 1, weight: 64 },
  { vl: 2, weight: 64 },
] as const;

export default defineLink({
  name: "uplink",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: { data: 2, arbitration: { low } },
});
