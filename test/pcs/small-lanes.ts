/** Small devices down to their lanes, of rates below 200 Gb/s. */
import type { LinkDescription } from "../../generator/dsl/link-description.ts";

const link = { mtuBytes: 512, cableMeters: 3, phy: "pcs", fec: "none" } as const;

/** The narrowest of one lane; and four lanes, whose markers come often. */
export const lane25: LinkDescription = {
  ...link,
  name: "lane_25g",
  clockMHz: 400,
  datapathBits: 64,
  rateGbps: 25,
  lanes: { count: 1, gbps: 25 },
  virtualLanes: { data: 1 },
};
export const lanes40: LinkDescription = {
  ...link,
  name: "lanes_40g",
  clockMHz: 320,
  datapathBits: 128,
  rateGbps: 40,
  lanes: { count: 4, gbps: 10 },
  virtualLanes: { data: 1 },
  derived: { laneBits: 32, markerPeriodBlocks: 64 },
};

/** One lane; codewords of 66 clocks, markers in front of every sixteenth. */
export const lane25WithFec: LinkDescription = {
  name: "lane_25g_fec",
  clockMHz: 400,
  datapathBits: 64,
  rateGbps: 25,
  mtuBytes: 512,
  cableMeters: 3,
  phy: "pcs",
  lanes: { count: 1, gbps: 25 },
  fec: "rs528",
  virtualLanes: { data: 1 },
  derived: { markerPeriodCodewords: 16 },
};
