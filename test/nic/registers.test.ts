import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nicRegisterModules } from "../../generator/views/nic/registers.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { AxilMonkey } from "../rtl/axil-monkey.ts";
import { headerValues } from "../rtl/csr-bench.ts";
import { fail, resetAll } from "../rtl/link-bench.ts";
import { benchNic, openNicModule } from "./nic-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const [queuePairs, completionQueues, memoryRegions, sharedReceiveQueues] = [64, 16, 256, 8];

/** A FIFO of doorbells: what was written, in order. */
interface Channel {
  readonly register: string;
  readonly port: string;
  readonly number: string;
  readonly value: string;
  readonly valueBits: number;
  readonly limit: number;
  readonly expected: { number: number; value: number }[];
}

const channel = (
  register: string,
  port: string,
  number: string,
  value: string,
  limit: number,
  valueBits = 16,
) => ({
  ...{ register, port, number, value, limit, valueBits },
  expected: [],
});

/** A work request that a thread of the host pushes, and how far it has come. */
interface Push {
  readonly qpn: number;
  readonly producer: number;
  /** Writes that are still to be made: register and value; the last one is the doorbell. */
  readonly writes: [register: string, value: number][];
  readonly wqe: bigint;
}

/** Words of a pushed request. */
const pushWords = 16;

function randomPush(rng: Rng, qpn: number, producer: number): Push {
  const words = Array.from({ length: pushWords }, (_, word) => ({ word, value: rng.next(), at: rng.next() }))
    .filter(() => rng.chance(0.6))
    .sort((a, b) => a.at - b.at);
  return {
    ...{ qpn, producer },
    writes: [
      ["SQ_PUSH", qpn + (producer & 255) * 2 ** 16 + words.length * 2 ** 24],
      ...words.map(({ word, value }): [string, number] => [`SQ_PUSH_DATA_OFFSET[${word}]`, value]),
      ["SQ_DOORBELL", qpn + producer * 2 ** 16],
    ],
    wqe: words.reduce((sum, { word, value }) => sum | (BigInt(value) << BigInt(32 * word)), 0n),
  };
}

/** Ways in which a push is none, whatever else is written meanwhile. */
const wrongPushes: readonly ((writes: Push["writes"], rng: Rng) => void)[] = [
  // no beginning
  (writes) => writes.shift(),
  // a word that does not belong to it, or one twice
  (writes, rng) => writes.splice(1, 0, ["SQ_PUSH_DATA_OFFSET[3]", rng.next()]),
  (writes) => writes.splice(1, 0, writes.length > 2 ? writes[1]! : ["SQ_PUSH_DATA_OFFSET[0]", 1]),
  // for another count of requests, or for a queue pair that there is not
  (writes) => writes.splice(0, 1, [writes[0]![0], (writes[0]![1] ^ (2 ** 23)) >>> 0]),
  (writes, rng) => writes.splice(0, 1, [writes[0]![0], (writes[0]![1] ^ (2 ** (2 + rng.below(14)))) >>> 0]),
];

class Bench {
  readonly model: Model;
  readonly rng: Rng;
  readonly bus: AxilMonkey;
  readonly addresses: ReadonlyMap<string, number>;
  readonly channels: readonly Channel[];
  /** Cycles in which a channel is taken are this likely. */
  takes = 0.5;
  taken = 0;
  /** What was pushed with a doorbell, by queue pair and count; a doorbell without is none of these. */
  readonly pushes = new Map<string, bigint>();
  /** Doorbells taken with their work request. */
  pushed = 0;

  constructor(model: Model, rng: Rng, addresses: ReadonlyMap<string, number>, idle: number) {
    this.model = model;
    this.rng = rng;
    this.addresses = addresses;
    resetAll(model);
    this.bus = new AxilMonkey(model, rng, idle);
    this.channels = [
      channel("SQ_DOORBELL", "sq_db", "qpn", "producer", queuePairs),
      channel("RQ_DOORBELL", "rq_db", "qpn", "producer", queuePairs),
      channel("CQ_CONSUMER", "cq_ci", "cq", "index", completionQueues),
      channel("CQ_ARM", "cq_arm", "cq", "solicited", completionQueues, 1),
      channel("SRQ_DOORBELL", "srq_db", "srq", "producer", sharedReceiveQueues),
    ];
  }

  address(name: string): number {
    const at = this.addresses.get(name.includes("[") ? name : `${name}_OFFSET`);
    if (at === undefined) throw new Error(`no register ${name}`);
    return at;
  }

  /** A write that the bus carries out when it may; `step` until `bus.idle`. */
  queue(name: string, data: number, strobe = 15): void {
    this.bus.write({ address: this.address(name), data: data >>> 0, strobe });
  }

