import type { Diagnostic } from "../diagnostics.ts";

/** Every problem of shape, type and range of what claims to be a description. */
export function validate(_description: unknown): readonly Diagnostic[] {
  return [];
}
