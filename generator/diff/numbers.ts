import type { Derived } from "../design/link.ts";
import { portOf } from "../design/port-of.ts";
import type { AnyDesign } from "../design/switch.ts";
import { type Change, tidy } from "./change.ts";

/** A derived number that differs, with its formula and those of its inputs that differ. */
export interface NumberChange extends Change {
  readonly unit: string;
  /** That of the second design, unless only the first has the number. */
  readonly formula: string;
  /** Set where the formulas themselves differ: that of the first design. */
  readonly formulaBefore?: string;
  /** Set where a side has the number from its description and not from the formula. */
  readonly set?: "a" | "b" | "both";
  readonly inputs: readonly Change[];
}

type Numbers = ReadonlyMap<string, Derived>;

/** The derived numbers of a design, those of the port that it has and of a PCS behind a prefix. */
export function numbersOf(design: AnyDesign): Numbers {
  const link = portOf(design);
  const rows = (prefix: string, derived: Readonly<Record<string, Derived>>): [string, Derived][] =>
    Object.entries(derived).map(([id, one]) => [`${prefix}${id}`, one]);
  return new Map([
    ...(design.kind === "link" ? [] : rows("", design.derived)),
    ...rows(design.kind === "link" ? "" : "port.", link.derived),
    ...(link.pcs === null ? [] : rows("pcs.", link.pcs.derived)),
  ]);
}

/** The derived numbers that differ between two designs. */
export function numberChanges(before: AnyDesign, after: AnyDesign): readonly NumberChange[] {
  const [one, other] = [numbersOf(before), numbersOf(after)];
  const names = [...one.keys(), ...[...other.keys()].filter((name) => !one.has(name))];
  return names.flatMap((what) => {
    const [a, b] = [one.get(what), other.get(what)];
    const shown = b ?? a;
    if (shown === undefined || isSame(a, b)) return [];
    const set = a?.overridden ? (b?.overridden ? "both" : "a") : b?.overridden ? "b" : undefined;
    return [
      {
        what,
        unit: shown.unit,
        ...(a && { a: tidy(a.value) }),
        ...(b && { b: tidy(b.value) }),
        formula: shown.formula,
        ...(a && b && a.formula !== b.formula && { formulaBefore: a.formula }),
        ...(set !== undefined && { set }),
        inputs: a && b ? inputChanges(a, b) : [],
      } satisfies NumberChange,
    ];
  });
}

function isSame(a: Derived | undefined, b: Derived | undefined): boolean {
  return a?.value === b?.value && a?.formula === b?.formula && a?.overridden === b?.overridden;
}

function inputChanges(a: Derived, b: Derived): readonly Change[] {
  const names = [...new Set([...Object.keys(a.inputs), ...Object.keys(b.inputs)])];
  return names
    .filter((name) => a.inputs[name]?.value !== b.inputs[name]?.value)
    .map((name) => {
      const [before, after] = [a.inputs[name], b.inputs[name]];
      return {
        what: name,
        ...(before && { a: tidy(before.value) }),
        ...(after && { b: tidy(after.value) }),
      };
    });
}

/** What follows from the rest of a design, and is compared number by number or not at all. */
const follows: ReadonlySet<string> = new Set([
  ...["derived", "latencyBudget", "lineRateCoverage", "memories", "name", "role"],
]);

/** What a user decided, or what was decided for them: the plain values of a design by their path. */
export function settingsOf(design: AnyDesign): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      if (value.length === 0) found.set(path, "none");
      for (const [at, one] of value.entries()) walk(one, `${path}[${at}]`);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, one] of Object.entries(value)) {
        if (!follows.has(key)) walk(one, path === "" ? key : `${path}.${key}`);
      }
    } else found.set(path, String(value));
  };
  walk(design, "");
  found.set("name", design.name);
  return found;
}
