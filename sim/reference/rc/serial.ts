/** 24-bit serial numbers: PSN, MSN, SSN (InfiniBand vol. 1, 9.7.1; half of the space is "older"). */

export const serialMask = 0xffffff;

/** `value + count` modulo 2^24. */
export function serialAdd(value: number, count: number): number {
  return (value + count) & serialMask;
}

/** Signed distance a - b, -2^23 … 2^23-1; negative when `a` is older. */
export function serialCompare(a: number, b: number): number {
  return ((a - b) << 8) >> 8;
}
