import { callSite } from "./call-site.ts";
import type { LinkDescription } from "./link-description.ts";
import { setOrigin } from "./origin.ts";
import { sourceOrigin } from "./source-origin.ts";
import type { AnyDescription } from "./switch-description.ts";

/** Descriptions, scenarios, faults and seeds, each with each. */
export interface RegressionEntry {
  /** Paths of descriptions, relative to the plan, or descriptions themselves. */
  readonly descriptions: readonly (string | LinkDescription | AnyDescription)[];
  /** Names of scenarios, or paths of modules that export one by default; ["soak"] unless given. */
  readonly scenarios?: readonly string[];
  /** Kinds of trouble, by name; the first that a scenario knows unless given ("mixed" for soak). */
  readonly faults?: readonly string[];
  /** How many seeds are drawn from the plan's; 1 unless given. */
  readonly seeds?: number;
  /** Seeds themselves, 0 … 2^32-1, instead of so many drawn ones. */
  readonly seedList?: readonly number[];
  /** Packets of one run, as the scenario counts them. */
  readonly packets: number;
  /** Packets that all runs of one description together must carry, or the regression fails. */
  readonly minimumPackets?: number;
  /** A run that takes longer is given up, s; 3600 unless given. */
  readonly timeoutSeconds?: number;
}

/** What a regression runs. */
export interface RegressionPlan {
  /** A lower-case identifier; names the folder of the results. */
  readonly name: string;
  /** Decides every seed that is drawn; 1 unless given. */
  readonly seed?: number;
  /** How often a run is begun whose worker dies; 3 unless given. */
  readonly attempts?: number;
  readonly entries: readonly RegressionEntry[];
}

export interface RegressionPlanOfKind extends RegressionPlan {
  readonly kind: "regression";
}

/** A plan for `lanewright regress`. Nothing is checked here but by the types. */
export function defineRegression(plan: RegressionPlan): RegressionPlanOfKind {
  const result: RegressionPlanOfKind = Object.freeze({ ...plan, kind: "regression" as const });
  const at = callSite(defineRegression);
  if (at) setOrigin(result, sourceOrigin(at));
  return result;
}
