/** Connected queue pairs of two adapters. */
import type { NicDriver } from "../../sim/nic/driver.ts";
import type { Connection } from "../../sim/nic/run-program.ts";
import type { MtuBytes } from "../../sim/nic/verbs.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/**
 * @param depth READs and atomics on their way at most
 * @param timeout code of the local ACK timeout, 4.096 us * 2^timeout
 */
export function connectPairs(
  drivers: readonly [NicDriver, NicDriver],
  rng: Rng,
  mtu: MtuBytes,
  depth: number,
  timeout: number,
): { connections: Connection[]; pds: [number, number] } {
  const pds = drivers.map((driver) => driver.allocPd()) as [number, number];
  const cqs = drivers.map((driver) => driver.createCq(256)) as [number, number];
  const connections = Array.from({ length: rng.range(1, 4) }, (): Connection => {
    const psns = [rng.chance(0.5) ? 0xffffff - rng.below(50) : rng.below(1 << 24), rng.below(1 << 24)];
    const qpn = drivers.map((driver, i) =>
      driver.createQp({
        ...{ type: "rc", pd: pds[i]!, sendCq: cqs[i]!, recvCq: cqs[i]! },
        ...{ maxSend: 16, maxRecv: 64, maxInline: 32 },
      }),
    ) as [number, number];
    for (const [i, driver] of drivers.entries()) {
      driver.modifyQp(qpn[i]!, { state: "INIT", pkey: 0xffff, access: 14 });
      driver.modifyQp(qpn[i]!, {
        ...{ state: "RTR", pathMtu: mtu, destQpn: qpn[1 - i]!, rqPsn: psns[1 - i]!, maxDestRdAtomic: depth },
        ...{ minRnrTimer: rng.range(1, 3), address: { dlid: 2 - i, sl: rng.below(16) } },
      });
      driver.modifyQp(qpn[i]!, {
        ...{ state: "RTS", timeout, retryCount: 7, rnrRetry: 7, sqPsn: psns[i]! },
        maxRdAtomic: rng.range(1, depth),
      });
    }
    return { qpn, cq: cqs, srq: [null, null] };
  });
  return { connections, pds };
}
