import { type Problem, toDiagnostic, validate } from "../description/index.ts";
import { type DerivedId, derivedIds, type LinkDesign } from "../design/link.ts";
import type { AnyDesign, SwitchDesign } from "../design/switch.ts";
import { type Diagnostic, hasErrors, LanewrightError } from "../diagnostics.ts";
import type { LinkDescription, LinkDescriptionOfKind } from "../dsl/link-description.ts";
import { originOf } from "../dsl/origin.ts";
import type { AnyDescription, SwitchDescriptionOfKind } from "../dsl/switch-description.ts";
import { basisOf, deriveAll, elaborate, rules } from "../elaborate/index.ts";
import { checkArbitration } from "./arbitration.ts";
import { checkName } from "./name.ts";
import { numbersOf, toProblem } from "./numbers.ts";
import { checkForm } from "./override-form.ts";
import { sizeOverrides } from "./override-sizes.ts";
import { timingOverrides } from "./override-timing.ts";
import { checkRate } from "./rate.ts";
import { soundPart } from "./sound-part.ts";

const overrideRules = { ...timingOverrides, ...sizeOverrides };

/** Every broken rule between the parts of a design, errors and warnings; empty when all is well. */
export function check(design: AnyDesign): readonly Diagnostic[] {
  const origin = originOf(design);
  return inOrder(problemsOf(design).map((problem) => toDiagnostic(problem, origin)));
}

/**
 * Returns the warnings.
 * @throws LanewrightError with everything that `check` found when one of it is an error
 */
export function assertSound(design: AnyDesign): readonly Diagnostic[] {
  const found = check(design);
  if (hasErrors(found)) throw new LanewrightError(found);
  return found;
}

/** What a description amounts to: its design where the schema lets one be made, and every problem at once. */
export interface Inspection<Design extends AnyDesign = AnyDesign> {
  /** Undefined when there is an error. */
  readonly design: Design | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Looks at a description as a whole and never throws: where parts of it do not fit the schema, the rules between the
 * other parts are looked at all the same. A description without a kind is a link's.
 */
export function inspect(description: LinkDescription | LinkDescriptionOfKind): Inspection<LinkDesign>;
export function inspect(description: SwitchDescriptionOfKind): Inspection<SwitchDesign>;
export function inspect(description: LinkDescription | AnyDescription): Inspection;
export function inspect(description: LinkDescription | AnyDescription): Inspection {
  const origin = originOf(description);
  const shape = validate(origin ? description : { kind: "link", ...description });
  if (shape.length === 0) {
    const design = elaborate(description);
    const diagnostics = check(design);
    return { design: hasErrors(diagnostics) ? undefined : design, diagnostics };
  }
  const { sound, replaced } = soundPart(description, shape);
  const rest = problemsOf(elaborate(sound)).filter(
    ({ path, uses }) => ![...(uses ?? []), String(path[0])].some((key) => replaced.has(key)),
  );
  return {
    design: undefined,
    diagnostics: inOrder([...shape, ...rest].map((problem) => toDiagnostic(problem, origin))),
  };
}

function problemsOf(design: AnyDesign): readonly Problem[] {
  return design.kind === "switch" ? [] : linkProblemsOf(design);
}

function linkProblemsOf(design: LinkDesign): readonly Problem[] {
  return [...checkName(design), ...checkRate(design), ...checkArbitration(design), ...checkOverrides(design)];
}

/**
 * Overrides feed the formulas behind them. So that a refused one does not spoil the figures that another message gives,
 * each is looked at once more without the other refused ones.
 */
function checkOverrides(design: LinkDesign): readonly Problem[] {
  const overridden = derivedIds.filter((id) => design.derived[id].overridden);
  const first = overridden.flatMap((id) => checkOverride(id, design));
  const refused = new Set(first.filter(({ severity }) => severity === "error").map(({ path }) => path[1]));
  if (refused.size === 0) return first;
  const second = overridden.flatMap((id) => {
    const kept = overridden.filter((other) => other === id || !refused.has(other));
    const overrides = Object.fromEntries(kept.map((one) => [one, design.derived[one].value]));
    return checkOverride(id, { ...design, derived: deriveAll(rules, basisOf(design), overrides) });
  });
  return second.some(({ severity }) => severity === "error") ? second : first;
}

function checkOverride(id: DerivedId, design: LinkDesign): readonly Problem[] {
  const numbers = numbersOf(design);
  const { value } = design.derived[id];
  const verdict = checkForm(id, value, numbers) ?? overrideRules[id]?.(value, numbers);
  return verdict ? [toProblem(id, verdict, design)] : [];
}

/** In the order of the user's file; problems without a place stay in front. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    ({ at: a }, { at: b }) => (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
  );
}
