export { creditLimitBlocks } from "./credits.ts";
export { deriveAll, elaborate, elaborateSwitch, rules, switchRules } from "./elaborate.ts";
export { type LineRateSummary, lineRatePoint, lineRateSummary, plainHeaderBytes } from "./line-rate.ts";
export { elaboratePcs, pcsBasisOf, pcsRulesOf } from "./pcs.ts";
export { legalLanes, legalSymbolsPerClock, pcsFormats } from "./pcs-formats.ts";
export { retryOnlyIds } from "./retry.ts";
export { basisOf, switchBasisOf } from "./rule.ts";
export { largestTable, tableBits } from "./switch-memories.ts";
