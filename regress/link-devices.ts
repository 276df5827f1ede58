/**
 * Links of the nightly regression: every width, 1 to 15 data lanes, both ways of forwarding, with and without retry, with
 * the ICRC made by the client and by the port, with and without protected memories.
 */
import type { LinkDescription } from "../generator/dsl/link-description.ts";
import { middle, narrow, plain, storing, wide } from "../test/link/devices.ts";

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

/** 2048 bits: up to six packets in a beat. */
const widest: LinkDescription = {
  name: "widest",
  clockMHz: 402.83,
  datapathBits: 2048,
  rateGbps: 800,
  mtuBytes: 512,
  cableMeters: 3,
  virtualLanes: lanes(2),
};

const withoutRetry = { retry: "none" } as const;
const icrc = { icrc: "endpoint" } as const;
const secded = { memoryProtection: "secded" } as const;
const stored = { forwarding: "store-and-forward" } as const;

/** A device with other lanes and options; its name says which. */
function variant(of: LinkDescription, name: string, change: Partial<LinkDescription>): LinkDescription {
  return { ...of, ...change, name: `${of.name}_${name}` };
}

const bits64 = { ...single, name: "bits64", cableMeters: 4 } as const;
const bits128 = { ...plain, name: "bits128", retry: "llr" } as const;
const bits256 = { ...middle, name: "bits256", mtuBytes: 512 } as const;

/** The other numbers of lanes, and the options at every width. */
const variants: readonly LinkDescription[] = [
  variant(bits64, "vl5_icrc", { virtualLanes: lanes(5), ...icrc }),
  variant(bits64, "vl6_plain", { virtualLanes: lanes(6), ...withoutRetry }),
  variant(bits64, "vl12", { virtualLanes: lanes(12) }),
  variant(bits64, "vl14_plain_icrc", { virtualLanes: lanes(14), ...withoutRetry, ...icrc }),
  variant(bits128, "vl7_secded", { virtualLanes: lanes(7), ...secded }),
  variant(bits128, "vl9_plain_stored", { virtualLanes: lanes(9), ...withoutRetry, ...stored }),
  variant(bits128, "vl10_icrc", { virtualLanes: lanes(10), ...icrc }),
  variant(bits128, "vl13_secded_stored", { virtualLanes: lanes(13), ...secded, ...stored }),
  variant(bits256, "vl11_plain", { virtualLanes: lanes(11), ...withoutRetry }),
  variant(bits256, "vl4_icrc", { ...icrc }),
  variant(brief, "plain", { ...withoutRetry }),
  variant(brief, "icrc", { ...icrc }),
  variant(wide, "vl1_plain", { virtualLanes: lanes(1), ...withoutRetry }),
  variant(wide, "icrc_stored", { ...icrc, ...stored }),
  variant(widest, "plain", { ...withoutRetry }),
  variant(widest, "icrc", { ...icrc }),
];

export const soakDevices: readonly SoakDevice[] = [
  { description: widest, packets: 4000 },
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
  { description: plain, packets: 4000 },
  ...variants.map((description) => ({ description, packets: 4000 })),
];
