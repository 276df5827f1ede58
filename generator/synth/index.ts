export { memoryProblems } from "./memories.ts";
export { baselineFrom, changesBetween, labelOf, lastReport, readReports, saveReport } from "./report.ts";
export { type SynthOptions, shortName, synth } from "./synth.ts";
export { targetRules } from "./targets.ts";
export * from "./types.ts";
export { findYosys, type Yosys } from "./yosys.ts";
