/** One bench with models that count; writes what they counted to the file that is named, and ends. */
import { writeFileSync } from "node:fs";
import { type CoverGroupResult, collectCoverage, functionalCoverage } from "../../sim/coverage/index.ts";
import { runBench } from "../mutation/bench-runner.ts";

export interface CoverageTask {
  readonly file: string;
  readonly only: string;
  readonly out: string;
}

/** What a run leaves behind, as JSON. */
export interface RunCoverage {
  readonly passed: number;
  readonly failure?: string;
  readonly texts: readonly {
    readonly module: string;
    readonly text: string;
    readonly lines: readonly (readonly [number, number])[];
    readonly branches: readonly (readonly [string, number])[];
    readonly toggles: readonly (readonly [string, number])[];
  }[];
  readonly groups: readonly CoverGroupResult[];
}

const { file, only, out } = JSON.parse(process.argv[2] ?? "{}") as CoverageTask;
process.stdout.write = () => true;

const end = collectCoverage();
const { passed, failure } = await runBench(file, only, Number.POSITIVE_INFINITY);
const result: RunCoverage = {
  ...{ passed, groups: functionalCoverage() },
  ...(failure !== undefined && { failure }),
  texts: end().map(({ module, text, coverage: { lines, branches, toggles } }) => ({
    ...{ module, text, lines: [...lines], branches: [...branches], toggles: [...toggles] },
  })),
};
writeFileSync(out, JSON.stringify(result));
process.exit();