  write(name: string, data: number): void {
    this.queue(name, data);
    this.drain();
  }

  drain(): void {
    for (let cycle = 0; !this.bus.idle; cycle += 1) {
      if (cycle > 5000) fail(this.model, "the bus hangs");
      this.step();
    }
  }

  read(name: string): number {
    this.bus.readAnswers.length = 0;
    this.bus.read(this.address(name));
    this.drain();
    return this.bus.readAnswers[0]!.data;
  }

  /** A doorbell may have its work request with it: that one, and no other. */
  #checkPush(number: number, value: number): void {
    if (this.model.port("sq_db_pushed").get() === 0) return;
    const wqe = this.pushes.get(`${number} ${value}`);
    if (wqe === undefined) fail(this.model, `doorbell ${number} ${value} has a work request with it`);
    if (this.model.port("sq_db_wqe").getBig() !== wqe)
      fail(this.model, `doorbell ${number} ${value} has another work request with it`);
    if (this.model.port("sq_db_ready").get() === 0) return;
    this.pushed += 1;
    this.pushes.delete(`${number} ${value}`);
  }

  step(): void {
    const { model, rng } = this;
    for (const { port } of this.channels) model.port(`${port}_ready`).set(Number(rng.chance(this.takes)));
    for (const { port, number, value, expected } of this.channels) {
      if (model.port(`${port}_valid`).get() === 0) continue;
      const seen = {
        number: model.port(`${port}_${number}`).get(),
        value: model.port(`${port}_${value}`).get(),
      };
      const [first] = expected;
      if (first === undefined) fail(model, `${port} shows a doorbell that nobody rang`);
      if (seen.number !== first.number || seen.value !== first.value)
        fail(model, `${port} ${seen.number} ${seen.value}, not ${first.number} ${first.value}`);
      if (port === "sq_db") this.#checkPush(seen.number, seen.value);
      if (model.port(`${port}_ready`).get() === 0) continue;
      expected.shift();
      this.taken += 1;
    }
    this.bus.step();
  }
}

/** With protection there are registers beside those that are there without. */
const memoryProtection = "secded";

