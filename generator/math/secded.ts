/**
 * Single error correcting, double error detecting codes after Hsiao (IBM J. Res. Dev. 14(4), 1970): every column of the
 * parity check matrix has odd weight, so two errors leave an even syndrome, which is that of no single error. Columns
 * of the least weight are taken and the rows are balanced: the shortest XOR trees.
 */

/** A code of one slice of a memory row. */
export interface SecdedCode {
  readonly dataBits: number;
  readonly checkBits: number;
  /** Syndrome of an error in each data bit; that of check bit `i` is `1 << i`. */
  readonly columns: readonly number[];
  /** For each check bit the data bits that it is the parity of. */
  readonly masks: readonly bigint[];
  /** Bit `s` is set where syndrome `s` is that of no error or of a single one. */
  readonly known: bigint;
}

/** Data bits of a slice: 64 take 8 check bits. */
export const sliceBits = 64;

/** Copies of a bit that has to outlive two errors. */
export const firmCopies = 5;

/** The code for `dataBits` (1 … 64) bits of data. */
export function secdedCode(dataBits: number): SecdedCode {
  if (!Number.isInteger(dataBits) || dataBits < 1 || dataBits > sliceBits) {
    throw new RangeError(`a slice has 1 to ${sliceBits} bits, not ${dataBits}`);
  }
  const checkBits = checkBitsFor(dataBits);
  const columns = chooseColumns(dataBits, checkBits);
  const masks = Array.from({ length: checkBits }, (_, row) =>
    columns.reduce((mask, column, at) => mask | (BigInt((column >> row) & 1) << BigInt(at)), 0n),
  );
  const singles = [...columns, ...Array.from({ length: checkBits }, (_, row) => 1 << row)];
  const known = singles.reduce((set, syndrome) => set | (1n << BigInt(syndrome)), 1n);
  return { dataBits, checkBits, columns, masks, known };
}

/** Bits of each slice of a row: slices of 64, the rest last. */
export function slicesOf(bits: number): readonly number[] {
  const whole = Array.from({ length: Math.floor(bits / sliceBits) }, () => sliceBits);
  const rest = bits % sliceBits;
  return rest === 0 ? whole : [...whole, rest];
}

/** Bits that a protected row takes in memory; its `firmBits` are kept in {@link firmCopies} instead of in slices. */
export function protectedBits(rowBits: number, firmBits = 0): number {
  const sliced = rowBits - firmBits;
  return slicesOf(sliced).reduce((sum, bits) => sum + bits + checkBitsFor(bits), firmCopies * firmBits);
}

/** Check bits of a slice of `dataBits`: as many as have enough columns of odd weight from 3 on. */
export function checkBitsFor(dataBits: number): number {
  let bits = 3;
  while (2 ** (bits - 1) - bits < dataBits) bits += 1;
  return bits;
}

const weight = (column: number): number => column.toString(2).replaceAll("0", "").length;

/** The lightest columns; of the last weight those that load the rows alike. */
function chooseColumns(count: number, rows: number): readonly number[] {
  const chosen: number[] = [];
  const load = new Array<number>(rows).fill(0);
  const all = Array.from({ length: 2 ** rows }, (_, column) => column);
  for (let ones = 3; chosen.length < count; ones += 2) {
    const left = all.filter((column) => weight(column) === ones);
    while (left.length > 0 && chosen.length < count) {
      const next = lightest(left, load);
      left.splice(left.indexOf(next), 1);
      chosen.push(next);
      for (let row = 0; row < rows; row += 1) load[row]! += (next >> row) & 1;
    }
  }
  return chosen;
}

/** The first of the columns whose rows carry least, the square of a load counted so that no row stands out. */
function lightest(columns: readonly number[], load: readonly number[]): number {
  const cost = (column: number): number =>
    load.reduce((sum, ones, row) => sum + ((column >> row) & 1) * (2 * ones + 1), 0);
  return columns.reduce((best, column) => (cost(column) < cost(best) ? column : best));
}
