import { type CompleteLink, withDefaults } from "../description/defaults.ts";
import { toDiagnostic } from "../description/problem.ts";
import { switchWithDefaults } from "../description/switch-defaults.ts";
import { validate } from "../description/validate.ts";
import type { AnyPcsDesign } from "../design/any-pcs.ts";
import { type Derived, type DerivedId, derivedIds, type LinkDesign } from "../design/link.ts";
import { type AnyDerivedId, type SwitchDesign, switchDerivedIds } from "../design/switch.ts";
import { LanewrightError } from "../diagnostics.ts";
import type { LinkDescription, LinkDescriptionOfKind } from "../dsl/link-description.ts";
import { originOf, setOrigin } from "../dsl/origin.ts";
import type { SwitchDescription, SwitchDescriptionOfKind } from "../dsl/switch-description.ts";
import { bufferRules } from "./buffers.ts";
import { counterRules } from "./counters.ts";
import { creditRules } from "./credits.ts";
import { latencyBudget, portToPortBudget } from "./latency.ts";
import { lineRateCoverage } from "./line-rate.ts";
import { memories } from "./memories.ts";
import { packetRules } from "./packet.ts";
import { elaborateAnyPcs } from "./pcs-choices.ts";
import { retryRules } from "./retry.ts";
import { type Basis, basisOf, derive, type Rule, switchBasisOf } from "./rule.ts";
import { switchMemories } from "./switch-memories.ts";
import { switchPortRules } from "./switch-port.ts";
import { switchBackRules, switchFrontRules } from "./switch-rules.ts";
import { timingRules } from "./timing.ts";

/** All rules of a stand-alone link, each after those whose results it uses. */
export const rules: readonly Rule<DerivedId>[] = [
  ...packetRules,
  ...timingRules,
  ...retryRules,
  ...creditRules,
  ...bufferRules,
  ...counterRules,
];

/** All rules of a switch and of its port, in the same order. */
export const switchRules: readonly Rule[] = [
  ...switchFrontRules,
  ...rules.map((one) => switchPortRules.find(({ id }) => id === one.id) ?? one),
  ...switchBackRules,
];

type Numbers<Id extends AnyDerivedId> = Readonly<Record<Id, Derived>>;

/** Every derived number of a device; an override takes the place of its formula's result and feeds those behind it. */
export function deriveAll<Id extends AnyDerivedId>(
  from: readonly Rule<Id>[],
  basis: Basis,
  overrides: Readonly<Partial<Record<AnyDerivedId, number>>>,
): Numbers<Id> {
  const known = new Map<AnyDerivedId, Derived>();
  for (const one of from) known.set(one.id, derive(one, basis, known, overrides[one.id]));
  return Object.fromEntries(known) as Numbers<Id>;
}

/**
 * Makes the design model of a link: defaults filled in, every derived number with its formula. Depends on nothing but
 * the description. Cross-field rules are the business of `check`. A description that comes from a file names its kind;
 * one that is made in place need not.
 * @throws LanewrightError with every problem of shape, type and range when the description does not fit its schema.
 */
export function elaborateLink(description: LinkDescription | LinkDescriptionOfKind): LinkDesign {
  const origin = originOf(description);
  const problems = validate(origin ? description : { kind: "link", ...description });
  if (problems.length > 0)
    throw new LanewrightError(problems.map((problem) => toDiagnostic(problem, origin)));
  const design = elaborateCompleteLink(withDefaults(description));
  setOrigin(design, origin);
  return deepFreeze(design);
}

/** The same of a description with its defaults, which fits its schema. */
export function elaborateCompleteLink({ derived: overrides, ...complete }: CompleteLink): LinkDesign {
  const pcs = pcsOf(complete, overrides);
  const link = withPhyLatency(complete, pcs);
  const derived = deriveAll(rules, basisOf({ ...link, pcs }), overrides);
  return linkDesign(link, derived, pcs);
}

/** The same for a switch: its port is a link in the role of a switch's port. */
export function elaborateSwitch(description: SwitchDescription | SwitchDescriptionOfKind): SwitchDesign {
  const origin = originOf(description);
  const problems = validate(origin ? description : { kind: "switch", ...description });
  if (problems.length > 0)
    throw new LanewrightError(problems.map((problem) => toDiagnostic(problem, origin)));
  const { derived: overrides, port, ...rest } = switchWithDefaults(description);
  const { derived: _ofPort, ...complete } = port;
  const link = withPhyLatency(complete, null);
  const all = deriveAll(switchRules, switchBasisOf({ ...rest, port: link }), overrides);
  const device = {
    ...rest,
    port: linkDesign(link, pick(derivedIds, all), null),
    derived: pick(switchDerivedIds, all),
    latencyBudget: { portToPort: portToPortBudget({ ...rest, port: link }, all.crossbarStages.value) },
  };
  const design: SwitchDesign = { ...device, memories: switchMemories(device) };
  setOrigin(design, origin);
  return deepFreeze(design);
}

type PlainLink = Omit<CompleteLink, "derived">;
type LinkWithLatency = PlainLink & { readonly phyLatencyNs: number };

/** Latency of a PHY that nobody knows anything about, ns. */
const usualPhyNs = 150;

function withPhyLatency(link: PlainLink, pcs: AnyPcsDesign | null): LinkWithLatency {
  const phyLatencyNs = link.phyLatencyNs ?? pcs?.derived.pcsLinkNs.value ?? usualPhyNs;
  return { ...link, phyLatencyNs };
}

/** Null with an MII, and where there is no format for the rate and the FEC: `check` says so. */
function pcsOf(
  { phy, lanes, fec, ...link }: PlainLink,
  overrides: Readonly<Partial<Record<AnyDerivedId, number>>>,
): AnyPcsDesign | null {
  if (phy !== "pcs" || lanes === null || fec === null) return null;
  return elaborateAnyPcs({ ...link, lanes, fec }, overrides) ?? null;
}

function linkDesign(
  link: LinkWithLatency,
  derived: Numbers<DerivedId>,
  pcs: AnyPcsDesign | null,
): LinkDesign {
  return {
    ...link,
    derived,
    latencyBudget: latencyBudget(link),
    lineRateCoverage: lineRateCoverage(link, derived.maxPacketBytes.value),
    memories: memories(link, derived),
    pcs,
  };
}

export function pick<Id extends AnyDerivedId>(ids: readonly Id[], from: Numbers<Id>): Numbers<Id> {
  return Object.fromEntries(ids.map((id) => [id, from[id]])) as Numbers<Id>;
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
