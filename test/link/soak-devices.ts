/** The devices of the full regression: every width up to 1024 bits, 1 to 15 lanes, both ways of forwarding. */
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { middle, narrow, storing, wide } from "./devices.ts";

export interface SoakDevice {
  readonly description: LinkDescription;
  /** Packets of one seed, both directions together. */
  readonly packets: number;
}

const lanes = (data: number) => ({ data });

/** One lane, nothing but the shortest of everything. */
const single: LinkDescription = {
  ...narrow,
  name: "single",
  cableMeters: 0,
  virtualLanes: lanes(1),
};

/** 128 bits, all fifteen lanes, some of them in the high-priority table. */
const lanes15: LinkDescription = {
  name: "lanes15",
  clockMHz: 200,
  datapathBits: 128,
  rateGbps: 25,
  mtuBytes: 256,
  cableMeters: 10,
  virtualLanes: {
    data: 15,
    arbitration: {
      high: [{ vl: 3, weight: 4 }],
      low: Array.from({ length: 15 }, (_, vl) => ({ vl, weight: 1 + 16 * vl })),
      highLimit: 1,
    },
  },
};

/** 128 bits, eight lanes, store-and-forward, packets of 1 KiB. */
const lanes8: LinkDescription = {
  name: "lanes8",
  clockMHz: 200,
  datapathBits: 128,
  rateGbps: 25,
  mtuBytes: 1024,
  cableMeters: 2,
  forwarding: "store-and-forward",
  virtualLanes: lanes(8),
};

/** 256 bits over 300 m: hundreds of packets under way. */
const distant: LinkDescription = {
  ...middle,
  name: "distant",
  mtuBytes: 1024,
  cableMeters: 300,
  virtualLanes: lanes(2),
};

/** 512 bits, packets of 8064 bytes, control sets often. */
const jumbo: LinkDescription = {
  name: "jumbo",
  clockMHz: 400,
  datapathBits: 512,
  rateGbps: 200,
  mtuBytes: 8064,
  cableMeters: 5,
  virtualLanes: lanes(2),
  derived: { controlSpacingBytes: 512 },
};

/** 512 bits, the smallest MTU, store-and-forward. */
const brief: LinkDescription = {
  name: "brief",
  clockMHz: 400,
  datapathBits: 512,
  rateGbps: 200,
  mtuBytes: 256,
  cableMeters: 5,
  forwarding: "store-and-forward",
  virtualLanes: lanes(4),
};

/** 400 Gb/s as in the example, four lanes, 30 m. */
const example: LinkDescription = {
  ...wide,
  name: "example",
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: lanes(4),
};

export const soakDevices: readonly SoakDevice[] = [
  { description: narrow, packets: 4000 },
  { description: middle, packets: 2000 },
  { description: storing, packets: 4000 },
  { description: wide, packets: 4000 },
  { description: lanes15, packets: 4000 },
  { description: brief, packets: 4000 },
  { description: single, packets: 4000 },
  { description: example, packets: 3000 },
  { description: lanes8, packets: 3000 },
  { description: distant, packets: 4000 },
  { description: jumbo, packets: 1500 },
];
