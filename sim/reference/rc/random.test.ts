import { describe, expect, it } from "vitest";
import { randomStream } from "../../nic/random-program.ts";
import { type Connection, ProgramRun } from "../../nic/run-program.ts";
import { type AddressVector, access, type MtuBytes } from "../../nic/verbs.ts";
import { type Rng, seedText, withSeed } from "../../traffic/rng.ts";
import { type AdapterOptions, adapterDefaults } from "./adapter.ts";
import { dcqcnDefaults } from "./dcqcn.ts";
import type { PortIdentity } from "./framing.ts";
import { mappedIpv4 } from "./framing-roce.ts";
import type { HostMemory } from "./memory.ts";
import { ReferenceNic } from "./nic.ts";
import { type Faults, Pair } from "./pair.ts";

/**
 * LANEWRIGHT_LONG=1 runs 400 longer programs in place of 24; LANEWRIGHT_SEED=0x… runs the one that a message names, with
 * LANEWRIGHT_LONG as it was.
 */
const long = process.env.LANEWRIGHT_LONG === "1" || process.env.LANEWRIGHT_LONG === "2";
const runs = long ? 400 : 24;

type Frame = "local" | "global" | "ipv4" | "ipv6";

/** Port of a side, and its address for the other one. */
function identity(frame: Frame, side: number): { port: PortIdentity; address: AddressVector } {
  const gid = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, side + 1);
  if (frame === "local" || frame === "global") {
    const port: PortIdentity = { frame: "infiniband", lid: side + 1, gid };
    return { port, address: { dlid: side + 1, sl: side, ...(frame === "global" ? { dgid: gid } : {}) } };
  }
  const dgid = frame === "ipv4" ? mappedIpv4(Uint8Array.of(10, 0, 0, side + 1)) : gid;
  const mac = Uint8Array.of(2, 0, 0, 0, 0, side + 1);
  return { port: { frame: "ethernet", mac, gids: [dgid] }, address: { dgid, mac, udpSourcePort: 0xc123 } };
}

