import { type Form, isForm, isUnknown, reduced, type System, sameSystem, type Value } from "./forms.ts";
import { constant, type Given, type Machine } from "./machine.ts";
import type { Netlist } from "./netlist.ts";

/** A statement about a netlist for all values of its data, with the control that `check` drives. */
export interface AffineClaim {
  readonly label: string;
  /** What holds, in words. */
  readonly says: string;
  /** @throws Refuted */
  readonly check: (netlist: Netlist) => void;
}

/** A claim does not hold, or what it is about is not affine. */
export class Refuted extends Error {
  readonly machine: Machine;
  /** The variables that are 1 in the counter-example, all others being 0; undefined where a signal is not affine. */
  readonly ones: Form | undefined;

  constructor(message: string, machine: Machine, ones?: Form) {
    super(message);
    this.machine = machine;
    this.ones = ones;
  }
}

/** Throws unless `actual` is `expected`, bit by bit. */
export function same(machine: Machine, what: string, actual: readonly Value[], expected: Given): void {
  const wanted = typeof expected === "object" ? expected : constant(expected, actual.length);
  if (wanted.length !== actual.length) {
    throw new Refuted(`${what} has ${actual.length} bits, not ${wanted.length}`, machine);
  }
  for (const [at, value] of actual.entries()) {
    const form = wanted[at]!;
    if (!isForm(form)) throw new Error(`${what}: what is expected is not affine`);
    if (!isForm(value) && isUnknown(value)) {
      throw new Refuted(`${what}[${at}] is not affine: ${value.unknown}`, machine);
    }
    if (value === form) continue;
    const ones = isForm(value)
      ? solution(value ^ form)
      : telling(value, { equations: [form ^ 1n], holds: true });
    throw new Refuted(`${what}[${at}] is wrong ${assignment(machine, ones)}`, machine, ones);
  }
}

/** Throws unless the bit `actual` is 1 exactly where `system` says. */
export function holdsWhere(machine: Machine, what: string, actual: Value | undefined, system: System): void {
  if (actual === undefined || isUnknown(actual)) {
    throw new Refuted(`${what} compares no forms: ${actual?.unknown ?? "it is not there"}`, machine);
  }
  if (sameSystem(actual, system)) return;
  const ones = telling(actual, system);
  throw new Refuted(`${what} is wrong ${assignment(machine, ones)}`, machine, ones);
}

/** Variables to set so that a form that is not 0 is 1: one at most. */
function solution(form: Form): Form {
  if (form & 1n) return 0n;
  return form & -form;
}

/** An assignment where `value` and `system` differ: a solution of one that does not solve the other. */
function telling(value: Value, system: System): Form {
  const mine = isForm(value) ? [value ^ 1n] : isUnknown(value) ? [] : value.equations;
  for (const [inside, outside] of [
    [mine, system.equations],
    [system.equations, mine],
  ] as const) {
    const rows = reduced(inside);
    if (rows[0] === 1n) continue;
    const wrong = outside.map((equation) => eliminated(equation, rows)).find((rest) => rest !== 0n);
    if (wrong === undefined) continue;
    // a free variable decides the rest; the pivots follow from it
    const free = solution(wrong);
    return rows.reduce((ones, row) => (parity(row & (free | 1n)) ? ones | topOf(row) : ones), free);
  }
  return 0n;
}

function eliminated(equation: Form, rows: readonly Form[]): Form {
  return rows.reduce((rest, row) => (rest & topOf(row) ? rest ^ row : rest), equation);
}

const topOf = (form: Form): Form => 1n << BigInt(form.toString(2).length - 1);
const parity = (form: Form): boolean => form.toString(2).split("1").length % 2 === 0;

function assignment(machine: Machine, ones: Form): string {
  const names = machine.variables.namesIn(ones);
  if (names.length === 0) return "where all data is 0";
  const listed = names.slice(0, 8).join(", ");
  return `where of all data only ${listed}${names.length > 8 ? ` and ${names.length - 8} more` : ""} is 1`;
}
