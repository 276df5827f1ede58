/** Connected queue pairs of two adapters. */
import type { Connection } from "../../sim/nic/run-program.ts";
import type { AddressVector, MtuBytes, Verbs } from "../../sim/nic/verbs.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/** What an end has to offer; the LIDs of the ends are 1 and 2. */
type End = Pick<Verbs, "allocPd" | "createCq" | "createSrq" | "createQp" | "modifyQp">;

/**
 * One to four of them, with protection domains and completion queues of their own.
 * @param depth READs and atomics on their way at most
 * @param timeout code of the local ACK timeout, 4.096 us * 2^timeout
 * @param addressOf how end 0 or 1 is reached
 * @param shared some of them receive out of a queue that they share
 */
export function connectPairs(
  ends: readonly [End, End],
  rng: Rng,
  mtu: MtuBytes,
  depth: number,
  timeout: number,
  shared = false,
  addressOf: (end: number, sl: number) => AddressVector = (end, sl) => ({ dlid: end + 1, sl }),
): { connections: Connection[]; pds: [number, number] } {
  const pds = ends.map((end) => end.allocPd()) as [number, number];
  const cqs = ends.map((end) => end.createCq(256)) as [number, number];
  const srqs = ends.map((end, i) => (shared ? end.createSrq({ pd: pds[i]!, maxRecv: 64 }) : null)) as [
    number | null,
    number | null,
  ];
  const connections = Array.from({ length: shared ? rng.range(3, 4) : rng.range(1, 4) }, (): Connection => {
    const srq = ends.map((_, i) => (rng.chance(0.7) ? srqs[i]! : null)) as [number | null, number | null];
    // the same for both: on Ethernet it tells the version of IP as well
    const sl = rng.below(16);
    const psns = [rng.chance(0.5) ? 0xffffff - rng.below(50) : rng.below(1 << 24), rng.below(1 << 24)];
    const qpn = ends.map((end, i) =>
      end.createQp({
        ...{ type: "rc", pd: pds[i]!, sendCq: cqs[i]!, recvCq: cqs[i]! },
        ...{ maxSend: 16, maxRecv: 64, maxInline: 32 },
        ...(srq[i] === null ? {} : { srq: srq[i]! }),
      }),
    ) as [number, number];
    for (const [i, end] of ends.entries()) {
      end.modifyQp(qpn[i]!, { state: "INIT", pkey: 0xffff, access: 14 });
      end.modifyQp(qpn[i]!, {
        ...{ state: "RTR", pathMtu: mtu, destQpn: qpn[1 - i]!, rqPsn: psns[1 - i]!, maxDestRdAtomic: depth },
        ...{ minRnrTimer: rng.range(1, 3), address: addressOf(1 - i, sl) },
      });
      end.modifyQp(qpn[i]!, {
        ...{ state: "RTS", timeout, retryCount: 7, rnrRetry: 7, sqPsn: psns[i]! },
        maxRdAtomic: rng.range(1, depth),
      });
    }
    return { qpn, cq: cqs, srq };
  });
  return { connections, pds };
}
