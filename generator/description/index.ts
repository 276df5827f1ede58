export { withDefaults } from "./defaults.ts";
export { type LoadOptions, loadDescription } from "./load.ts";
export { type Problem, pathText, toDiagnostic } from "./problem.ts";
export { linkSchema } from "./schema.ts";
export { validate } from "./validate.ts";
