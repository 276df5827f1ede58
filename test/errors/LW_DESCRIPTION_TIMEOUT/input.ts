import { defineLink } from "lanewright";

let lanes = 1;
while (lanes !== 0) lanes = (lanes % 15) + 1;

export default defineLink({
  name: "uplink",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: { data: 2 },
});
