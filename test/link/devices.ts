/** Small devices for the benches of the whole port; each is built once and kept in the cache. */
import type { LinkDescription } from "../../generator/dsl/link-description.ts";

export { type BuiltDevice, buildDevice, openInstance } from "../../sim/soak/built-device.ts";

/** 64 bits, two lanes, packets of at most 382 bytes: short round trip, short timers. */
export const narrow: LinkDescription = {
  name: "narrow",
  clockMHz: 200,
  datapathBits: 64,
  rateGbps: 10,
  mtuBytes: 256,
  cableMeters: 4,
  virtualLanes: { data: 2 },
  derived: { controlSpacingBytes: 400 },
};

/** The same, storing packets before it passes them on, with three lanes. */
export const storing: LinkDescription = {
  ...narrow,
  name: "storing",
  forwarding: "store-and-forward",
  virtualLanes: { data: 3 },
};

/** 256 bits, four lanes, packets of 4 KiB: control sets inside of packets. */
export const middle: LinkDescription = {
  name: "middle",
  clockMHz: 400,
  datapathBits: 256,
  rateGbps: 100,
  mtuBytes: 4096,
  cableMeters: 3,
  virtualLanes: { data: 4 },
};

/** 1024 bits: several packets in a beat. */
export const wide: LinkDescription = {
  name: "wide",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 512,
  cableMeters: 3,
  virtualLanes: { data: 2 },
};

/** 128 bits without retry. */
export const plain: LinkDescription = {
  name: "plain",
  clockMHz: 200,
  datapathBits: 128,
  rateGbps: 25,
  mtuBytes: 256,
  cableMeters: 3,
  retry: "none",
  virtualLanes: { data: 2 },
};
