import { withDefaults } from "../description/defaults.ts";
import { toDiagnostic } from "../description/problem.ts";
import { validate } from "../description/validate.ts";
import type { Derived, DerivedId, LinkDesign } from "../design/link.ts";
import { LanewrightError } from "../diagnostics.ts";
import type { LinkDescription, LinkDescriptionOfKind } from "../dsl/link-description.ts";
import { originOf, setOrigin } from "../dsl/origin.ts";
import { bufferRules } from "./buffers.ts";
import { counterRules } from "./counters.ts";
import { creditRules } from "./credits.ts";
import { latencyBudget } from "./latency.ts";
import { lineRateCoverage } from "./line-rate.ts";
import { memories } from "./memories.ts";
import { packetRules } from "./packet.ts";
import { retryRules } from "./retry.ts";
import { type Basis, basisOf, derive, type Rule } from "./rule.ts";
import { timingRules } from "./timing.ts";

/** All rules, each after those whose results it uses. */
export const rules: readonly Rule[] = [
  ...packetRules,
  ...timingRules,
  ...retryRules,
  ...creditRules,
  ...bufferRules,
  ...counterRules,
];

type Overrides = Readonly<Partial<Record<DerivedId, number>>>;

/** Every derived number of a device; an override takes the place of its formula's result and feeds those behind it. */
export function deriveAll(basis: Basis, overrides: Overrides): Readonly<Record<DerivedId, Derived>> {
  const known = new Map<DerivedId, Derived>();
  for (const one of rules) known.set(one.id, derive(one, basis, known, overrides[one.id]));
  return Object.fromEntries(known) as Record<DerivedId, Derived>;
}

/**
 * Makes the design model of a link: defaults filled in, every derived number with its formula. Depends on nothing but
 * the description. Cross-field rules are the business of `check`. A description that comes from a file names its kind;
 * one that is made in place need not.
 * @throws LanewrightError with every problem of shape, type and range when the description does not fit its schema.
 */
export function elaborate(description: LinkDescription | LinkDescriptionOfKind): LinkDesign {
  const origin = originOf(description);
  const problems = validate(origin ? description : { kind: "link", ...description });
  if (problems.length > 0)
    throw new LanewrightError(problems.map((problem) => toDiagnostic(problem, origin)));
  const { derived: overrides, ...link } = withDefaults(description);
  const derived = deriveAll(basisOf(link), overrides);
  const design: LinkDesign = {
    ...link,
    derived,
    latencyBudget: latencyBudget(link),
    lineRateCoverage: lineRateCoverage(link, derived.maxPacketBytes.value),
    memories: memories(link, derived),
  };
  setOrigin(design, origin);
  return deepFreeze(design);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
