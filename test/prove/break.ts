import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import type { AnyDescription } from "../../generator/dsl/switch-description.ts";

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
  /** What may take its place as well, and the property still holds: only the rest of the change is what breaks it. */
  readonly sound?: string;
  /** The device; {@link smallLink} unless given. */
  readonly device?: keyof typeof breakDevices;
  /** Tried in long runs only, even if it is the first of its proof. */
  readonly long?: boolean;
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

const lanes: AnyDescription = {
  kind: "link",
  ...smallLink,
  ...{ clockMHz: 400, rateGbps: 25, mtuBytes: 1024, cableMeters: 3, icrc: "endpoint" },
  ...{ phy: "pcs", lanes: { count: 1, gbps: 25 }, fec: "rs528" },
};

const small: Extract<AnyDescription, { kind: "switch" }> = {
  kind: "switch",
  ...{ name: "tiny", clockMHz: 200, datapathBits: 64, mtuBytes: 256 },
  ports: { count: 2, rateGbps: 10, cableMeters: 0, phyLatencyNs: 20 },
  virtualLanes: { data: 2 },
  tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 2 },
};

const nic: AnyDescription = {
  ...{ kind: "nic", name: "tiny", clockMHz: 200, datapathBits: 128, mtuBytes: 256 },
  ...{ queuePairs: 16, completionQueues: 2, memoryRegions: 4, virtualLanes: { data: 1 } },
  port: { rateGbps: 10, cableMeters: 0 },
};

/** What breaks are tried on: a port, one with SECDED, one with lanes, FEC and the ICRC, two switches, an adapter. */
export const breakDevices = {
  link: { kind: "link", ...smallLink },
  secded: { kind: "link", ...smallLink, memoryProtection: "secded" },
  lanes,
  switch: small,
  nic,
  waves: { ...small, scheduler: { kind: "wavefront" } },
} satisfies Readonly<Record<string, AnyDescription>>;
