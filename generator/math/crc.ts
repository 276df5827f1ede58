import {
  applyMatrix,
  type Gf2Matrix,
  identityMatrix,
  invertMatrix,
  matrixOfColumns,
  matrixPower,
  multiplyMatrices,
} from "./gf2.ts";

/**
 * A CRC that takes bit 0 of each byte first, holds its register in right-shifting form (the bit that leaves next is bit
 * 0), starts with all ones, sends the complemented register, low byte first.
 */
export interface CrcSpec {
  readonly name: string;
  /** Width of the register, bits: 16 or 32. */
  readonly bits: number;
  /** Polynomial in the usual notation: bit `i` is the coefficient of x^i, x^bits left out. */
  readonly polynomial: bigint;
}

/** VCRC and LPCRC of InfiniBand (vol. 1, link layer): x^16 + x^12 + x^3 + x + 1. */
export const vcrc: CrcSpec = { name: "VCRC", bits: 16, polynomial: 0x100bn };

/** ICRC of InfiniBand (vol. 1, data packet format), the CRC-32 of Ethernet. */
export const icrc: CrcSpec = { name: "ICRC", bits: 32, polynomial: 0x04c11db7n };

/** The register at the start of a packet: all ones. */
export function crcSeed(spec: CrcSpec): bigint {
  return (1n << BigInt(spec.bits)) - 1n;
}

/** The polynomial in right-shifting form: what one data bit of 1 adds to the register. */
export function reflectedPolynomial(spec: CrcSpec): bigint {
  let reflected = 0n;
  for (let bit = 0; bit < spec.bits; bit += 1) {
    reflected |= ((spec.polynomial >> BigInt(bit)) & 1n) << BigInt(spec.bits - 1 - bit);
  }
  return reflected;
}

/** The matrix that takes the register over `bits` data bits of zero. */
export function zeroBitsMatrix(spec: CrcSpec, bits: number): Gf2Matrix {
  const feedback = reflectedPolynomial(spec);
  const columns = identityMatrix(spec.bits).map((unit) => (unit & 1n ? feedback : unit >> 1n));
  return matrixPower(matrixOfColumns(columns, spec.bits), bits);
}

/** The matrices that take back the zero padding: entry `z` undoes `z` words of 32 zero bits, z = 0 … `words` - 1. */
export function undoZeroWords(spec: CrcSpec, words: number): readonly Gf2Matrix[] {
  const undoOne = invertMatrix(zeroBitsMatrix(spec, 32));
  const result: Gf2Matrix[] = [identityMatrix(spec.bits)];
  while (result.length < words) result.push(multiplyMatrices(undoOne, result[result.length - 1]!));
  return result;
}

/**
 * What a 1 at each bit of a beat adds to the register at the end of the beat; entry `i` belongs to bit `i` of the beat
 * (byte 0 in bits 7:0, first bit on the wire = bit 0).
 */
export function beatContributions(spec: CrcSpec, beatBits: number): readonly bigint[] {
  const feedback = reflectedPolynomial(spec);
  const result = new Array<bigint>(beatBits);
  let contribution = feedback;
  for (let bit = beatBits - 1; bit >= 0; bit -= 1) {
    result[bit] = contribution;
    contribution = contribution & 1n ? (contribution >> 1n) ^ feedback : contribution >> 1n;
  }
  return result;
}

/**
 * The masks of a beat's slices: `masks[bit][slice]` selects the bits of slice `slice` (`sliceBits` wide, slice 0 in the
 * low bits) whose parity goes into register bit `bit` at the end of the beat.
 */
export function sliceMasks(
  spec: CrcSpec,
  beatBits: number,
  sliceBits: number,
): readonly (readonly bigint[])[] {
  const contributions = beatContributions(spec, beatBits);
  return Array.from({ length: spec.bits }, (_, bit) =>
    Array.from({ length: beatBits / sliceBits }, (_, slice) => {
      let mask = 0n;
      for (let at = 0; at < sliceBits; at += 1) {
        const contribution = contributions[slice * sliceBits + at]!;
        if ((contribution >> BigInt(bit)) & 1n) mask |= 1n << BigInt(at);
      }
      return mask;
    }),
  );
}

/**
 * The register after a packet with a good CRC and `zeroBytes` bytes of zero behind it. After a packet with a
 * complemented CRC it is 0, whatever follows: the two sent registers cancel out, and zeros leave 0 as it is.
 */
export function goodResidue(spec: CrcSpec, zeroBytes: number): bigint {
  return applyMatrix(zeroBitsMatrix(spec, spec.bits + 8 * zeroBytes), crcSeed(spec));
}
