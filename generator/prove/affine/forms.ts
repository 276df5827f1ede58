/**
 * What a signal is, as a function of free variables over GF(2). Three kinds:
 *
 * - a {@link Form}: a constant plus a sum of variables. Bit 0 of the number is the constant, bit i + 1 is variable i;
 * - a {@link System}: 1 exactly where a set of forms is 0 together (an equality of vectors), or exactly where it is not;
 * - {@link Unknown}: anything else, with the cell that made it so. What is unknown may flow about, but no claim accepts it.
 */
export type Form = bigint;

export interface System {
  readonly equations: readonly Form[];
  /** True: the signal is 1 where all equations are 0. False: it is 0 there. */
  readonly holds: boolean;
}

export interface Unknown {
  readonly unknown: string;
}

/** Where a value is made: it names the cell when the value is unknown. */
export interface Place {
  /** What {@link Unknown} says about this cell; one object a cell. */
  readonly refusal: Unknown;
}

export type Value = Form | System | Unknown;

export const isForm = (value: Value): value is Form => typeof value === "bigint";
export const isUnknown = (value: Value): value is Unknown => typeof value !== "bigint" && "unknown" in value;

export function not(a: Value): Value {
  if (isForm(a)) return a ^ 1n;
  return isUnknown(a) ? a : { equations: a.equations, holds: !a.holds };
}

export function xor(a: Value, b: Value, place: Place): Value {
  if (isForm(a) && isForm(b)) return a ^ b;
  if (isForm(a) && a <= 1n) return a === 0n ? b : not(b);
  if (isForm(b) && b <= 1n) return b === 0n ? a : not(a);
  return firstUnknown([a, b]) ?? place.refusal;
}

export function and(a: Value, b: Value, place: Place): Value {
  if (a === 0n || b === 0n) return 0n;
  if (a === 1n || a === b) return b;
  if (b === 1n) return a;
  const left = equationsOf(a);
  const right = equationsOf(b);
  if (left !== undefined && right !== undefined) return { equations: [...left, ...right], holds: true };
  return firstUnknown([a, b]) ?? place.refusal;
}

export function or(a: Value, b: Value, place: Place): Value {
  return not(and(not(a), not(b), place));
}

/** `one` where `select` is 1, else `zero`. */
export function mux(zero: Value, one: Value, select: Value, place: Place): Value {
  if (select === 0n || zero === one) return zero;
  if (select === 1n) return one;
  if (zero === 0n) return and(select, one, place);
  if (one === 0n) return and(not(select), zero, place);
  if (one === 1n) return or(select, zero, place);
  if (zero === 1n) return or(not(select), one, place);
  if (isForm(zero) && isForm(one) && isForm(select) && (zero ^ one) === 1n) return zero ^ select;
  return firstUnknown([select]) ?? place.refusal;
}

/** The equations that hold exactly where `value` is 1. */
function equationsOf(value: Value): readonly Form[] | undefined {
  if (isForm(value)) return [value ^ 1n];
  return isUnknown(value) || !value.holds ? undefined : value.equations;
}

function firstUnknown(values: readonly Value[]): Unknown | undefined {
  return values.find(isUnknown);
}

/** The system "all of these are 0". */
export function allZero(equations: readonly Form[]): System {
  return { equations, holds: true };
}

/**
 * Reduced row echelon form: two sets of equations have the same solutions exactly where these agree. `[1n]` stands for a
 * set without solutions.
 */
export function reduced(equations: readonly Form[]): readonly Form[] {
  const rows: { row: Form; top: Form }[] = [];
  for (const equation of equations) {
    let row = equation;
    for (const one of rows) if (row & one.top) row ^= one.row;
    if (row === 0n) continue;
    if (row === 1n) return [1n];
    const top = 1n << BigInt(row.toString(2).length - 1);
    for (const one of rows) if (one.row & top) one.row ^= row;
    rows.push({ row, top });
  }
  return rows.sort((a, b) => (a.top < b.top ? -1 : 1)).map(({ row }) => row);
}

/** Whether `value` is 1 exactly where `system` says. Constants and forms are systems of no or one equation. */
export function sameSystem(value: Value, system: System): boolean {
  if (isUnknown(value)) return false;
  const mine: System = isForm(value) ? { equations: [value ^ 1n], holds: true } : value;
  const [left, right] = [reduced(mine.equations), reduced(system.equations)];
  // what never holds and what always does are the same with the sign turned
  const never = (rows: readonly Form[], holds: boolean): boolean =>
    holds ? rows[0] === 1n : rows.length === 0;
  const always = (rows: readonly Form[], holds: boolean): boolean => never(rows, !holds);
  if (never(left, mine.holds) || never(right, system.holds)) {
    return never(left, mine.holds) && never(right, system.holds);
  }
  if (always(left, mine.holds) || always(right, system.holds)) {
    return always(left, mine.holds) && always(right, system.holds);
  }
  if (mine.holds !== system.holds) {
    // a hyperplane is the complement of the one beside it
    return left.length === 1 && right.length === 1 && (left[0]! ^ right[0]!) === 1n;
  }
  return left.length === right.length && left.every((row, at) => row === right[at]);
}
