/** What the benches of `icrc_tx` and `icrc_rx` share: the modules as models, packets, a run of one stream. */
import { readFileSync } from "node:fs";
import type { LinkDesign } from "../../generator/design/link.ts";
import { crcCheckView } from "../../generator/views/crc-check.ts";
import { crcGenView } from "../../generator/views/crc-gen.ts";
import { icrcMaskView } from "../../generator/views/icrc-mask.ts";
import { icrcRxCrc, icrcRxView } from "../../generator/views/icrc-rx.ts";
import { icrcTxCrc, icrcTxView } from "../../generator/views/icrc-tx.ts";
import { AxisSink, AxisSource, type ReceivedPacket } from "../../sim/bfm/axis.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { buildPacket } from "../../sim/reference/packet.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { buildModules } from "./build.ts";
import { designOf } from "./csr-bench.ts";

/** `icrc_tx` or `icrc_rx` with all that is below it. */
export async function openIcrc(side: "tx" | "rx", width: number): Promise<Model> {
  const design: LinkDesign = { ...designOf("dut", 1, { icrc: "endpoint" }), datapathBits: width };
  const module = (suffix: string, template: string, view: ReturnType<typeof icrcTxView>) => ({
    name: `dut_${suffix}`,
    template: `link/${template}.v.hbs`,
    view,
  });
  const parts =
    side === "tx"
      ? [
          module("icrc_tx", "icrc_tx", icrcTxView(design)),
          module("icrc_gen", "crc_gen", crcGenView(design, icrcTxCrc)),
        ]
      : [
          module("icrc_rx", "icrc_rx", icrcRxView(design)),
          module("icrc_check", "crc_check", crcCheckView(design, icrcRxCrc(design))),
        ];
  const mask = module("icrc_mask", "icrc_mask", icrcMaskView(design));
  return openModel(await buildModules(`dut_icrc_${side}`, [...parts, mask]));
}

export interface IcrcVector {
  readonly name: string;
  /** LRH through pad, and the ICRC as it is sent. */
  readonly input: Uint8Array;
  readonly expected: Uint8Array;
}

