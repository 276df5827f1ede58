import { beforeAll, describe, expect, it } from "vitest";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { encodeFrame, type TransportPacket } from "../../sim/reference/rc/index.ts";
import { packetFrom } from "../../sim/reference/rc/rig.ts";
import { freshSeed, mix32, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { buildCore } from "./core-pair.ts";
import { FuzzRig, type RawPacket } from "./fuzz-rig.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;
const frames = long ? 100_000 : 2500;
const perRig = long ? 10_000 : 2500;

const mtu = 256;
const design = elaborateNic({
  ...{ name: "dut", clockMHz: 100, datapathBits: 128, mtuBytes: mtu, queuePairs: 16, completionQueues: 2 },
  ...{ memoryRegions: 16, port: { rateGbps: 10, cableMeters: 3 }, virtualLanes: { data: 1 } },
  ...{ requester: { outstandingReads: 4 }, responder: { outstandingReads: 4 } },
});

/** Behind the CRCs. */
const crcBytes = 6;
const [own, far] = [1, 2];
const firstPsn = 0xfffffa;
const ends = { port: { frame: "infiniband" as const, lid: far }, to: { dlid: own } };

interface Region {
  readonly key: number;
  readonly iova: bigint;
  readonly length: number;
  readonly address: bigint;
}

/** An adapter with queue pairs of little luck, and one that has to work. */
class Victim {
  readonly rig: FuzzRig;
  readonly rng: Rng;
  readonly regions: Record<"open" | "top" | "source" | "foreign" | "local" | "gone", Region>;
  readonly landing: Region;
  readonly qpns: number[];
  readonly good: number;
  readonly cq: number;
  /** PSN that a queue pair expects next, as its answers tell. */
  readonly expected = new Map<number, number>();
  given = 0;
  stops = 0;

  constructor(built: BuiltModel, rng: Rng) {
    this.rng = rng;
    this.rig = new FuzzRig(design, built, rng);
    const { driver, host } = this.rig;
    const bytes = new Uint8Array(0x2_0000);
    rng.fill(bytes);
    host.write(0x10_0000n, bytes);
    this.cq = driver.createCq(1024);
    const [pd, other] = [driver.allocPd(), driver.allocPd()];
    const region = (address: bigint, length: number, access: number, iova = address, domain = pd): Region => {
      const { rkey } = driver.regMr({ pd: domain, address, length, access, iova });
      const span = { from: address, to: address + BigInt(length) };
      if (access & 1 && rkey !== 0) this.rig.writable.push(span);
      this.rig.readable.push(span);
      return { key: rkey, iova, length, address };
    };
    const topLength = 0x0ffd;
    this.regions = {
      open: region(0x10_0123n, 0x1ef1, 15),
      top: region(0x10_4001n, topLength, 15, (1n << 64n) - BigInt(topLength)),
      source: region(0x10_6007n, 0x0802, 4),
      foreign: region(0x10_8000n, 0x1000, 15, 0x10_8000n, other),
      local: region(0x10_a000n, 0x1000, 1),
      gone: region(0x10_c000n, 0x1000, 15),
    };
    this.landing = region(0x10_e005n, 0x0fff, 1);
    driver.deregMr(this.regions.gone.key);
    // What no peer of these queue pairs may touch.
    const forbidden = [this.regions.foreign, this.regions.local, this.regions.gone].map((one) => one.address);
    for (const list of [this.rig.writable, this.rig.readable])
      list.splice(0, list.length, ...list.filter(({ from }) => !forbidden.includes(from)));
    this.qpns = Array.from({ length: 9 }, () =>
      driver.createQp({ type: "rc", pd, sendCq: this.cq, recvCq: this.cq, maxSend: 8, maxRecv: 8 }),
    );
    this.good = this.qpns.pop()!;
    for (const qpn of this.qpns) this.start(qpn);
  }

  /** Through RESET to RTS; some have requests of their own on the way, and receive requests. */
  start(qpn: number): void {
    const { driver } = this.rig;
    const { rng } = this;
    driver.modifyQp(qpn, { state: "RESET" });
    driver.modifyQp(qpn, {
      state: "INIT",
      pkey: 0xffff,
      access: qpn === this.good || rng.chance(0.8) ? 14 : 4,
    });
    driver.modifyQp(qpn, {
      ...{ state: "RTR", pathMtu: mtu, destQpn: 0x100 + qpn, rqPsn: firstPsn, maxDestRdAtomic: 4 },
      ...{ minRnrTimer: 1, address: { dlid: far } },
    });
    driver.modifyQp(qpn, {
      ...{ state: "RTS", timeout: 0, retryCount: 2, rnrRetry: 2, sqPsn: firstPsn, maxRdAtomic: 4 },
    });
    this.expected.set(qpn, firstPsn);
    if (qpn === this.good) return;
    const { landing } = this;
    const piece = (length: number) => ({
      ...{ address: landing.iova + BigInt(rng.below(landing.length - length)), length, lkey: landing.key },
    });
    for (let i = rng.below(3); i > 0; i--) driver.postRecv(qpn, { wrId: 0, sges: [piece(rng.below(700))] });
    const remote = { address: 0x40n, rkey: 7 };
    for (let i = rng.below(3); i > 0; i--) {
      const opcode = rng.pick(["read", "write", "fetch-add"] as const);
      const at = landing.iova + BigInt(3 + 8 * rng.below(64));
      const sges = [
        opcode === "fetch-add" ? { address: at, length: 8, lkey: landing.key } : piece(rng.below(700)),
      ];
      driver.postSend(qpn, { wrId: 0, opcode, sges, remote, compareAdd: 1n });
    }
  }

  /** An address where mistakes are made: edges of a region and of the 64-bit space. */
  #address({ iova, length }: Region, bytes: number): bigint {
    const { rng } = this;
    const edge = rng.pick([iova, iova + BigInt(length), iova + BigInt(length), 0n, 1n << 64n]);
    const near = BigInt(rng.range(-2, 2)) - (rng.chance(0.7) ? BigInt(bytes) : 0n);
    return BigInt.asUintN(64, edge + (rng.chance(0.8) ? near : BigInt(rng.range(-600, 600))));
  }

  /** A packet with good CRCs and headers that are wrong somewhere, or nowhere. */
  #packet(): TransportPacket {
    const { rng } = this;
    const qpn = rng.pick(this.qpns);
    const random = packetFrom(rng, rng.below(0x18), rng.pick([0, 1, 4, 8, 255, 256, 256, 257]));
    const region = rng.pick([this.regions.open, this.regions.open, ...Object.values(this.regions)]);
    const rkey = rng.chance(0.9)
      ? region.key
      : rng.chance(0.5)
        ? (region.key ^ (1 << rng.below(32))) >>> 0
        : rng.next();
    const length = rng.chance(0.8)
      ? random.payload.length
      : rng.pick([0, 300, 600, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1]);
    const answer = random.opcode >= 0x0d && random.opcode <= 0x12;
    const next = answer ? firstPsn + rng.below(3) : this.expected.get(qpn)!;
    const near = rng.chance(0.85) ? next : next + rng.range(-9, 9);
    return {
      ...random,
      destQp: rng.chance(0.97) ? qpn : rng.pick([0, 1, 16, 0x10 + qpn, rng.below(1 << 24)]),
      pkey: rng.chance(0.98) ? 0xffff : rng.pick([0x7fff, 0, rng.below(1 << 16)]),
      psn: rng.chance(0.97) ? near & 0xffffff : rng.below(1 << 24),
      ...(random.aeth && rng.chance(0.7) ? { aeth: { syndrome: 0x1f, msn: 1 } } : {}),
      ...(random.reth ? { reth: { va: this.#address(region, length), rkey, length } } : {}),
      ...(random.atomicEth
        ? {
            atomicEth: {
              ...random.atomicEth,
              va: this.#address(region, 8) & (rng.chance(0.8) ? ~7n : ~0n),
              rkey,
            },
          }
        : {}),
      ...(random.ieth === undefined ? {} : { ieth: rkey }),
    };
  }

  #frame(packet: TransportPacket, lid = far): Uint8Array {
    return encodeFrame({ ...ends.port, lid }, ends.to, packet).slice(0, -crcBytes);
  }

  /** What comes from the wire. */
  #raw(): RawPacket {
    const { rng } = this;
    const choice = rng.float();
    const good = this.#frame(this.#packet(), rng.chance(0.98) ? far : far + 1);
    const error = rng.chance(0.02);
    if (choice < 0.75) return { bytes: good, error };
    if (choice < 0.9) {
      // Headers: LRH, BTH and what may follow them
      for (let i = rng.range(1, 3); i > 0; i--) good[rng.below(Math.min(good.length, 48))] = rng.below(256);
      return { bytes: good, error };
    }
    if (choice < 0.97) {
      const longer = new Uint8Array(good.length + 32);
      longer.set(good);
      return { bytes: longer.slice(0, rng.range(1, longer.length)), error };
    }
    const bytes = new Uint8Array(rng.range(1, mtu + 100));
    rng.fill(bytes);
    return { bytes, error };
  }

  hit(): void {
    this.given++;
    this.rig.give(this.#raw());
    this.#listen();
  }

  /** What the adapter tells of the PSNs that it expects. */
  #listen(): void {
    for (const bytes of this.rig.sent.splice(0)) {
      const opcode = bytes[8]!;
      const qpn = (((bytes[13]! << 16) | (bytes[14]! << 8) | bytes[15]!) - 0x100) & 0xffffff;
      const psn = (bytes[17]! << 16) | (bytes[18]! << 8) | bytes[19]!;
      if (opcode < 0x0d || opcode > 0x12) continue;
      const refused = opcode === 0x11 && bytes[20]! >> 5 !== 0;
      this.expected.set(qpn, (refused ? psn : psn + 1) & 0xffffff);
    }
  }

  /** Queue pairs that failed begin again, most of them; completions are taken. */
  mend(): void {
    const { driver } = this.rig;
    const failed = this.qpns.filter((qpn) => driver.queryQp(qpn).state === "ERR");
    // What they had is flushed by then, and taken before they begin again.
    this.rig.run(100);
    driver.pollCq(this.cq, 1000);
    for (const qpn of failed) {
      this.stops++;
      if (this.rng.chance(0.8)) this.start(qpn);
    }
  }

  /** A WRITE to the good queue pair, and a READ of what it wrote. */
  goesOn(): void {
    const { rig, rng, good } = this;
    this.start(good);
    rig.sent.splice(0);
    const payload = new Uint8Array(100);
    rng.fill(payload);
    const { open } = this.regions;
    const common = { ...packetFrom(rng, 0, 0), migrated: true, destQp: good, pkey: 0xffff, ackRequest: true };
    const send = (opcode: number, psn: number, fields: Partial<TransportPacket>): void =>
      rig.give({ bytes: this.#frame({ ...common, opcode, psn, ...fields }), error: false });
    const va = open.iova + 0x100n;
    send(0x0a, firstPsn, { reth: { va, rkey: open.key, length: 100 }, payload });
    // A READ response would speak for the ACK.
    rig.run(400);
    send(0x0c, firstPsn + 1, { reth: { va, rkey: open.key, length: 100 } });
    rig.run(600);
    const mine = rig.sent.filter((bytes) => bytes[15] === good && bytes[14] === 1);
    expect([this.given, mine.map((bytes) => bytes[8])]).toEqual([this.given, [0x11, 0x10]]);
    expect(rig.host.read(open.address + 0x100n, 100)).toEqual(payload);
    expect(mine.at(-1)!.slice(24, 124)).toEqual(payload);
    this.#listen();
  }
}

/** Drops behind the parser, of packets that it counts as received. */
const behind = /^DROP_(NO_QP|QP_TYPE|QP_STATE|PKEY|PEER|LATCHED|DUPLICATE|STALE)$/;

describe("hostile packets into an adapter", () => {
  let built: BuiltModel;
  beforeAll(async () => {
    built = await buildCore(design);
  }, 600_000);

  it("touch no host memory outside of the regions, each drop is counted, and the adapter goes on", async () => {
    const total: Record<string, number> = {};
    let stops = 0;
    for (let done = 0; done < frames; done += perRig)
      await withSeed(mix32(seed + done), (rng) => {
        const victim = new Victim(built, rng);
        const { rig } = victim;
        for (let i = 0; i < perRig; i++) {
          victim.hit();
          if (i % 25 === 24) victim.mend();
          if (i % 500 === 499) victim.goesOn();
          if (rig.trespasses.length > 0) expect([i, rig.trespasses]).toEqual([i, []]);
        }
        rig.run(500);
        const counters = rig.counters();
        const parsed = Object.entries(counters).filter(
          ([name]) => name === "RX_PACKET" || (name.startsWith("DROP_") && !behind.test(name)),
        );
        const more = 2 * Math.floor(perRig / 500);
        expect(parsed.reduce((sum, [, count]) => sum + count, 0)).toBe(victim.given + more);
        expect([counters.WRITE_ERROR, counters.CQ_OVERFLOW]).toEqual([0, 0]);
        for (const [name, count] of Object.entries(counters)) total[name] = (total[name] ?? 0) + count;
        stops += victim.stops;
        rig.close();
      });
    const met = ["ICRC", "MALFORMED", "RAW", "NO_QP", "QP_STATE", "PKEY", "PEER", "LATCHED", "STALE"];
    const refused = ["REFUSED_KEY", "REFUSED_PD", "REFUSED_RIGHT", "REFUSED_RANGE"];
    for (const name of [...met.map((one) => `DROP_${one}`), ...refused])
      expect([name, total[name]! > 0]).toEqual([name, true]);
    expect(stops).toBeGreaterThan(frames / 50);
  }, 1_800_000);
});
