export { assertSound, check, type Inspection, inspect } from "./check/index.ts";
export {
  type LoadOptions,
  linkSchema,
  loadDescription,
  loadLinkDescription,
  switchSchema,
} from "./description/index.ts";
export type { ArbitrationEntry, Derived, DerivedId, LinkDesign } from "./design/link.ts";
export type { AnyDerivedId, AnyDesign, SwitchDerivedId, SwitchDesign } from "./design/switch.ts";
export {
  type Diagnostic,
  formatDiagnostic,
  formatDiagnostics,
  hasErrors,
  LanewrightError,
  type Position,
} from "./diagnostics.ts";
export { defineLink } from "./dsl/define-link.ts";
export { defineNic } from "./dsl/define-nic.ts";
export { defineSwitch } from "./dsl/define-switch.ts";
export type { LinkDescription, LinkDescriptionOfKind } from "./dsl/link-description.ts";
export type { NicDescription, NicDescriptionOfKind } from "./dsl/nic-description.ts";
export {
  defineRegression,
  type RegressionEntry,
  type RegressionPlan,
  type RegressionPlanOfKind,
} from "./dsl/regression-plan.ts";
export type {
  AnyDescription,
  SwitchDescription,
  SwitchDescriptionOfKind,
} from "./dsl/switch-description.ts";
export { elaborate, elaborateSwitch } from "./elaborate/index.ts";
export type { EmitResult, GenerateOptions } from "./emit/index.ts";
export { generate } from "./generate.ts";
