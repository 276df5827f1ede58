// @ts-nocheck: the mistake is the point
import { defineLink } from "lanewright";

export default defineLink({
  name: "uplink",
  clockGHz: 0.40283,
  datapathBits: 1024,
  rateGbps: 400,
  mtu: 4096,
  cableFeet: 100,
  virtualLanes: { data: 2 },
});
