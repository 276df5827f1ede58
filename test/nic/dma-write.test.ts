import { beforeAll, describe, expect, it } from "vitest";
import { dmaWriteModules } from "../../generator/views/nic/dma-write.ts";
import { Axi4Memory } from "../../sim/bfm/axi4-memory.ts";
import { HostPages, hostPageBytes } from "../../sim/bfm/host-pages.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { beatsOf, RecordSource, randomBytes } from "./records.ts";
import { nicWidths, openStreamModule, streamDesign } from "./streams-design.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();

/** A piece of a packet's payload, or a message: `message` is its data. */
interface Piece {
  readonly address: bigint;
  readonly bytes: number;
  readonly discard?: boolean;
  /** The packet has more bytes than its pieces ask for. */
  readonly last?: boolean;
}
interface Message {
  readonly address: bigint;
  readonly data: Uint8Array;
  readonly small: boolean;
}
interface Packet {
  readonly payload: Uint8Array;
  readonly pieces: readonly Piece[];
}
interface Owner {
  readonly qpn: number;
  readonly own: number;
}
/** An answer with an error that is told: whose write it was, and of which packet. */
interface Failure extends Owner {
  readonly psn: number;
  readonly msn: number;
}
interface Pace {
  readonly gaps?: number;
  readonly stalls?: number;
  readonly latency?: readonly [number, number];
}

const base = 0xffff_ff80_0000_0000n;
const windowPages = 24;
const hole = base + BigInt(windowPages * hostPageBytes);

/** One run: everything is written, and the memory is what the same writes in the same order make of it. */
class WriteRun {
  readonly pages = new HostPages();
  readonly due = new HostPages();
  readonly memory: Axi4Memory;
  readonly commands: RecordSource;
  readonly messages: RecordSource;
  readonly stream: RecordSource;
  readonly takenAt: number[] = [];
  readonly awAt: number[] = [];
  readonly wAt: number[] = [];
  errors = 0;
  readonly #model: Model;
  readonly #beatBytes: number;
  readonly #bytes: Uint8Array[] = [];
  /** Bursts of each command and message taken, in order. */
  readonly #bursts: number[] = [];
  /** What is to be told, in order. */
  readonly #failures: Failure[] = [];
  readonly #rng: Rng;
  /** PSN and MSN of the packet at the head. */
  #packet = { psn: 0, msn: 0 };
  told = 0;
  #answers = 0;
  #at = 0;
  #issued = 0;

  constructor(model: Model, rng: Rng, { gaps = 0, stalls = 0, latency = [1, 1] }: Pace = {}) {
    this.#model = model;
    this.#rng = rng.fork("fail");
    this.#beatBytes = model.port("pl_tdata").bits / 8;
    for (const pages of [this.pages, this.due]) pages.map(base, windowPages * hostPageBytes);
    const one = (): number => (rng.chance(0.5) ? stalls : 0);
    this.memory = new Axi4Memory(model, "m", this.pages, {
      ...{ sides: "write", seed: rng.next(), writeLatency: latency },
      stalls: { aw: one(), w: one(), b: one() },
    });
    this.commands = new RecordSource(model, "cmd_", rng.fork("cmd"), gaps);
    this.messages = new RecordSource(model, "msg_", rng.fork("msg"), gaps);
    this.stream = new RecordSource(model, "pl_t", rng.fork("pl"), gaps);
    this.commands.onTaken = (fields, cycle) => {
      const { address, bytes, discard, qpn, own } = fields as unknown as Owner &
        Record<"bytes" | "discard", number> & { address: bigint };
      const data = this.#bytes.shift()!.subarray(0, bytes);
      this.takenAt.push(cycle);
      if (discard === 0) this.#expect(address, data, { qpn, own, ...this.#packet });
    };
    this.messages.onTaken = (fields, cycle) => {
      const { address, data, small, qpn, own } = fields as unknown as Owner & {
        address: bigint;
        data: Uint8Array;
        small: number;
      };
      this.takenAt.push(cycle);
      if (small === 1) this.#expect(address, data.subarray(0, 8), { qpn, own, ...this.#packet });
      else this.#expect(address, data, null);
    };
  }

