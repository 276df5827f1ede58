import { beforeAll, describe, expect, it } from "vitest";
import { managementModules } from "../../generator/views/nic/management.ts";
import { AxisSink, AxisSource, type ReceivedPacket } from "../../sim/bfm/axis.ts";
import type { Model } from "../../sim/driver/model.ts";
import { writeUint16 } from "../../sim/reference/headers.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { benchNic, openNicModule } from "./nic-bench.ts";
import { clientBytes, randomSample, usedOpcodes } from "./packets.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const lid = 0x1234;
const lmc = 2;
const words = 71;

/** A management packet, LRH to MAD; `harm` makes it one that is none, or not for this adapter. */
function mad(rng: Rng, harm = false): Uint8Array {
  const sample = randomSample(rng, 0x64, 256);
  const dlid = rng.chance(0.5) ? 0xffff : lid ^ rng.below(1 << lmc);
  const { packet, lrh } = sample;
  const bytes = clientBytes({ lrh: { ...lrh, vl: 15, dlid }, packet: { ...packet, destQp: 0 } });
  if (!harm) return bytes;
  const choice = rng.below(5);
  if (choice === 0) writeUint16(bytes, 2, lid ^ (1 << rng.range(lmc, 15)));
  else if (choice === 1) bytes[rng.pick([13, 14, 15])] = 1 << rng.below(8);
  else if (choice === 2) bytes[8] = rng.pick([0x65, 0x04, 0x44]);
  else if (choice === 3) bytes[1] = (bytes[1]! & 0xfc) | rng.pick([0, 1, 3]);
  else {
    const other = { ...packet, destQp: 0, payload: packet.payload.slice(0, rng.pick([252, 192, 64, 0])) };
    return clientBytes({ lrh: { ...lrh, vl: 15, dlid }, packet: other });
  }
  return bytes;
}

class Bench {
  readonly model: Model;
  readonly rng: Rng;
  readonly source: AxisSource;
  readonly queue: AxisSource;
  readonly sink: AxisSink;
  /** Packets of the data lanes that came out on the other side, and those that are to. */
  readonly through: { bytes: number[]; vl: number }[] = [];
  readonly due: { bytes: number[]; vl: number }[] = [];
  readonly sent: ReceivedPacket[] = [];
  readonly counts = { received: 0, full: 0, bad: 0 };
  #part: number[] = [];
  at = 0;

  constructor(model: Model, rng: Rng) {
    this.model = model;
    this.rng = rng;
    model.reset();
    model.port("own_lid").set(lid);
    model.port("own_lmc").set(lmc);
    this.source = new AxisSource(model, "s", { stall: 0.2, seed: rng.next() });
    this.queue = new AxisSource(model, "q", { stall: 0.3, seed: rng.next() });
    this.sink = new AxisSink(model, "tx", {
      ...{ backpressure: 0.3, seed: rng.next() },
      onPacket: (packet) => this.sent.push({ ...packet, bytes: packet.bytes.slice(0, packet.length) }),
    });
  }