/** The published ICRC vectors that are native packets. */
export function icrcVectors(): readonly IcrcVector[] {
  const file = new URL("../../sim/data/crc-vectors.json", import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as {
    vectors: { name: string; crc: string; input: string; expected: string }[];
  };
  const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
  return vectors
    .filter(({ crc }) => crc === "ICRC")
    .map(({ name, input, expected }) => ({ name, input: bytes(input), expected: bytes(expected) }));
}

const random = (rng: Rng, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  rng.fill(bytes);
  return bytes;
};

/** Shortest transport packet, LRH … ICRC, in words: local, and with a GRH. */
export const shortestWords = { local: 6, global: 16 } as const;

/** A random packet of so many words, LRH … ICRC; with a GRH when it is long enough and asked for. */
export function randomTransport(rng: Rng, words: number, global = rng.chance(0.5)): Uint8Array {
  const withGrh = global && words >= shortestWords.global;
  const pad = words > (withGrh ? shortestWords.global : shortestWords.local) ? rng.below(4) : 0;
  const payload = 4 * (words - (withGrh ? shortestWords.global : shortestWords.local)) - pad;
  return buildPacket({
    lrh: { vl: rng.below(16), sl: rng.below(16), dlid: rng.below(65536), slid: rng.below(65536) },
    ...(withGrh && {
      grh: {
        trafficClass: rng.below(256),
        flowLabel: rng.below(1 << 20),
        hopLimit: rng.below(256),
        sgid: random(rng, 16),
        dgid: random(rng, 16),
      },
    }),
    bth: {
      opcode: rng.below(256),
      becn: rng.chance(0.5),
      fecn: rng.chance(0.5),
      destQp: rng.below(1 << 24),
      psn: rng.below(1 << 24),
    },
    payload: random(rng, payload),
  });
}

/** A random raw packet (LNH 0 or 1) of so many words. */
export function randomRaw(rng: Rng, words: number): Uint8Array {
  const bytes = random(rng, 4 * words);
  bytes[1] = (bytes[1]! & 0xfc) | rng.below(2);
  return bytes;
}

/** A packet on its way into a module. */
export interface Sent {
  readonly bytes: Uint8Array;
  readonly vl: number;
  readonly error?: boolean;
  /** Makes the `tkeep` of a beat wrong. */
  readonly spoil?: { readonly beat: number; readonly keep: (keep: Uint8Array) => void };
}

export interface Pace {
  /** Probability of a cycle without input, and of one without `m_tready`. */
  readonly gaps?: number;
  readonly stalls?: number;
}

export interface Run {
  readonly received: readonly ReceivedPacket[];
  /** Pulses of the module's event. */
  readonly events: number;
  /** Cycles from the first beat's transfer in to that out. */
  readonly latency: number;
  /** Cycles from the first beat's transfer in to the last one's out, both included. */
  readonly cycles: number;
  /** Cycles in which a beat was offered and not taken. */
  readonly blocked: number;
}

/** Sends packets through a module and collects what comes out; `m_tready` that moves `s_tready` is an error on request. */
export function run(
  model: Model,
  packets: readonly Sent[],
  rng: Rng,
  { gaps = 0, stalls = 0 }: Pace = {},
  readyRegistered = false,
): Run {
  let [packet, begin, firstIn, events] = [-1, 0, -1, 0];
  const source: AxisSource = new AxisSource(model, "s", {
    stall: gaps,
    seed: rng.next(),
    onStart: (_sent, cycle) => {
      if (firstIn < 0) firstIn = cycle;
    },
    onDone: () => {
      begin = source.beats;
      packet += 1;
    },
  });
  const sink = new AxisSink(model, "m", { backpressure: stalls, seed: rng.next() });
  for (const sent of packets) source.push(sent);
  const event = model.ports.some(({ name }) => name === "evt_icrc_error")
    ? model.port("evt_icrc_error")
    : null;
  const [ready, back, keep] = [model.port("s_tready"), model.port("m_tready"), model.port("s_tkeep")];
  const start = model.cycle;
  for (let idle = 0; sink.packets < packets.length || idle < 4; idle += 1) {
    if (idle > 500) throw new Error(`${packets.length - sink.packets} packets did not come out`);
    const before = source.beats + sink.beats;
    const cycle = model.cycle - start;
    source.drive(cycle);
    const { spoil } = packets[packet + 1] ?? {};
    const whole = keep.bytes.slice();
    if (spoil?.beat === source.beats - begin) spoil.keep(keep.bytes);
    sink.drive();
    if (readyRegistered) {
      const wanted = back.get();
      model.eval();
      const now = ready.get();
      back.set(1 - wanted);
      model.eval();
      if (ready.get() !== now) throw new Error("s_tready follows m_tready");
      back.set(wanted);
    }
    model.eval();
    source.sample(cycle);
    sink.sample(cycle);
    model.step();
    keep.bytes.set(whole);
    events += event?.get() ?? 0;
    if (source.beats + sink.beats !== before) idle = 0;
  }
  const lastOut = sink.received.at(-1)?.lastCycle ?? 0;
  return {
    received: sink.received,
    events,
    latency: (sink.received[0]?.firstCycle ?? 0) - firstIn,
    cycles: lastOut - firstIn + 1,
    blocked: source.blockedCycles,
  };
}

/** A wrong `tkeep`: a hole, a beat in the middle that is not full, or an empty last beat. */
export function oddKeep(rng: Rng, bytes: number, width: number): NonNullable<Sent["spoil"]> {
  const beatBytes = width / 8;
  const beats = Math.ceil(bytes / beatBytes);
  const beat = rng.below(beats);
  const used = beat === beats - 1 ? bytes - beat * beatBytes : beatBytes;
  const kind = rng.pick(beat === beats - 1 ? ["hole", "word", "empty"] : ["hole", "word", "short"]);
  const clear = (keep: Uint8Array, from: number, to: number): void => {
    for (let at = from; at < to; at += 1) keep[at >> 3]! &= ~(1 << (at & 7));
  };
  const word = 4 * rng.below(used / 4 - 1);
  const hole = rng.below(used - 1);
  const short = 4 * rng.range(1, beatBytes / 4 - 1);
  return {
    beat,
    keep: (keep) => {
      if (kind === "empty") clear(keep, 0, used);
      else if (kind === "short") clear(keep, short, beatBytes);
      else if (kind === "word" && used > 4) clear(keep, word, word + 4);
      else clear(keep, used === 4 ? 3 : hole, used === 4 ? 4 : hole + 1);
    },
  };
}

/** Offers so many beats of a packet, then resets the module. */
export function cutShort(rng: Rng, model: Model, { bytes, vl }: Sent, beats: number): void {
  const [data, valid] = [model.port("s_tdata").bytes, model.port("s_tvalid")];
  model.port("s_tkeep").bytes.fill(0xff);
  model.port("s_tlast").set(0);
  model.port("s_tuser").set(vl);
  model.port("m_tready").set(rng.below(2));
  valid.set(1);
  for (let beat = 0; beat < beats; beat += 1) {
    data.set(bytes.subarray(beat * data.length, (beat + 1) * data.length));
    model.step();
  }
  valid.set(0);
  model.reset();
}

/** Bytes as text, for comparisons that print well. */
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
