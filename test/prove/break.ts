import type { LinkDescription } from "../../generator/dsl/link-description.ts";

/** One change of the emitted RTL, and the property that the engine must then find broken. */
export interface Break {
  /** Proof of the registry. */
  readonly proof: string;
  /** Label of the property. */
  readonly property: string;
  /** Module that is changed: its name behind the device's. */
  readonly module: string;
  /** Text as it is emitted for {@link smallLink} or the device named, where it stands just once, and what takes its place. */
  readonly from: string;
  readonly to: string;
}

/** The device that breaks are tried on: as small as links get, so that the solvers are quick. */
export const smallLink: LinkDescription = {
  name: "tiny",
  clockMHz: 200,
  datapathBits: 64,
  rateGbps: 10,
  mtuBytes: 256,
  cableMeters: 0,
  virtualLanes: { data: 2 },
};
