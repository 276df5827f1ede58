export { type CoveredText, collectCoverage } from "./collect.ts";
export {
  addCoverage,
  addShares,
  bothWays,
  type FileCoverage,
  mergeCoverage,
  noCoverage,
  type Share,
  type Shares,
  sharesOf,
} from "./lines.ts";
export {
  type CoverGroup,
  type CoverGroupResult,
  type CoverPoint,
  coverGroup,
  functionalCoverage,
  mergeGroups,
  savePoints,
} from "./points.ts";
export { type CoverageReport, type ModuleCoverage, reportHtml } from "./report.ts";
