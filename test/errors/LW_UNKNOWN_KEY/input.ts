// @ts-nocheck: the mistake is the point
import { defineLink } from "lanewright";

export default defineLink({
  name: "uplink",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuByte: 4096,
  cableMeters: 30,
  virtualLanes: { data: 2, arbitration: { hi: [] } },
  derived: { replayDepth: 1024 },
  vendor: "acme",
});
