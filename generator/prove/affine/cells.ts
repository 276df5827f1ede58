import { constants, shifted } from "./arithmetic.ts";
import { and, mux, not, or, type Place, type Value, xor } from "./forms.ts";

type Bits = readonly Value[];
type Combine = (a: Value, b: Value, place: Place) => Value;

/** Inputs of a cell; A and B are as wide as the cell needs them. */
export interface Operands {
  readonly a: Bits;
  readonly b: Bits;
  readonly s: Bits;
  /** A and B are numbers with a sign. */
  readonly signed: boolean;
  /** Bits of the output. */
  readonly width: number;
  readonly place: Place;
}

/** Bits of the output; those that are left out are 0. Undefined: it cannot be said. */
type Evaluate = (operands: Operands) => Bits | undefined;

const bitwise =
  (combine: Combine): Evaluate =>
  ({ a, b, width, place }) => {
    const bits: Value[] = [];
    for (let at = 0; at < width; at += 1) bits.push(combine(a[at]!, b[at]!, place));
    return bits;
  };

/** All bits of an operand together. */
function fold(bits: Bits, start: Value, combine: Combine, place: Place): Value {
  let value = start;
  for (const bit of bits) value = combine(value, bit, place);
  return value;
}

const any = (bits: Bits, place: Place): Value => fold(bits, 0n, or, place);

function equal({ a, b, place }: Operands): Value {
  let value: Value = 1n;
  for (const [at, bit] of a.entries()) value = and(value, not(xor(bit, b[at]!, place)), place);
  return value;
}

/** Yosys makes a `$pmux` only of choices that exclude each other. */
function choose({ a, b, s, width, place }: Operands): Bits {
  const chosen = [...s.entries()].filter(([, select]) => select !== 0n);
  return Array.from({ length: width }, (_, at) => {
    let value: Value = chosen[0]?.[1] === 1n ? 0n : a[at]!;
    for (const [choice, select] of chosen) value = mux(value, b[choice * width + at]!, select, place);
    return value;
  });
}

const inverse =
  (combine: Combine): Combine =>
  (a, b, place) =>
    not(combine(a, b, place));
const inverted: Evaluate = ({ a, width }) => a.slice(0, width).map(not);
const passed: Evaluate = ({ a, width }) => a.slice(0, width);
const selected: Evaluate = ({ a, b, s, width, place }) => {
  const bits: Value[] = [];
  for (let at = 0; at < width; at += 1) bits.push(mux(a[at]!, b[at]!, s[0]!, place));
  return bits;
};

/** What the cells of Yosys do, as far as affine logic needs them; all others make their outputs unknown. */
export const evaluators: ReadonlyMap<string, Evaluate> = new Map<string, Evaluate>([
  ["$and", bitwise(and)],
  ["$or", bitwise(or)],
  ["$xor", bitwise(xor)],
  ["$xnor", bitwise(inverse(xor))],
  ["$not", inverted],
  ["$pos", passed],
  ["$mux", selected],
  ["$pmux", choose],
  ["$reduce_and", ({ a, place }) => [fold(a, 1n, and, place)]],
  ["$reduce_or", ({ a, place }) => [any(a, place)]],
  ["$reduce_bool", ({ a, place }) => [any(a, place)]],
  ["$reduce_xor", ({ a, place }) => [fold(a, 0n, xor, place)]],
  ["$reduce_xnor", ({ a, place }) => [not(fold(a, 0n, xor, place))]],
  ["$logic_not", ({ a, place }) => [not(any(a, place))]],
  ["$logic_and", ({ a, b, place }) => [and(any(a, place), any(b, place), place)]],
  ["$logic_or", ({ a, b, place }) => [or(any(a, place), any(b, place), place)]],
  ["$eq", (operands) => [equal(operands)]],
  ["$ne", (operands) => [not(equal(operands))]],
  ["$add", constants((a, b) => a + b)],
  ["$sub", constants((a, b) => a - b)],
  ["$lt", constants((a, b) => (a < b ? 1n : 0n))],
  ["$le", constants((a, b) => (a <= b ? 1n : 0n))],
  ["$gt", constants((a, b) => (a > b ? 1n : 0n))],
  ["$ge", constants((a, b) => (a >= b ? 1n : 0n))],
  ["$shl", shifted((at, by) => at - by)],
  ["$shr", shifted((at, by) => at + by)],
  ["$_BUF_", passed],
  ["$_NOT_", inverted],
  ["$_AND_", bitwise(and)],
  ["$_NAND_", bitwise(inverse(and))],
  ["$_OR_", bitwise(or)],
  ["$_NOR_", bitwise(inverse(or))],
  ["$_XOR_", bitwise(xor)],
  ["$_XNOR_", bitwise(inverse(xor))],
  ["$_ANDNOT_", bitwise((a, b, place) => and(a, not(b), place))],
  ["$_ORNOT_", bitwise((a, b, place) => or(a, not(b), place))],
  ["$_MUX_", selected],
]);