  #get(name: string): number {
    return this.model.port(name).get();
  }

  cycle(): void {
    const { model, rng } = this;
    this.source.drive(this.at);
    this.queue.drive(this.at);
    this.sink.drive();
    model.port("m_tready").set(rng.chance(0.7) ? 1 : 0);
    model.eval();
    if (this.#get("m_tvalid") === 1 && this.#get("m_tready") === 1) {
      const keep = model.port("s_tkeep").getBig();
      const data = model.port("s_tdata").bytes;
      for (const [i, byte] of data.entries()) if ((keep >> BigInt(i)) & 1n) this.#part.push(byte);
      if (this.#get("s_tlast") === 1) {
        this.through.push({ bytes: this.#part, vl: this.#get("s_tuser") & 15 });
        this.#part = [];
      }
    }
    this.counts.received += this.#get("evt_mad_received");
    this.counts.full += this.#get("drop_mad_full");
    this.counts.bad += this.#get("drop_mad_bad");
    this.source.sample(this.at);
    this.queue.sample(this.at);
    this.sink.sample(this.at);
    model.step();
    this.at += 1;
  }

  settle(): void {
    while (this.source.pending > 0) this.cycle();
    for (let rest = 0; rest < 6; rest += 1) this.cycle();
  }

  /** One cycle with an input high. */
  pulse(name: string): void {
    this.model.port(name).set(1);
    this.cycle();
    this.model.port(name).set(0);
  }

  lookAt(index: number): void {
    this.model.port("mad_index").set(index);
    this.pulse("mad_index_write");
    this.cycle();
    this.cycle();
  }

  /** The oldest packet, word by word, and away with it. */
  take(): Uint8Array {
    const bytes = new Uint8Array(4 * words);
    for (let index = 0; index < words; index += 1) {
      this.lookAt(index);
      new DataView(bytes.buffer).setUint32(4 * index, this.#get("mad_word"), true);
    }
    this.pulse("mad_release");
    return bytes;
  }

  /** Writes a packet and lets it go. */
  send(bytes: Uint8Array): void {
    this.lookAt(0);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let index = 0; index < words; index += 1) {
      this.model.port("mad_tx_word").set(view.getUint32(4 * index, true));
      this.pulse("mad_tx_write");
    }
    this.pulse("mad_send");
    expect(this.#get("mad_busy")).toBe(1);
  }
}

describe.each([128, 256] as const)("nic_management at %i bits", (bits) => {
  let model: Model;
  beforeAll(async () => {
    const design = benchNic({ bits, memoryProtection: bits === 128 ? "secded" : "none" });
    model = await openNicModule(design, managementModules(design));
  }, 600_000);

  it("keeps management packets for software, drops what is none, lets the others pass", () =>
    withSeed(seed, (rng) => {
      const bench = new Bench(model, rng);
      const waiting: Uint8Array[] = [];
      const due = { received: 0, full: 0, bad: 0 };
      for (let round = 0; round < 120; round += 1) {
        for (let packets = rng.range(1, 6); packets > 0; packets -= 1) {
          const choice = rng.float();
          if (choice < 0.3) {
            const sample = randomSample(rng, rng.pick(usedOpcodes), rng.below(300));
            const bytes = clientBytes(sample);
            bench.source.push({ bytes, vl: sample.lrh.vl });
            bench.due.push({ bytes: [...bytes], vl: sample.lrh.vl });
          } else if (choice < 0.5) {
            bench.source.push({ bytes: mad(rng, true), vl: 15 });
            due.bad += 1;
          } else {
            const bytes = mad(rng);
            const error = rng.chance(0.1);
            bench.source.push({ bytes, vl: 15, error });
            if (error) due.bad += 1;
            else if (waiting.length === 4) due.full += 1;
            else {
              due.received += 1;
              waiting.push(bytes);
            }
          }
        }
        bench.settle();
        expect(bench.counts).toEqual(due);
        expect(model.port("mad_waiting").get()).toBe(waiting.length);
        while (waiting.length > 0 && rng.chance(0.5)) expect(bench.take()).toEqual(waiting.shift());
      }
      expect(bench.through).toEqual(bench.due);
      for (const count of Object.values(due)) expect(count).toBeGreaterThan(5);
    }));

  it("sends what software wrote between packets of the queue pairs", () =>
    withSeed(seed, (rng) => {
      const bench = new Bench(model, rng);
      const due: [vl: number, bytes: Uint8Array][] = [];
      const sent: Uint8Array[] = [];
      for (let round = 0; round < 12; round += 1) {
        for (let packets = rng.below(40); packets > 0; packets -= 1) {
          const { lrh, packet } = randomSample(rng, 0x04, rng.below(200));
          const bytes = clientBytes({ lrh, packet });
          bench.queue.push({ bytes, vl: lrh.vl });
          due.push([lrh.vl, bytes]);
        }
        const bytes = mad(rng);
        bench.send(bytes);
        sent.push(bytes);
        while (model.port("mad_busy").get() === 1) bench.cycle();
      }
      while (bench.queue.pending > 0) bench.cycle();
      for (let rest = 0; rest < 20; rest += 1) bench.cycle();
      const lanes = bench.sent.filter(({ vl }) => vl !== 15);
      expect(lanes.map(({ vl, bytes }) => [vl, bytes])).toEqual(due);
      expect(bench.sent.filter(({ vl }) => vl === 15).map(({ bytes }) => bytes)).toEqual(sent);
      expect(bench.sent.some(({ error }) => error)).toBe(false);
    }));
});
