export { withDefaults } from "./defaults.ts";
export { type LoadOptions, loadDescription, loadLinkDescription } from "./load.ts";
export { type Problem, pathText, toDiagnostic } from "./problem.ts";
export { linkSchema } from "./schema.ts";
export { portDescription, switchWithDefaults } from "./switch-defaults.ts";
export { anySchema, switchSchema } from "./switch-schema.ts";
export { kindOfDescription, validate } from "./validate.ts";
