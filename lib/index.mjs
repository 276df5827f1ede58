// Written by `npm run api`; do not edit. generator/index.ts for plain Node, loaded through tsx.
import { register } from "tsx/esm/api";

register();
export const {
  LanewrightError,
  assertSound,
  check,
  defineLink,
  defineNic,
  defineRegression,
  defineSwitch,
  elaborate,
  elaborateSwitch,
  formatDiagnostic,
  formatDiagnostics,
  generate,
  hasErrors,
  inspect,
  linkSchema,
  loadDescription,
  loadLinkDescription,
  switchSchema,
} = await import("../generator/index.ts");
