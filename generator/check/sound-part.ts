import { kindOfDescription, type Problem } from "../description/index.ts";
import type { LinkDescriptionOfKind } from "../dsl/link-description.ts";
import type { NicDescriptionOfKind } from "../dsl/nic-description.ts";
import type { AnyDescription, SwitchDescriptionOfKind } from "../dsl/switch-description.ts";

/** Values that break no rule, to stand in for what does not fit the schema. */
const neutral: Readonly<{
  link: LinkDescriptionOfKind;
  switch: SwitchDescriptionOfKind;
  nic: NicDescriptionOfKind;
}> = {
  link: {
    kind: "link",
    name: "link",
    clockMHz: 400,
    datapathBits: 64,
    rateGbps: 10,
    mtuBytes: 4096,
    cableMeters: 0,
    virtualLanes: { data: 1 },
  },
  switch: {
    kind: "switch",
    name: "leaf",
    clockMHz: 400,
    datapathBits: 64,
    mtuBytes: 4096,
    ports: { count: 2, rateGbps: 10, cableMeters: 0 },
    virtualLanes: { data: 1 },
  },
  nic: {
    kind: "nic",
    name: "nic",
    clockMHz: 400,
    datapathBits: 128,
    mtuBytes: 4096,
    queuePairs: 16,
    completionQueues: 2,
    memoryRegions: 2,
    port: { rateGbps: 10, cableMeters: 0 },
    virtualLanes: { data: 1 },
  },
};

/** Keys whose values the derived numbers rest on. */
const numeric = [
  ...[
    "clockMHz",
    "datapathBits",
    "rateGbps",
    "mtuBytes",
    "cableMeters",
    "phyLatencyNs",
    "ports",
    "port",
    "phy",
    "lanes",
    "fec",
  ],
];

/** A description that fits its schema, and the top-level keys that had to be replaced or left out for that. */
export interface SoundPart {
  readonly sound: AnyDescription;
  readonly replaced: ReadonlySet<string>;
}

/**
 * Replaces every top-level value with a problem of shape in it. Numbers set by hand rest on all other values, so that
 * they are left out, too, when one of those was replaced.
 */
export function soundPart(description: object, problems: readonly Problem[]): SoundPart {
  const stand = neutral[kindOfDescription(description)];
  const replaced = new Set(problems.map(({ path }) => String(path[0] ?? "")));
  for (const key of Object.keys(stand)) if (!(key in Object(description))) replaced.add(key);
  if (numeric.some((key) => replaced.has(key))) replaced.add("derived");
  const kept = Object.entries(Object(description) as object).filter(
    ([key]) => key !== "kind" && !replaced.has(key),
  );
  return { sound: { ...stand, ...Object.fromEntries(kept) } as AnyDescription, replaced };
}