  packet(rng: Rng, { payload, pieces }: Packet): void {
    this.stream.push(...beatsOf(payload, this.#beatBytes, rng));
    let at = 0;
    pieces.forEach(({ address, bytes, discard = false, last }, index) => {
      this.#bytes.push(payload.subarray(at, at + bytes));
      at += bytes;
      const ends = last ?? index === pieces.length - 1;
      this.commands.push({ address, bytes, discard: discard ? 1 : 0, last: ends ? 1 : 0, ...anyone(rng) });
    });
  }

  message({ address, data, small }: Message): void {
    this.messages.push({ address, data, small: small ? 1 : 0, ...anyone(this.#rng) });
  }

  #expect(address: bigint, data: Uint8Array, owner: Failure | null): void {
    const room = hostPageBytes - Number(address & 0xfffn);
    const starts = data.length > room ? [address, address + BigInt(room)] : [address];
    this.#bursts.push(starts.length);
    if (owner !== null) this.#failures.push(...starts.filter((start) => start >= hole).map(() => owner));
    this.#issued += 1;
    if (address < hole) this.due.write(address, data);
  }

  /** Until everything came to rest, or for some cycles. */
  run(limit = 200_000): void {
    const { commands, messages, stream, memory } = this;
    for (let rest = 0; rest < 12; ) {
      if (this.#at > limit) throw new Error(`${commands.waiting} commands do not come to an end`);
      this.#cycle();
      const busy = commands.waiting + messages.waiting + stream.waiting > 0 || !memory.idle;
      rest = busy || this.#model.port("fail_valid").get() === 1 ? 0 : rest + 1;
    }
    expect(memory.violations).toEqual([]);
    expect(this.#failures).toEqual([]);
    expect(this.#model.port("completed").get()).toBe(this.#issued & 0xffff);
    for (let page = 0; page < windowPages; page += 1) {
      const from = base + BigInt(page * hostPageBytes);
      const [is, due] = [this.pages, this.due].map((pages) => pages.read(from, hostPageBytes));
      if (Buffer.compare(is!, due!) !== 0) {
        const wrong = is!.findIndex((value, at) => value !== due![at]);
        throw new Error(`page ${page}, byte ${wrong}: ${is![wrong]} where ${due![wrong]} is due`);
      }
    }
  }

  #cycle(): void {
    const model = this.#model;
    const parts = [this.commands, this.messages, this.stream];
    for (const part of parts) part.drive();
    this.memory.drive(this.#at);
    this.#packet = { psn: this.#rng.below(1 << 24), msn: this.#rng.below(1 << 24) };
    model.port("psn").set(this.#packet.psn);
    model.port("msn").set(this.#packet.msn);
    model.port("fail_ready").set(this.#rng.chance(0.2) ? 1 : 0);
    model.eval();
    const [issued, completed] = [model.port("issued").get(), model.port("completed").get()];
    if (issued !== (this.#issued & 0xffff)) throw new Error(`issued is ${issued}, not ${this.#issued}`);
    // What failed is not complete until it is told.
    const failing = model.port("fail_valid").get();
    const complete = this.#complete(this.#answers - failing);
    if (completed !== complete) throw new Error(`completed is ${completed}, ${complete} are`);
    this.#answers += model.port("m_bvalid").get() & model.port("m_bready").get();
    if (failing === 1 && model.port("fail_ready").get() === 1) this.#tell();
    if (model.port("m_awvalid").get() === 1) this.awAt.push(this.#at);
    if (model.port("m_wvalid").get() === 1 && model.port("m_wready").get() === 1) this.wAt.push(this.#at);
    for (const part of parts) part.sample(this.#at);
    this.memory.sample(this.#at);
    model.step();
    this.errors += model.port("write_error").get();
    this.#at += 1;
  }

  #tell(): void {
    const is = (name: string): number => this.#model.port(`fail_${name}`).get();
    const told = { qpn: is("qpn"), own: is("own"), psn: is("psn"), msn: is("msn") };
    expect(told).toEqual(this.#failures.shift());
    this.told += 1;
  }

  /** How many of what was taken had all of its answers when there were so many, modulo 2^16. */
  #complete(answers: number): number {
    let left = answers;
    let count = 0;
    for (const bursts of this.#bursts) {
      left -= bursts;
      if (left < 0) break;
      count += 1;
    }
    return count & 0xffff;
  }
}

const anyone = (rng: Rng): Owner => ({ qpn: rng.below(16), own: rng.below(2) });

/** An address in the window such that the bytes end in it; often near the end of a page. */
function place(rng: Rng, bytes: number): bigint {
  const page = rng.below(windowPages - 1) * hostPageBytes;
  const near = hostPageBytes - Math.floor(rng.float() * Math.min(bytes + 2, hostPageBytes));
  return base + BigInt(page + (rng.chance(0.3) ? near : rng.below(hostPageBytes)));
}

function randomPacket(rng: Rng, longest: number): Packet {
  const payload = randomBytes(rng, rng.range(1, longest));
  const pieces: Piece[] = [];
  for (let left = payload.length; left > 0; ) {
    const bytes = pieces.length === 3 || rng.chance(0.4) ? left : rng.range(1, left);
    pieces.push({ address: place(rng, bytes), bytes, discard: rng.chance(0.15) });
    left -= bytes;
  }
  return { payload, pieces };
}

function randomMessage(rng: Rng): Message {
  const small = rng.chance(0.4);
  const unit = small ? 8 : 64;
  const address = base + BigInt(unit * rng.below((windowPages * hostPageBytes) / unit));
  return { address, data: randomBytes(rng, 64), small };
}

describe.each(nicWidths)("nic_dma_write at %i bits", (width) => {
  const beatBytes = width / 8;
  let model: Model;
  beforeAll(async () => {
    const design = streamDesign({ width });
    model = await openStreamModule(design, dmaWriteModules(design));
  }, 600_000);

  const start = (rng: Rng, pace?: Pace): WriteRun => {
    model.reset();
    return new WriteRun(model, rng, pace);
  };

  it("writes packets in pieces to any address, and messages between them", () =>
    withSeed(seed, (rng) => {
      for (const [gaps, stalls, longest] of [
        [0, 0, 700],
        [0.3, 0, 200],
        [0, 0.6, 4096],
        [0.5, 0.5, 90],
      ] as const) {
        const run = start(rng, { gaps, stalls, latency: [1, rng.pick([1, 40])] });
        for (let count = 0; count < 60; count += 1) {
          run.packet(rng, randomPacket(rng, rng.chance(0.2) ? 4096 : longest));
          if (rng.chance(0.6)) run.message(randomMessage(rng));
        }
        run.run();
      }
    }));

  it("writes every length at every alignment of memory and stream", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      const step = beatBytes > 64 && process.env.LANEWRIGHT_LONG === undefined ? 7 : 1;
      for (let bytes = 1; bytes <= 2 * beatBytes + 1; bytes += 1)
        for (let lane = rng.below(step); lane < beatBytes; lane += step) {
          const skip = rng.below(beatBytes);
          const address = base + BigInt(rng.below(windowPages - 1) * hostPageBytes + lane);
          const first = skip === 0 ? [] : [{ address: base, bytes: skip, discard: true }];
          const payload = randomBytes(rng, skip + bytes);
          run.packet(rng, { payload, pieces: [...first, { address, bytes }] });
        }
      run.run(1_000_000);
    }));

  it("throws away what the last piece leaves of its packet", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { gaps: 0.2, stalls: 0.2 });
      for (let count = 0; count < 80; count += 1) {
        const payload = randomBytes(rng, rng.range(2, 8 * beatBytes));
        const bytes = rng.range(1, payload.length - 1);
        const discard = rng.chance(0.3);
        run.packet(rng, { payload, pieces: [{ address: place(rng, bytes), bytes, discard, last: true }] });
      }
      run.run();
    }));

  it("tells whose writes were answered with an error before they count as complete, and goes on", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { latency: [1, 9] });
      const wrong = [hole, hole + 4096n - 3n, base + BigInt(windowPages * hostPageBytes) - 1n];
      for (const address of wrong)
        run.packet(rng, { payload: randomBytes(rng, 9), pieces: [{ address, bytes: 9 }] });
      run.due.map(hole, 4096);
      run.message({ address: hole + 64n, data: randomBytes(rng, 64), small: false });
      for (let count = 0; count < 10; count += 1)
        run.message({ address: hole + 128n, data: randomBytes(rng, 64), small: true });
      // Many at once: nothing else is answered until the one before has been told.
      for (let count = 0; count < 40; count += 1)
        run.packet(rng, { payload: randomBytes(rng, 8), pieces: [{ address: hole, bytes: 8 }] });
      run.packet(rng, randomPacket(rng, 300));
      run.run();
      // All but the message of 64 bytes are of a queue pair.
      expect([run.errors, run.told]).toEqual([55, 54]);
    }));

  it("takes a beat a cycle from aligned packets of 4 KiB", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { latency: [20, 20] });
      for (let count = 0; count < 12; count += 1) {
        const address = base + BigInt(count * hostPageBytes);
        run.packet(rng, { payload: randomBytes(rng, 4096), pieces: [{ address, bytes: 4096 }] });
      }
      run.run();
      const beats = 12 * (4096 / beatBytes);
      expect([run.wAt.length, run.wAt.at(-1)! - run.wAt[0]!]).toEqual([beats, beats - 1]);
    }));

  it("needs a cycle more for a packet that lies across its beats", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      const bytes = 2048;
      for (let count = 0; count < 12; count += 1) {
        const address = base + BigInt(count * hostPageBytes + 5);
        run.packet(rng, { payload: randomBytes(rng, bytes), pieces: [{ address, bytes }] });
      }
      run.run();
      const beats = 12 * (bytes / beatBytes + 1);
      expect([run.wAt.length, run.wAt.at(-1)! - run.wAt[0]!]).toEqual([beats, beats - 1]);
    }));

  it("is 3 cycles late with the address and 5 with the data", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      run.packet(rng, { payload: randomBytes(rng, 8), pieces: [{ address: base + 64n, bytes: 8 }] });
      run.run();
      const [taken] = run.takenAt;
      expect([run.awAt[0]! - taken!, run.wAt[0]! - taken!]).toEqual([3, 5]);
    }));

  it("has 64 bursts without an answer at most", () =>
    withSeed(seed, (rng) => {
      const run = start(rng, { latency: [900, 900] });
      for (let count = 0; count < 150; count += 1) {
        const address = base + BigInt(8 * count);
        run.packet(rng, { payload: randomBytes(rng, 8), pieces: [{ address, bytes: 8 }] });
      }
      run.run();
      expect(run.memory.write!.most).toBe(64);
    }));

  it("lets commands and messages take turns", () =>
    withSeed(seed, (rng) => {
      const run = start(rng);
      const order: string[] = [];
      for (const source of ["commands", "messages"] as const) {
        const told = run[source].onTaken!;
        run[source].onTaken = (fields, cycle) => {
          order.push(source[0]!);
          told(fields, cycle);
        };
      }
      for (let count = 0; count < 20; count += 1) {
        const address = base + BigInt(64 * count);
        run.packet(rng, { payload: randomBytes(rng, 8), pieces: [{ address, bytes: 8 }] });
        // Short, so that their store is never full: else a command goes where a message would
        run.message({ address: address + 8n, data: randomBytes(rng, 64), small: true });
      }
      run.run();
      expect(order.join("")).toMatch(/^(cm){20}$|^(mc){20}$/u);
    }));
});
