/** The functions that formulas may use beside arithmetic; `explain` prints formulas in these words. */

/** Smallest power of two that is at least `value`; 1 for anything up to 1. */
export function nextPow2(value: number): number {
  let power = 1;
  while (power < value) power *= 2;
  return power;
}

/** Smallest multiple of `step` that is at least `value`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Doubles `start` until `enough` holds. */
export function doubleUntil(start: number, enough: (value: number) => boolean): number {
  let value = start;
  while (!enough(value)) value *= 2;
  return value;
}

export const formulaFunctions = {
  ceil: Math.ceil,
  floor: Math.floor,
  min: Math.min,
  max: Math.max,
  log2: Math.log2,
  nextPow2,
  roundUp,
  doubleUntil,
} as const;
