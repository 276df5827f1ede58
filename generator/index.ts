export { assertSound, check, type Inspection, inspect } from "./check/index.ts";
export { type LoadOptions, linkSchema, loadDescription } from "./description/index.ts";
export type { ArbitrationEntry, Derived, DerivedId, LinkDesign } from "./design/link.ts";
export {
  type Diagnostic,
  formatDiagnostic,
  formatDiagnostics,
  hasErrors,
  LanewrightError,
  type Position,
} from "./diagnostics.ts";
export { defineLink } from "./dsl/define-link.ts";
export type { LinkDescription, LinkDescriptionOfKind } from "./dsl/link-description.ts";
export { elaborate } from "./elaborate/index.ts";
export type { EmitResult, GenerateOptions } from "./emit/index.ts";
export { generate } from "./generate.ts";
