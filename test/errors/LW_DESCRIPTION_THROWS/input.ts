import { defineLink } from "lanewright";

function lanes(count: number): { data: number } {
  if (count > 4) throw new RangeError(`no plan for ${count} lanes`);
  return { data: count };
}

export default defineLink({
  name: "uplink",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: lanes(8),
});
