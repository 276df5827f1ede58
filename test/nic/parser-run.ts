/** A run of `nic_rx_parser`: packets in, records, payload and drops out, all compared with the reference. */
import { AxisSource } from "../../sim/bfm/axis.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { type Drop, judge, type Looker, recordFields, recordOf, type Sample } from "./packets.ts";
import { RecordSink } from "./records.ts";

export interface Sent {
  readonly bytes: Uint8Array;
  readonly vl: number;
  readonly error?: boolean;
  /** What comes in instead of the packet, and in front of its payload another stream, where something stands before the parser. */
  readonly wrapped?: Uint8Array;
  readonly front?: Uint8Array;
}

export interface Pace {
  readonly gaps?: number;
  readonly headerStalls?: number;
  readonly payloadStalls?: number;
}

const drops: readonly Drop[] = ["icrc", "malformed", "raw", "grh", "lid", "management", "unsupported"];
const names = [...recordFields, "fecn"];

export class ParserRun {
  readonly source: AxisSource;
  readonly headers: RecordSink;
  readonly payload: RecordSink;
  readonly lastInAt: number[] = [];
  readonly headerAt: number[] = [];
  readonly payloadAt: number[] = [];
  readonly counts: Record<Drop, number> = { ...noDrops };
  readonly #model: Model;
  readonly #looker: Looker;
  readonly #beatBytes: number;
  readonly #records: Sample[] = [];
  readonly #payloads: Uint8Array[] = [];
  readonly #due: Record<Drop, number> = { ...noDrops };
  #got: Uint8Array[] = [];
  at = 0;

  /** @param looker what the parser is, and the LID that it is given here */
  constructor(model: Model, looker: Looker, rng: Rng, pace: Pace = {}) {
    const { gaps = 0, headerStalls = 0, payloadStalls = 0 } = pace;
    model.reset();
    model.port("own_lid").set(looker.lid);
    model.port("own_lmc").set(looker.lmc);
    this.#model = model;
    this.#looker = looker;
    this.#beatBytes = model.port("s_tdata").bits / 8;
    this.source = new AxisSource(model, "s", {
      ...{ stall: gaps, seed: rng.next() },
      onDone: (_packet, cycle) => void this.lastInAt.push(cycle),
    });
    const forks = [rng.fork("hdr"), rng.fork("pl")] as const;
    this.headers = new RecordSink(
      model,
      "hdr_",
      names,
      forks[0],
      (cycle) => this.#header(cycle),
      headerStalls,
    );
    const takePayload = (cycle: number): void => this.#payload(cycle);
    this.payload = new RecordSink(model, "pl_t", ["data", "last"], forks[1], takePayload, payloadStalls);
  }

  push(...packets: readonly Sent[]): void {
    for (const sent of packets) {
      this.source.push({ ...sent, bytes: sent.wrapped ?? sent.bytes });
      const verdict = judge(sent.bytes, sent.vl, sent.error === true, this.#looker);
      if (typeof verdict === "string") this.#due[verdict] += 1;
      else {
        this.#records.push(verdict);
        if (sent.front !== undefined) this.#payloads.push(sent.front);
        if (verdict.packet.payload.length > 0) this.#payloads.push(verdict.packet.payload);
      }
    }
  }

  /** Until everything has come out. */
  run(limit = 400_000): void {
    for (let rest = 0; rest < 10; ) {
      if (this.at > limit) throw new Error(`${this.#records.length} records do not come`);
      this.cycle();
      const left = this.source.pending + this.#records.length + this.#payloads.length;
      rest = left > 0 ? 0 : rest + 1;
    }
    for (const drop of drops)
      if (this.counts[drop] !== this.#due[drop])
        throw new Error(`${this.counts[drop]} drops for ${drop} where ${this.#due[drop]} are due`);
  }

  cycle(): void {
    const model = this.#model;
    this.source.drive(this.at);
    this.headers.drive();
    this.payload.drive();
    model.eval();
    for (const drop of drops) this.counts[drop] += model.port(`drop_${drop}`).get();
    if (model.port("hdr_valid").get() === 1) this.headerAt.push(this.at);
    if (model.port("pl_tvalid").get() === 1) this.payloadAt.push(this.at);
    this.source.sample(this.at);
    this.headers.sample(this.at);
    this.payload.sample(this.at);
    model.step();
    this.at += 1;
  }

  #header(cycle: number): void {
    const sample = this.#records.shift();
    if (sample === undefined) throw new Error(`cycle ${cycle}: a record too many`);
    const due = { ...recordOf(sample), fecn: Number(sample.packet.fecn) };
    for (const name of names) {
      const is = this.#model.port(`hdr_${name}`).getBig();
      const wanted = BigInt(due[name as keyof typeof due] as number | bigint);
      if (is !== wanted)
        throw new Error(`opcode ${sample.packet.opcode}: hdr_${name} is ${is}, ${wanted} is due`);
    }
  }

  #payload(cycle: number): void {
    const model = this.#model;
    this.#got.push(model.port("pl_tdata").bytes.slice());
    const due = this.#payloads[0];
    if (due === undefined) throw new Error(`cycle ${cycle}: a beat of payload too many`);
    const last = this.#got.length * this.#beatBytes >= due.length;
    if ((model.port("pl_tlast").get() === 1) !== last)
      throw new Error(`beat ${this.#got.length} of ${due.length} bytes has pl_tlast ${Number(!last)}`);
    if (!last) return;
    const bytes = Buffer.concat(this.#got).subarray(0, due.length);
    if (Buffer.compare(bytes, due) !== 0) {
      const wrong = due.findIndex((value, at) => value !== bytes[at]);
      throw new Error(`byte ${wrong} of ${due.length} is ${bytes[wrong]}, not ${due[wrong]}`);
    }
    this.#got = [];
    this.#payloads.shift();
  }
}

const noDrops: Readonly<Record<Drop, number>> = {
  ...{ icrc: 0, malformed: 0, raw: 0, grh: 0, lid: 0, management: 0, unsupported: 0 },
};
