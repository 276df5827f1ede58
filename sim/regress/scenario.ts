/** What a regression can run on a device; plans may bring scenarios of their own. */
import type { AnyDesign } from "../../generator/design/switch.ts";
import type { AnyDescription } from "../../generator/dsl/switch-description.ts";

/** One run: everything random follows from the seed. */
export interface ScenarioRun {
  readonly description: AnyDescription;
  /** 32 bits. */
  readonly seed: number;
  readonly packets: number;
  /** One of the names that the scenario knows. */
  readonly faults: string;
}

export interface ScenarioResult {
  /** Packets that came, once, in order and unchanged. */
  readonly packets: number;
  /** Figures of the run, for people. */
  readonly note?: string;
}

export interface RegressionScenario {
  /** Kinds of trouble that it knows for a device, the usual one first; empty: the scenario is not for such a device. */
  readonly faults: readonly string[] | ((design: AnyDesign) => readonly string[]);
  /** Runs one seed; throws when anything is wrong. */
  readonly run: (run: ScenarioRun) => Promise<ScenarioResult> | ScenarioResult;
}
