import { type Problem, toDiagnostic, validate } from "../description/index.ts";
import type { LinkDesign } from "../design/link.ts";
import type { NicDesign } from "../design/nic.ts";
import type { AnyDesign, SwitchDesign } from "../design/switch.ts";
import { type Diagnostic, hasErrors, LanewrightError } from "../diagnostics.ts";
import type { LinkDescription, LinkDescriptionOfKind } from "../dsl/link-description.ts";
import type { NicDescriptionOfKind } from "../dsl/nic-description.ts";
import { originOf } from "../dsl/origin.ts";
import type { AnyDescription, SwitchDescriptionOfKind } from "../dsl/switch-description.ts";
import { elaborate } from "../elaborate/index.ts";
import { checkArbitration } from "./arbitration.ts";
import { checkName } from "./name.ts";
import { checkNic } from "./nic.ts";
import { ofNic } from "./of-nic.ts";
import { ofSwitch } from "./of-switch.ts";
import { checkOverrides } from "./overrides.ts";
import { checkPcs } from "./pcs.ts";
import { checkRate } from "./rate.ts";
import { soundPart } from "./sound-part.ts";
import { checkPacketMemory, checkScheduler, checkTables } from "./switch.ts";

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
export function inspect(description: NicDescriptionOfKind): Inspection<NicDesign>;
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
  if (design.kind === "nic") return nicProblems(design);
  return [
    ...checkName(design),
    ...(design.kind === "switch" ? checkSwitch(design) : checkLink(design)),
    ...checkOverrides(design),
  ];
}

function checkLink(design: LinkDesign): readonly Problem[] {
  return [...checkRate(design), ...checkPcs(design), ...checkArbitration(design)];
}

/** What is wrong with a port of a switch is said in the switch's words. */
function checkSwitch(design: SwitchDesign): readonly Problem[] {
  return [
    ...checkLink(design.port).map(ofSwitch),
    ...checkScheduler(design),
    ...checkTables(design),
    ...checkPacketMemory(design),
  ];
}

/** Numbers set by hand are those of the port, and are looked at as a link's. */
function nicProblems(design: NicDesign): readonly Problem[] {
  return [
    ...checkName(design.port),
    ...[...checkLink(design.port), ...checkOverrides(design.port)].map(ofNic),
    ...checkNic(design),
  ];
}

/** In the order of the user's file; problems without a place stay in front. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    ({ at: a }, { at: b }) => (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
  );
}
