export { anySchema } from "./any-schema.ts";
export { withDefaults } from "./defaults.ts";
export { regressionWords } from "./file-words.ts";
export {
  type LoadOptions,
  loadDescription,
  loadLinkDescription,
  loadObject,
} from "./load.ts";
export { type CompleteNic, nicWithDefaults } from "./nic-defaults.ts";
export { nicSchema } from "./nic-schema.ts";
export { type Problem, pathText, toDiagnostic } from "./problem.ts";
export { regressionSchema, validateRegression } from "./regression-schema.ts";
export { linkSchema } from "./schema.ts";
export { portDescription, switchWithDefaults } from "./switch-defaults.ts";
export { switchSchema } from "./switch-schema.ts";
export { kindOfDescription, validate } from "./validate.ts";
