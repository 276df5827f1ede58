import type { Diagnostic } from "../diagnostics.ts";
import type { DescriptionPath, Origin } from "../dsl/origin.ts";

/** A diagnostic that still knows its place in the description instead of its place in a file. */
export interface Problem extends Omit<Diagnostic, "at"> {
  readonly path: DescriptionPath;
  /** Points at the key rather than at its value: for keys that should not be there. */
  readonly part?: "key" | "value";
  /** Top-level keys whose values the rule looked at; their first path step alone unless given. */
  readonly uses?: readonly string[];
}

/** Looks up the place in the user's file. */
export function toDiagnostic(problem: Problem, origin: Origin | undefined): Diagnostic {
  const { path, part, uses: _uses, ...diagnostic } = problem;
  const at = origin?.locate(path, part ?? "value");
  return at ? { ...diagnostic, at } : diagnostic;
}

/** `virtualLanes.arbitration.low[2].weight`. */
export function pathText(path: DescriptionPath): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");
}
