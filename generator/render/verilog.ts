import { isVerilogIdentifier, verilogKeywords } from "../design/verilog-names.ts";

/** Raised where a view would put something into Verilog that Verilog would read as something else. */
export class VerilogTextError extends Error {
  override readonly name = "VerilogTextError";
}

/** `name` itself, when it is a simple identifier and no keyword of Verilog-2005 or SystemVerilog; else it throws. */
export function identifier(name: string): string {
  if (verilogKeywords.has(name)) {
    throw new VerilogTextError(`"${name}" is a Verilog keyword and cannot be a name`);
  }
  if (!isVerilogIdentifier(name)) {
    throw new VerilogTextError(`${JSON.stringify(name)} is not a Verilog identifier`);
  }
  return name;
}

/** The range of a vector of `bits` (1 or more): `[7:0]` for 8, nothing for 1. */
export function range(bits: number): string {
  checkWidth(bits);
  return bits === 1 ? "" : `[${bits - 1}:0]`;
}

/** A sized hexadecimal literal, padded to its width: `hex(15, 8)` is `8'h0f`. Throws if the value does not fit. */
export function hex(value: bigint | number, bits: number): string {
  const digits = checkedValue(value, bits).toString(16);
  return `${bits}'h${digits.padStart(Math.ceil(bits / 4), "0")}`;
}

/** A sized decimal literal: `dec(15, 8)` is `8'd15`. Throws if the value does not fit. */
export function dec(value: bigint | number, bits: number): string {
  return `${bits}'d${checkedValue(value, bits)}`;
}

/** A sized binary literal, padded to its width: `bin(5, 4)` is `4'b0101`. Throws if the value does not fit. */
export function bin(value: bigint | number, bits: number): string {
  return `${bits}'b${checkedValue(value, bits).toString(2).padStart(bits, "0")}`;
}

function checkWidth(bits: number): void {
  if (!Number.isSafeInteger(bits) || bits < 1) throw new VerilogTextError(`${bits} is not a width in bits`);
}

/** `value` as an integer that `bits` unsigned bits hold. Doubles are taken only where they are exact. */
function checkedValue(value: bigint | number, bits: number): bigint {
  checkWidth(bits);
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new VerilogTextError(`${value} is not an integer that a literal can hold exactly`);
  }
  const integer = BigInt(value);
  if (integer < 0n || integer >> BigInt(bits) !== 0n) {
    throw new VerilogTextError(`${integer} does not fit into ${bits} unsigned bits`);
  }
  return integer;
}
