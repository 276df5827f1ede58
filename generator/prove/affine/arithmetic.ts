import type { Operands } from "./cells.ts";
import type { Form, Value } from "./forms.ts";

/** Bits as a number; undefined where one of them is no constant. */
function numberOf(bits: readonly Value[], signed: boolean): bigint | undefined {
  let number = 0n;
  for (const [at, bit] of bits.entries()) {
    if (bit !== 0n && bit !== 1n) return undefined;
    number |= bit << BigInt(at);
  }
  return signed ? BigInt.asIntN(bits.length, number) : number;
}

/** Arithmetic and comparison, where both operands are constants. */
export function constants(compute: (a: bigint, b: bigint) => bigint) {
  return ({ a, b, width, signed }: Operands): readonly Form[] | undefined => {
    const [left, right] = [numberOf(a, signed), numberOf(b, signed)];
    if (left === undefined || right === undefined) return undefined;
    const number = compute(left, right);
    return Array.from({ length: width }, (_, at) => (number >> BigInt(at)) & 1n);
  };
}

/** A shift by a constant: bit `at` of the output is bit `from(at, by)` of the operand, 0 outside of it. */
export function shifted(from: (at: number, by: number) => number) {
  return ({ a, b, width }: Operands): readonly Value[] | undefined => {
    const by = numberOf(b, false);
    if (by === undefined) return undefined;
    return Array.from({ length: width }, (_, at) => a[from(at, Number(by))] ?? 0n);
  };
}
