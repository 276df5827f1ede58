import { describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import { ethernetOf } from "../../generator/elaborate/ethernet.ts";
import type { AxisPacket } from "../../sim/bfm/axis.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { EthBench, ethPorts, type Own, openEthPort, registersAt } from "./eth-bench.ts";
import { pauseFrame, rowsOf, withFcs } from "./eth-wire.ts";
import { benchNic } from "./nic-bench.ts";
import { clientBytes, randomSample } from "./packets.ts";
import { randomBytes } from "./records.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const mtuBytes = 256;
const queuePairs = 16;
const lanes = 2;
/** Of the lanes, and of notifications. */
const priorities = [3, 5] as const;
const cnpPriority = 6;

const own: Own = {
  mac: Uint8Array.of(2, 0x11, 0x22, 0x33, 0x44, 0x55),
  ipv4: Uint8Array.of(10, 1, 2, 3),
  ipv6: new Uint8Array(16),
};

/** Headers between the engines and the port: the queue of `nic_tx_mux`, the builder. */
const mostAhead = 18;

/**
 * What stands in front of the port: two engines of which each chooses an open lane and hands a packet over some cycles
 * later, and a queue that keeps their order.
 */
class Engines {
  /** Packets handed over, by lane, and notifications, each with what its frame is known by: queue pair and PSN. */
  readonly due: readonly string[][] = [[], [], []];
  running = true;
  /** Share of the packets whose payload turns out not to be there: they end as errors, and no frame comes of them. */
  failing = 0;
  failed = 0;
  /** Notifications for which there was no room. */
  refused = 0;
  readonly #slots: ({ lane: number; at: number } | null)[] = [null, null];
  /** Cycles from which on they look at the lanes again: three behind the packet before. */
  readonly #free = [0, 0];
  /** In the builder: four cycles and more. */
  readonly #built: { readonly packet: AxisPacket; readonly at: number }[] = [];
  readonly #model: Model;
  readonly #bench: EthBench;
  readonly #rng: Rng;
  #psn = 0;

  constructor(model: Model, bench: EthBench, rng: Rng) {
    this.#model = model;
    this.#bench = bench;
    this.#rng = rng;
  }

  #packet(lane: number, opcode: number, bytes: number) {
    const rng = this.#rng;
    const cnp = lane === lanes;
    const sample = randomSample(rng, cnp ? 4 : opcode, cnp ? 16 : bytes);
    const qpn = 2 * rng.range(1, 7) + (cnp ? 0 : lane);
    this.#psn += 1;
    const packet = { ...sample.packet, psn: this.#psn, fecn: false };
    const lrh = { vl: cnp ? 0 : lane, sl: cnp ? 1 : priorities[lane]!, dlid: qpn, slid: 1 };
    const all = clientBytes({ lrh, packet });
    if (cnp) all[8] = 0x81;
    this.due[lane]!.push(`${qpn} ${this.#psn}`);
    return { bytes: all, vl: lrh.vl };
  }

  /** As `nic_notify` does: when there is room, and the one before has gone. */
  notify(): void {
    const { pending } = this.#bench.source;
    if (this.#model.port("cnp_room").get() === 0) this.refused += 1;
    if (this.#model.port("cnp_room").get() === 0 || pending > 0) return;
    this.#bench.source.push(this.#packet(lanes, 0x81, 16));
  }

  /** One cycle, before the bench's. */
  step(): void {
    const [rng, model, source] = [this.#rng, this.#model, this.#bench.source];
    const open = model.port("lane_open").get();
    model.port("ahead_valid").set(0);
    const ready = this.#slots.findIndex((slot) => slot !== null && slot.at <= this.#bench.cycle);
    while (this.#built.length > 0 && this.#built[0]!.at <= this.#bench.cycle)
      source.push(this.#built.shift()!.packet);
    if (ready >= 0 && source.pending + this.#built.length < mostAhead) {
      const { lane } = this.#slots[ready]!;
      const bytes = [0, rng.below(mtuBytes), mtuBytes][rng.below(3)]!;
      const packet = this.#packet(lane, [0x04, 0x0a, 0x07][rng.below(3)]!, bytes);
      const error = this.#rng.chance(this.failing);
      if (error) this.due[lane]!.pop();
      if (error) this.failed += 1;
      this.#built.push({ packet: { ...packet, error }, at: this.#bench.cycle + 4 });
      model.port("ahead_valid").set(1);
      model.port("ahead_vl").set(lane);
      model.port("ahead_bytes").set(bytes);
      this.#slots[ready] = null;
      this.#free[ready] = this.#bench.cycle + 3;
    }
    for (const [at, slot] of this.#slots.entries()) {
      const lane = rng.below(lanes);
      if (this.#bench.cycle < this.#free[at]!) continue;
      if (slot === null && this.running && ((open >> lane) & 1) === 1)
        this.#slots[at] = { lane, at: this.#bench.cycle + rng.range(1, 12) };
    }
    this.#bench.step();
  }

  run(cycles: number): void {
    for (let left = cycles; left > 0; left -= 1) this.step();
  }
}

/** Queue pair and PSN of a frame with IPv4, and whose it is. */
function nameOf(frame: Uint8Array): { readonly lane: number; readonly name: string } {
  const qpn = ((frame[34]! << 8) | frame[35]!) - 0xc000;
  const psn = (frame[51]! << 16) | (frame[52]! << 8) | frame[53]!;
  return { lane: frame[42] === 0x81 ? lanes : qpn & 1, name: `${qpn} ${psn}` };
}

async function setUp(design: NicDesign, rng: Rng) {
  const model = await openEthPort(design);
  const bench = new EthBench(model, rng.fork("bench"));
  bench.own(own);
  const mac = Uint8Array.of(6, 1, 2, 3, 4, 5);
  for (let qpn = 0; qpn < queuePairs; qpn += 1) bench.peer(qpn, { mac, ip: randomBytes(rng, 4) });
  return { model, bench, engines: new Engines(model, bench, rng.fork("engines")) };
}

describe.each(ethPorts)("transmit queues of %i bits, %i Gb/s", (bits, rateGbps) => {
  const design = benchNic({
    ...{ bits, rateGbps, mtuBytes, queuePairs, clockMHz: 402.83, frame: "ethernet" },
  });
  const stop = ethernetOf(design).derived.pauseStopCycles.value;

  it("a paused priority holds none of the others", { timeout: 600_000 }, () =>
    withSeed(seed, async (rng) => {
      const { model, bench, engines } = await setUp(design, rng);
      // the rate of the port, which is what a pause is counted in
      bench.txRate = Math.min(1, (design.port.rateGbps * 1000) / (design.clockMHz * bits));
      bench.steady = true;
      const seen: readonly string[][] = [[], [], []];
      let count = 0;
      /** Frames of each lane, and notifications, that began in some cycles. */
      const run = (cycles: number): number[] => {
        const before = seen.map(({ length }) => length);
        for (let left = cycles; left > 0; left -= 1) {
          if (rng.chance(0.01) && bench.source.pending < mostAhead) engines.notify();
          engines.step();
        }
        for (const { bytes, fcsGood } of bench.ear.frames.slice(count)) {
          expect(fcsGood).toBe(true);
          const { lane, name } = nameOf(bytes);
          seen[lane]!.push(name);
        }
        count = bench.ear.frames.length;
        return seen.map(({ length }, at) => length - before[at]!);
      };
      const pause = (mask: number, quanta: number): void => {
        const times = Array.from({ length: 8 }, () => quanta);
        bench.rows.push(...rowsOf([withFcs(pauseFrame(mask, times))], bench.rowBytes, () => 1));
      };
      // so long that some notifications come at any rate
      const span = Math.max(24 * stop, 6000);
      const free = run(span);
      for (const frames of free) expect(frames).toBeGreaterThan(10);
      const cases: readonly (readonly [mask: number, still: readonly number[]])[] = [
        [1 << priorities[0], [0]],
        [1 << priorities[1], [1]],
        [(1 << priorities[0]) | (1 << cnpPriority), [0, 2]],
        [1 << cnpPriority, [2]],
      ];
      for (const [mask, still] of cases) {
        pause(mask, 0xffff);
        run(8 + stop);
        // long enough for a queue that stands still to fill up
        const paused = run(span);
        for (const [at, frames] of paused.entries())
          if (still.includes(at)) expect([mask, at, frames]).toEqual([mask, at, 0]);
          else expect([mask, at, frames > (at === 2 ? 10 : free[at]! / 4)]).toEqual([mask, at, true]);
        // what goes has the wire for itself
        if (!still.includes(2)) {
          const data = paused[0]! + paused[1]!;
          expect(data).toBeGreaterThan(0.6 * (free[0]! + free[1]!));
        }
        pause(mask, 0);
        run(span);
      }
      // all of them, then nothing; a pause that ends by itself
      const quantum = (512 * design.clockMHz) / (1000 * design.port.rateGbps);
      const quanta = Math.ceil((stop + 1000) / quantum);
      pause(0xff, quanta);
      run(8 + stop);
      const still = Math.floor(quanta * quantum) - stop - 64;
      expect(run(still)).toEqual([0, 0, 0]);
      engines.running = false;
      const waits = () => engines.due.some((all, at) => at < lanes && seen[at]!.length < all.length);
      for (let left = 60; left > 0 && waits(); left -= 1) run(500);
      expect(seen.slice(0, lanes)).toEqual(engines.due.slice(0, lanes));
      // Notifications wait where they come from while there is no room for them
      expect(engines.refused).toBeGreaterThan(0);
      for (let left = 1000; left > 0; left -= 1) bench.step();
      run(0);
      expect(seen[lanes]).toEqual(engines.due[lanes]);
      // no beat ever waited in front of the queues
      expect(bench.source.blockedCycles).toBe(0);
      expect(bench.read(registersAt.counters + 8 * heldAt)).toBeGreaterThan(0);
      model.close();
    }),
  );

  it("packets without their payload leave their lane open", { timeout: 600_000 }, () =>
    withSeed(seed, async (rng) => {
      const { model, bench, engines } = await setUp(design, rng);
      bench.txRate = 1;
      engines.failing = 0.3;
      // Many of them are taken back in the cycle in which an older packet of their lane leaves
      engines.run(40_000);
      expect(engines.failed).toBeGreaterThan(500);
      engines.running = false;
      engines.run(5000);
      expect(model.port("lane_open").get() & 3).toBe(3);
      expect(bench.ear.frames.length).toBe(engines.due[0]!.length + engines.due[1]!.length);
      model.close();
    }),
  );
});

/** Number of the counter of cycles in which a packet was held, without memory protection. */
const heldAt = 19;
