import type { Problem } from "../description/index.ts";
import type { LinkDescription } from "../dsl/link-description.ts";

/** Values that break no rule, to stand in for what does not fit the schema. */
const neutral: LinkDescription = {
  name: "link",
  clockMHz: 400,
  datapathBits: 64,
  rateGbps: 10,
  mtuBytes: 4096,
  cableMeters: 0,
  virtualLanes: { data: 1 },
};

/** A description that fits its schema, and the top-level keys that had to be replaced or left out for that. */
export interface SoundPart {
  readonly sound: LinkDescription;
  readonly replaced: ReadonlySet<string>;
}

/**
 * Replaces every top-level value with a problem of shape in it. Numbers set by hand rest on all other values, so that
 * they are left out, too, when one of those was replaced.
 */
export function soundPart(description: object, problems: readonly Problem[]): SoundPart {
  const replaced = new Set(problems.map(({ path }) => String(path[0] ?? "")));
  for (const key of Object.keys(neutral)) if (!(key in Object(description))) replaced.add(key);
  const numeric = ["clockMHz", "datapathBits", "rateGbps", "mtuBytes", "cableMeters", "phyLatencyNs"];
  if (numeric.some((key) => replaced.has(key))) replaced.add("derived");
  const kept = Object.entries(Object(description) as object).filter(
    ([key]) => key !== "kind" && !replaced.has(key),
  );
  return { sound: { ...neutral, ...Object.fromEntries(kept) }, replaced };
}