/** A random set-up with its program; throws what is wrong. @returns what happened, to see that faults took place */
function runProgram(rng: Rng): { pair: Pair; nics: [ReferenceNic, ReferenceNic] } {
  const frame = rng.pick<Frame>(["local", "local", "global", "ipv4", "ipv6"]);
  const mtu = rng.pick<MtuBytes>([256, 256, 256, 512, 1024]);
  const bad = rng.chance(0.8);
  const faults: Partial<Faults> = bad
    ? {
        loss: 0.1 * rng.float(),
        duplicate: 0.1 * rng.float(),
        reorder: 0.1 * rng.float(),
        reorderNs: 5000,
        damage: 0.02,
        mark: 0.02,
      }
    : {};
  const options = (): Partial<AdapterOptions> => ({
    endlessRetry: true,
    credits: rng.chance(0.5),
    ackDelayNs: rng.chance(0.5) ? 500 : 0,
    ackMerge: rng.range(2, 8),
    ackEvery: rng.range(1, 64),
    windowPackets: rng.chance(0.3) ? rng.range(64, 100) : adapterDefaults.windowPackets,
    congestion: rng.chance(0.3) ? { ...dcqcnDefaults, minKbps: 10_000_000 } : null,
  });
  const ids = [identity(frame, 0), identity(frame, 1)] as const;
  const nics: [ReferenceNic, ReferenceNic] = [
    new ReferenceNic(ids[0].port, options()),
    new ReferenceNic(ids[1].port, options()),
  ];
  const pair = new Pair(nics, faults, rng.next());
  const pds = nics.map((nic) => nic.allocPd()) as [number, number];
  const cqs = nics.map((nic) => nic.createCq(4096)) as [number, number];
  const srqs = nics.map((nic, i) => (rng.chance(0.3) ? nic.createSrq({ pd: pds[i]!, maxRecv: 1024 }) : null));
  const maxSend = rng.range(1, 16);
  const connections: Connection[] = [];
  for (let q = 0; q < rng.range(1, 3); q++) {
    const depth = rng.range(1, 4);
    const psns = [rng.chance(0.5) ? 0xffffff - rng.below(100) : rng.below(1 << 24), rng.below(1 << 24)];
    const qpn = nics.map((nic, i) => {
      const shared = srqs[i] === null ? {} : { srq: srqs[i]! };
      const queues = { pd: pds[i]!, sendCq: cqs[i]!, recvCq: cqs[i]!, maxSend, maxRecv: 64, maxInline: 64 };
      return nic.createQp({ type: "rc", ...queues, ...shared });
    }) as [number, number];
    for (const [i, nic] of nics.entries()) {
      const all = access.remoteWrite | access.remoteRead | access.remoteAtomic;
      nic.modifyQp(qpn[i]!, { state: "INIT", pkey: 0xffff, access: all });
      nic.modifyQp(qpn[i]!, {
        state: "RTR",
        pathMtu: mtu,
        destQpn: qpn[1 - i]!,
        rqPsn: psns[1 - i]!,
        maxDestRdAtomic: depth,
        minRnrTimer: rng.range(1, 5),
        address: ids[1 - i]!.address,
      });
      const timers = { timeout: rng.range(3, 5), retryCount: 7, rnrRetry: 7 };
      nic.modifyQp(qpn[i]!, { state: "RTS", ...timers, sqPsn: psns[i]!, maxRdAtomic: rng.range(1, depth) });
    }
    connections.push({ qpn, cq: cqs, srq: [srqs[0]!, srqs[1]!] });
  }
  const shape = {
    steps: long ? rng.range(20, 200) : rng.range(20, 60),
    longest: 6 * mtu,
    maxInline: 64,
    signalEvery: maxSend,
  };
  const streams = connections.flatMap((_, connection) =>
    ([0, 1] as const).map((side) => ({
      stream: randomStream(rng.fork(`${connection}${side}`), shape),
      connection,
      side,
    })),
  );
  const host = (i: 0 | 1) => ({ verbs: nics[i], memory: nics[i].memory, pd: pds[i] });
  const hosts = [host(0), host(1)] as const;
  const advance = (ns: number) => void pair.run(ns);
  const run = new ProgramRun(
    hosts,
    connections,
    streams,
    { maxSend, slotBytes: 6 * mtu, advance, patience: 1e9 },
    rng,
  );
  const before = nics.map(({ memory }) => memory.clone());
  run.run();
  // Nothing may arrive late and change anything, and no byte outside of what the program owns may differ.
  pair.run(100_000);
  for (const side of [0, 1] as const) {
    const expected: HostMemory = before[side]!;
    for (const [address, bytes] of run.expected[side]) expected.write(address, bytes);
    expect(nics[side].memory.firstDifference(expected)).toBeNull();
    expect(nics[side].pollCq(cqs[side], 10)).toEqual([]);
  }
  return { pair, nics };
}

describe("random programs of verbs", () => {
  const seen = new Map<string, number>();
  const slices = 12;
  for (let slice = 0; slice < slices; slice++)
    it(`seeds ${slice} of ${slices}: memory and completions are those of one request after the other`, async () => {
      for (let i = slice; i < runs; i += slices) {
        const seed = process.env.LANEWRIGHT_SEED ? Number(process.env.LANEWRIGHT_SEED) : 0x5eed0000 + i;
        await withSeed(seed, (rng) => {
          const { nics } = runProgram(rng);
          for (const { drops } of nics)
            for (const [reason, count] of drops) seen.set(reason, (seen.get(reason) ?? 0) + count);
        });
      }
    });

  it("met the faults that it is about", () => {
    for (const reason of ["sequence-latched", "stale-response", "rnr-latched", "vcrc", "icrc"])
      expect(seen.get(reason) ?? 0, `${reason}, first seed ${seedText(0x5eed0000)}`).toBeGreaterThan(0);
  });
});