describe("nic_registers", () => {
  let model: Model;
  let addresses: ReadonlyMap<string, number>;
  beforeAll(async () => {
    const design = benchNic({
      ...{ memoryProtection, queuePairs, completionQueues, memoryRegions, sharedReceiveQueues },
      pushBytes: (4 * pushWords) as 64,
    });
    addresses = await headerValues(design, "NIC_");
    model = await openNicModule(design, nicRegisterModules(design));
  }, 300_000);
  afterAll(() => model?.close());

  it.each([
    [1, 0, 0.02],
    [2, 0.3, 0.3],
    [3, 0, 1],
  ])("loses no doorbell, seed %i, bus idle %f, taken %f", async (seed, idle, takes) => {
    await withSeed(seed, (rng) => {
      const bench = new Bench(model, rng, addresses, idle);
      bench.takes = takes;
      let bad = 0;
      let rung = 0;
      for (let round = 0; round < 150; round += 1) {
        for (let burst = rng.range(1, 30); burst > 0; burst -= 1) {
          const one = rng.chance(0.5) ? bench.channels[0]! : rng.pick(bench.channels);
          const number = rng.chance(0.05) ? one.limit + rng.below(2 ** 16 - one.limit) : rng.below(one.limit);
          const value = rng.below(2 ** one.valueBits);
          bench.queue(one.register, number + value * 2 ** 16);
          if (number >= one.limit) bad += 1;
          else {
            one.expected.push({ number, value });
            rung += 1;
          }
        }
        bench.drain();
      }
      bench.takes = 1;
      for (let cycle = 0; cycle < 100; cycle += 1) bench.step();
      for (const { expected } of bench.channels) expect(expected).toEqual([]);
      expect(bench.taken).toBe(rung);
      for (let cycle = 0; cycle < 400; cycle += 1) bench.step();
      expect(bench.read("BAD_DOORBELL_LO")).toBe(bad);
    });
  });

  it("a pushed work request goes on with its doorbell", async () => {
    await withSeed(seed, (rng) => {
      const bench = new Bench(model, rng, addresses, 0.1);
      for (let round = 0; round < 60; round += 1) {
        const push = randomPush(rng, rng.below(queuePairs), rng.below(2 ** 16));
        bench.pushes.set(`${push.qpn} ${push.producer}`, push.wqe);
        bench.channels[0]!.expected.push({ number: push.qpn, value: push.producer });
        for (const [register, value] of push.writes) bench.queue(register, value);
        bench.drain();
        for (let cycle = 0; cycle < 40; cycle += 1) bench.step();
        expect([round, bench.pushed]).toEqual([round, round + 1]);
      }
    });
  });

  it("a pushed work request with which something is wrong does not, nor one twice", async () => {
    await withSeed(seed, (rng) => {
      const bench = new Bench(model, rng, addresses, 0.1);
      const ring = ({ writes, qpn, producer }: Push): void => {
        for (const [register, value] of writes) bench.queue(register, value);
        bench.channels[0]!.expected.push({ number: qpn, value: producer });
        bench.drain();
        for (let cycle = 0; cycle < 40; cycle += 1) bench.step();
      };
      // The sixth: a word too few, while nobody else writes one
      for (let round = 0; round < 60; round += 1) {
        const push = randomPush(rng, rng.below(4), rng.below(2 ** 16));
        const wrong = wrongPushes[round % 6];
        if (wrong !== undefined) wrong(push.writes, rng);
        else push.writes[0]![1] += 2 ** 24;
        ring(push);
      }
      const good = randomPush(rng, 7, 9);
      bench.pushes.set("7 9", good.wqe);
      ring(good);
      expect(bench.pushed).toBe(1);
      ring({ ...good, writes: good.writes.slice(-1) });
      expect(bench.pushed).toBe(1);
    });
  });

  it("a pushed work request does not go on with a doorbell of the one that pushes next", async () => {
    await withSeed(seed, (rng) => {
      const bench = new Bench(model, rng, addresses, 0);
      bench.takes = 0;
      const [waits, pushed, next] = [randomPush(rng, 3, 5), randomPush(rng, 2, 5), randomPush(rng, 3, 5)];
      bench.channels[0]!.expected.push(
        { number: waits.qpn, value: waits.producer },
        { number: pushed.qpn, value: pushed.producer },
      );
      for (const [register, value] of [waits.writes.at(-1)!, ...pushed.writes, next.writes[0]!])
        bench.queue(register, value);
      bench.drain();
      bench.takes = 1;
      for (let cycle = 0; cycle < 40; cycle += 1) bench.step();
      expect(bench.pushed).toBe(0);
    });
  });

  it("a pushed work request is never mixed of two, or one of another doorbell", async () => {
    await withSeed(seed, (rng) => {
      const bench = new Bench(model, rng, addresses, 0);
      const counts = new Map<number, number>();
      const begin = (): Push => {
        const qpn = rng.below(4);
        const producer = ((counts.get(qpn) ?? 0) + 1) & 0xffff;
        counts.set(qpn, producer);
        const push = randomPush(rng, qpn, producer);
        if (rng.chance(0.5)) bench.pushes.set(`${qpn} ${producer}`, push.wqe);
        else rng.pick(wrongPushes)(push.writes, rng);
        return push;
      };
      const threads = [begin(), begin(), begin()];
      for (let doorbells = 0; doorbells < 600; ) {
        const at = rng.below(threads.length);
        const thread = threads[at]!;
        for (let run = rng.pick([1, 3, 20]); run > 0 && thread.writes.length > 0; run -= 1) {
          const [register, value] = thread.writes.shift()!;
          if (register === "SQ_DOORBELL") {
            bench.channels[0]!.expected.push({ number: thread.qpn, value: thread.producer });
            doorbells += 1;
          }
          bench.queue(register, value);
        }
        bench.drain();
        if (thread.writes.length === 0) threads[at] = begin();
        bench.takes = rng.pick([0.05, 1]);
      }
      expect(bench.pushed).toBeGreaterThan(0);
    });
  });

  it("stores rows, one at a time, where they belong", async () => {
    await withSeed(4, (rng) => {
      const bench = new Bench(model, rng, addresses, 0.1);
      const tables = [
        ["qpc", "qpn", queuePairs, 512],
        ["mrt", "index", memoryRegions, 256],
        ["cqt", "cq", completionQueues, 128],
        ["srqt", "srq", sharedReceiveQueues, 128],
      ] as const;
      const words = new Array<number>(16).fill(0);
      for (let round = 0; round < 60; round += 1) {
        for (let at = 0; at < 16; at += 1)
          if (rng.chance(0.5)) {
            words[at] = rng.next();
            bench.write(`TABLE_DATA_OFFSET[${at}]`, words[at]!);
          }
        const table = rng.below(4);
        const [port, number, limit, bits] = tables[table]!;
        const strange = rng.chance(0.2);
        const index = strange ? limit + rng.below(2 ** 16 - limit) : rng.below(limit);
        bench.write("TABLE_COMMAND", index + table * 2 ** 16);
        for (let cycle = rng.below(20); cycle > 0; cycle -= 1) bench.step();
        const valid = tables.map(([name]) => model.port(`${name}_valid`).get());
        expect(valid).toEqual(tables.map(([name]) => Number(name === port && !strange)));
        const busy = bench.read("TABLE_COMMAND");
        expect(busy >>> 31).toBe(Number(!strange));
        if (strange) continue;
        // A second command while the first one waits is none.
        bench.write("TABLE_COMMAND", rng.below(8) + rng.below(4) * 2 ** 16);
        expect(model.port(`${port}_${number}`).get()).toBe(index);
        const expected = words.reduce((sum, word, at) => sum | (BigInt(word) << BigInt(32 * at)), 0n);
        expect(model.port(`${port}_data`).getBig()).toBe(expected & ((1n << BigInt(bits)) - 1n));
        model.port(`${port}_ready`).set(1);
        bench.step();
        model.port(`${port}_ready`).set(0);
        bench.step();
        expect(tables.map(([name]) => model.port(`${name}_valid`).get())).toEqual([0, 0, 0, 0]);
        expect(bench.read("TABLE_COMMAND") >>> 31).toBe(0);
      }
      // Commands for a table that there is not are told of, too; commands while busy are not.
      for (let cycle = 0; cycle < 400; cycle += 1) bench.step();
      expect(bench.read("BAD_DOORBELL_LO")).toBeGreaterThan(5);
    });
  });

  it("stores a row behind the doorbells that were rung before it, and not behind others", async () => {
    await withSeed(seed, (rng) => {
      const bench = new Bench(model, rng, addresses, 0.1);
      const ports = ["qpc", "mrt", "cqt", "srqt"] as const;
      const ring = (count: number): void => {
        for (; count > 0; count -= 1) {
          const one = rng.pick(bench.channels);
          const [number, value] = [rng.below(one.limit), rng.below(2 ** one.valueBits)];
          one.expected.push({ number, value });
          bench.write(one.register, number + value * 2 ** 16);
        }
      };
      const waiting = () => bench.channels.map(({ expected }) => expected.length);
      const valid = () => ports.map((port) => model.port(`${port}_valid`).get());
      for (let round = 0; round < 80; round += 1) {
        const table = rng.below(4);
        bench.takes = round % 2 === 0 ? 0 : 0.1;
        ring(rng.below(4)); // fewer than stop the bus
        bench.write("TABLE_COMMAND", table * 2 ** 16);
        bench.takes = 0;
        const older = waiting();
        ring(rng.below(2));
        const later = waiting().map((count, at) => count - older[at]!);
        const olderLeft = () => waiting().some((count, at) => count > later[at]!);
        for (bench.takes = 0.2; olderLeft(); bench.step()) {
          // One that is taken in this cycle is the last one, perhaps
          expect(valid()).toEqual([0, 0, 0, 0]);
          if (rng.chance(0.02)) expect(bench.read("TABLE_COMMAND") >>> 31).toBe(1);
        }
        bench.takes = 0;
        for (let cycle = 0; cycle < 3; cycle += 1) bench.step();
        expect(valid()).toEqual(ports.map((_, at) => Number(at === table)));
        model.port(`${ports[table]!}_ready`).set(1);
        bench.step();
        model.port(`${ports[table]!}_ready`).set(0);
        bench.takes = 1;
        for (let cycle = 0; cycle < 12; cycle += 1) bench.step();
        expect([valid(), ...waiting()]).toEqual([[0, 0, 0, 0], 0, 0, 0, 0, 0]);
        expect(bench.read("TABLE_COMMAND") >>> 31).toBe(0);
      }
    });
  });

  it("asks for states, shows events, raises irq", async () => {
    await withSeed(5, (rng) => {
      const bench = new Bench(model, rng, addresses, 0);
      const get = (name: string) => model.port(name).get();
      const set = (name: string, value: number) => model.port(name).set(value);
      set("tables_ready", 1);
      expect(bench.read("STATUS")).toBe(1);
      for (let round = 0; round < 20; round += 1) {
        const qpn = rng.below(queuePairs);
        let asked = 0;
        bench.queue("QP_QUERY", qpn);
        while (!bench.bus.idle || asked === 0) {
          if (get("query") === 1) {
            asked += 1;
            expect(get("query_qpn")).toBe(qpn);
          }
          bench.step();
        }
        expect(bench.read("QP_QUERY") >>> 31).toBe(1);
        const state = rng.below(7);
        set("query_done", 1);
        bench.step();
        set("query_done", 0);
        set("query_state", state);
        expect(bench.read("QP_QUERY") >>> 31).toBe(0);
        expect(bench.read("QP_STATE")).toBe(state);
      }
      expect(bench.read("CQ_EVENT")).toBe(0);
      for (let round = 0; round < 20; round += 1) {
        const cq = rng.below(completionQueues);
        set("event_valid", 1);
        set("event_cq", cq);
        const enabled = Number(rng.chance(0.5));
        bench.write("CONTROL", enabled);
        bench.step();
        expect(get("irq")).toBe(enabled);
        expect(bench.read("CQ_EVENT")).toBe(2 ** 31 + cq);
        let takes = 0;
        bench.queue("CQ_EVENT", 2 ** 30);
        for (let cycle = 0; cycle < 30; cycle += 1) {
          takes += get("event_ready");
          if (get("event_ready") === 1) set("event_valid", 0);
          bench.step();
        }
        expect(takes).toBe(1);
        expect(get("irq")).toBe(0);
      }
      for (let round = 0; round < 5; round += 1) {
        const srq = rng.below(sharedReceiveQueues);
        set("srq_event_valid", 1);
        set("srq_event_srq", srq);
        bench.write("CONTROL", 1);
        bench.step();
        expect([get("irq"), bench.read("SRQ_EVENT")]).toEqual([1, 2 ** 31 + srq]);
        let takes = 0;
        bench.queue("SRQ_EVENT", 2 ** 30);
        for (let cycle = 0; cycle < 30; cycle += 1) {
          takes += get("srq_event_ready");
          expect(get("event_ready")).toBe(0);
          if (get("srq_event_ready") === 1) set("srq_event_valid", 0);
          bench.step();
        }
        expect([takes, get("irq")]).toEqual([1, 0]);
      }
      bench.write("INTERRUPT_ENABLE", 1);
      set("evt_cq_overflow", 1);
      bench.step();
      set("evt_cq_overflow", 0);
      bench.step();
      bench.step();
      expect(get("irq")).toBe(1);
      expect(bench.read("INTERRUPT_STATUS")).toBe(1);
      bench.write("INTERRUPT_STATUS", 1);
      bench.step();
      expect(get("irq")).toBe(0);
    });
  });

  it("counts each event under its own name", async () => {
    await withSeed(6, (rng) => {
      const bench = new Bench(model, rng, addresses, 0);
      const names = [...addresses.keys()]
        .filter((name) => name.endsWith("_LO_OFFSET"))
        .map((name) => name.slice(0, -"_LO_OFFSET".length))
        .filter((name) => name !== "BAD_DOORBELL");
      const expected = names.map(() => 0);
      for (let cycle = 0; cycle < 300; cycle += 1) {
        for (const [at, name] of names.entries()) {
          const port = model.port(`evt_${name.toLowerCase()}`);
          const value = rng.chance(0.2) ? 1 + rng.below(2 ** port.bits - 1) : 0;
          port.set(value);
          expected[at]! += value;
        }
        bench.step();
      }
      for (const name of names) model.port(`evt_${name.toLowerCase()}`).set(0);
      for (let cycle = 0; cycle < 400; cycle += 1) bench.step();
      expect(names.map((name) => bench.read(`${name}_LO`))).toEqual(expected);
      bench.write("CLEAR_COUNTERS", 1);
      for (let cycle = 0; cycle < 400; cycle += 1) bench.step();
      expect(names.map((name) => bench.read(`${name}_LO`))).toEqual(names.map(() => 0));
    });
  });

  it("says what it is", async () => {
    await withSeed(7, (rng) => {
      const bench = new Bench(model, rng, addresses, 0);
      expect(bench.read("ID")).toBe(0x4c574e31);
      expect(bench.read("GEOMETRY")).toBe(4 + 3 * 2 ** 8 + 6 * 2 ** 12 + 4 * 2 ** 18 + 8 * 2 ** 24 + 2 ** 31);
      expect(bench.read("WORK_REQUESTS")).toBe(64 + 32 * 2 ** 12 + 2 * 2 ** 20 + 4 * 2 ** 24 + 4 * 2 ** 28);
      bench.write("OWN_LID", 0x1234);
      expect(model.port("cfg_own_lid").get()).toBe(0x1234);
      for (const [at, table] of ["mr", "qp", "cq"].entries()) {
        let seen = 0;
        bench.queue("MEMORY_TEST", 3 * 4 ** at);
        for (let cycle = 0; cycle < 20; cycle += 1) {
          seen += model.port(`inject_${table}`).get();
          bench.step();
        }
        expect(seen).toBe(3);
      }
    });
  });
});
