export { type LintInput, type LintResult, lint } from "./lint.ts";
export { linters } from "./tools.ts";
