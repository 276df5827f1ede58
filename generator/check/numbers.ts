import type { Problem } from "../description/index.ts";
import type { Derived, LinkDesign } from "../design/link.ts";
import type { AnyDerivedId } from "../design/switch.ts";
import type { DiagnosticCode } from "../diagnostics.ts";

/** The derived numbers of a design in the short form that override rules use. */
export interface Numbers {
  /** The link, or the port of the switch. */
  readonly design: LinkDesign;
  readonly derived: Readonly<Partial<Record<AnyDerivedId, Derived>>>;
  readonly value: (id: AnyDerivedId) => number;
  /** What the formula gives, overrides of its inputs included. */
  readonly computed: (id: AnyDerivedId) => number;
}

/** @param derived those of the link, and of the switch that it is part of */
export function numbersOf(
  design: LinkDesign,
  derived: Readonly<Partial<Record<AnyDerivedId, Derived>>>,
): Numbers {
  const find = (id: AnyDerivedId): Derived => {
    const found = derived[id];
    if (found === undefined) throw new Error(`"${id}" means nothing to a link`);
    return found;
  };
  return { design, derived, value: (id) => find(id).value, computed: (id) => find(id).computed };
}

/** What a rule has to say about one override. */
export interface Verdict {
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly limit: string;
}

/** Looks at one override; the number is the one that the description sets. */
export type OverrideRule = (value: number, numbers: Numbers) => Verdict | undefined;

export function refuse(code: DiagnosticCode, message: string, limit: string): Verdict {
  return { code, severity: "error", message, limit };
}

export function warn(code: DiagnosticCode, message: string, limit: string): Verdict {
  return { code, severity: "warning", message, limit };
}

/** Percent for a message: one digit after the point, at most 100. */
export function percent(share: number): string {
  return `${Math.round(Math.min(1, share) * 1000) / 10} %`;
}

export function isPow2(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && Number.isInteger(Math.log2(value));
}

/** `1 cycle`, `2 cycles`. */
function withUnit(value: number, unit: string): string {
  return `${value} ${value === 1 ? unit.replace(/(?<=[a-z]{2})s$/, "") : unit}`;
}

export function toProblem(id: AnyDerivedId, verdict: Verdict, numbers: Numbers): Problem {
  const unit = numbers.derived[id]?.unit ?? "";
  const value = numbers.value(id);
  const computed = numbers.computed(id);
  return {
    ...verdict,
    message: `derived.${id}: ${verdict.message}`,
    value: withUnit(value, unit),
    remedy: `leave it out (the formula gives ${withUnit(Math.round(computed * 1000) / 1000, unit)})${
      verdict.code === "LW_OVERRIDE_FIXED" ? "" : " or stay within the limit"
    }`,
    path: ["derived", id],
  };
}
