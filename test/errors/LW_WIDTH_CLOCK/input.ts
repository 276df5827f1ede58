import { defineLink } from "lanewright";

export default defineLink({
  name: "uplink",
  clockMHz: 322.265625,
  datapathBits: 512,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: { data: 2 },
});
