/** A run of `nic_tx_builder`: records and payload in, packets out, compared with the reference encoder. */
import { AxisSink, type ReceivedPacket } from "../../sim/bfm/axis.ts";
import type { Model } from "../../sim/driver/model.ts";
import { type HeaderName, opcodeShape } from "../../sim/reference/rc/opcodes.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { clientBytes, recordOf, type Sample } from "./packets.ts";
import { beatsOf, type Fields, RecordSource, randomBytes } from "./records.ts";

export interface BuilderPace {
  readonly gaps?: number;
  readonly payloadGaps?: number;
  readonly stalls?: number;
}

export class BuilderRun {
  readonly headers: RecordSource;
  readonly payload: RecordSource;
  readonly sink: AxisSink;
  readonly takenAt: number[] = [];
  readonly packets: ReceivedPacket[] = [];
  readonly #model: Model;
  readonly #beatBytes: number;
  readonly #inlineBytes: number;
  readonly #due: { readonly bytes: Uint8Array; readonly vl: number; readonly error: boolean }[] = [];
  at = 0;

  constructor(model: Model, rng: Rng, { gaps = 0, payloadGaps = 0, stalls = 0 }: BuilderPace = {}) {
    model.reset();
    this.#model = model;
    this.#beatBytes = model.port("pl_tdata").bits / 8;
    this.#inlineBytes = model.port("hdr_inline_data").bits / 8;
    this.headers = new RecordSource(model, "hdr_", rng.fork("hdr"), gaps);
    this.headers.onTaken = (_fields, cycle) => void this.takenAt.push(cycle);
    this.payload = new RecordSource(model, "pl_t", rng.fork("pl"), payloadGaps);
    this.sink = new AxisSink(model, "m", {
      ...{ backpressure: stalls, seed: rng.next() },
      onPacket: (packet) => this.#packet({ ...packet, bytes: packet.bytes.slice(0, packet.length) }),
    });
  }

  /** Fields that the opcode does not have are random in the record: they must not matter. */
  push(rng: Rng, sample: Sample, { inline = false, error = false, short = false } = {}): void {
    const { packet } = sample;
    const data = randomBytes(rng, this.#inlineBytes);
    if (inline) data.set(packet.payload);
    const fields = { ...noise(rng), ...known(sample), inline: inline ? 1 : 0, inline_data: data };
    this.headers.push(fields);
    const bytes = clientBytes({ ...sample, packet: { ...packet, fecn: false, migrated: true } });
    this.#due.push({ bytes, vl: sample.lrh.vl, error: error || short });
    if (inline || packet.payload.length === 0) return;
    const beats = beatsOf(packet.payload, this.#beatBytes, rng);
    const ends = beats.length - 1;
    const early = ends > 1 && rng.chance(0.5);
    this.payload.push(
      ...beats.map((beat, index) => ({
        ...beat,
        ...(short && (early ? index === 0 : index === ends) ? { last: early ? 1 : 0 } : {}),
        user: error && index === ends ? 1 : 0,
      })),
    );
  }

  run(limit = 400_000): void {
    for (let rest = 0; rest < 5; rest = this.#due.length > 0 ? 0 : rest + 1) {
      if (this.at > limit) throw new Error(`${this.#due.length} packets do not come`);
      this.#cycle();
    }
    if (this.payload.waiting > 0) throw new Error(`${this.payload.waiting} beats of payload are left`);
  }

  #cycle(): void {
    this.headers.drive();
    this.payload.drive();
    this.sink.drive();
    this.#model.eval();
    this.headers.sample(this.at);
    this.payload.sample(this.at);
    this.sink.sample(this.at);
    this.#model.step();
    this.at += 1;
  }

  #packet(packet: ReceivedPacket): void {
    this.packets.push(packet);
    const due = this.#due.shift();
    if (due === undefined) throw new Error("a packet too many");
    const { bytes, vl, error } = packet;
    if (Buffer.compare(bytes, due.bytes) !== 0) {
      const hex = (some: Uint8Array): string => Buffer.from(some).toString("hex");
      throw new Error(`packet ${this.packets.length}: ${hex(bytes)} where ${hex(due.bytes)} is due`);
    }
    if (vl !== due.vl || error !== due.error)
      throw new Error(
        `packet ${this.packets.length}: lane ${vl}, error ${error}; due: ${due.vl}, ${due.error}`,
      );
  }
}

/** The fields that the opcode of a sample has; the others are left to {@link noise}. */
function known(sample: Sample): Fields {
  const headers = opcodeShape(sample.packet.opcode)?.headers ?? [];
  const absent = Object.entries(fieldsOf)
    .filter(([header]) => !headers.includes(header as HeaderName))
    .flatMap(([, names]) => names);
  const present = Object.entries(fieldsOf)
    .filter(([header]) => headers.includes(header as HeaderName))
    .flatMap(([, names]) => names);
  return Object.fromEntries(
    Object.entries(recordOf(sample)).filter(([name]) => present.includes(name) || !absent.includes(name)),
  );
}

/** Fields of a record that come of each extension header. */
const fieldsOf: Readonly<Record<HeaderName, readonly string[]>> = {
  deth: ["rkey", "length"],
  reth: ["va", "rkey", "length"],
  atomicEth: ["va", "rkey", "swap_add", "compare"],
  aeth: ["syndrome", "msn"],
  atomicAck: ["original"],
  imm: ["imm"],
  ieth: ["imm"],
};

const noise = (rng: Rng): Fields => ({
  ...{ va: BigInt(rng.next()), rkey: rng.next(), length: rng.next(), swap_add: BigInt(rng.next()) },
  ...{ compare: BigInt(rng.next()), syndrome: rng.below(256), msn: rng.below(1 << 24) },
  ...{ original: BigInt(rng.next()), imm: rng.next() },
});
