/** Scatter and gather lists over host memory. */
import type { ScatterGather } from "../../nic/verbs.ts";
import type { HostMemory } from "./memory.ts";

export function listBytes(sges: readonly ScatterGather[]): number {
  return sges.reduce((sum, { length }) => sum + length, 0);
}

/** Visits the pieces of `count` bytes from `offset` of a list whose host addresses are known. */
function visit(
  sges: readonly ScatterGather[],
  hosts: readonly bigint[],
  offset: number,
  count: number,
  piece: (host: bigint, length: number, done: number) => void,
): void {
  let skip = offset;
  let done = 0;
  for (const [i, { length }] of sges.entries()) {
    const take = Math.min(length - skip, count - done);
    if (take > 0) {
      piece(hosts[i]! + BigInt(skip), take, done);
      done += take;
    }
    skip = Math.max(0, skip - length);
  }
}

export function gather(
  memory: HostMemory,
  sges: readonly ScatterGather[],
  hosts: readonly bigint[],
  offset: number,
  count: number,
): Uint8Array {
  const bytes = new Uint8Array(count);
  visit(sges, hosts, offset, count, (host, length, done) => bytes.set(memory.read(host, length), done));
  return bytes;
}

/** @returns false when host memory failed a piece, which is as it was then */
export function scatter(
  memory: HostMemory,
  sges: readonly ScatterGather[],
  hosts: readonly bigint[],
  offset: number,
  bytes: Uint8Array,
): boolean {
  let good = true;
  visit(sges, hosts, offset, bytes.length, (host, length, done) => {
    if (memory.fails("writes", host, length)) good = false;
    else memory.write(host, bytes.subarray(done, done + length));
  });
  return good;
}
