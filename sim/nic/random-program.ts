/**
 * Random programs of verbs for two hosts, and what they must give. A stream is one direction of a connected queue pair
 * with memory of its own: constant sources, targets of the peer, results of READs and atomics, receive slots. Within a
 * stream the meaning is that of doing one request after the other; fences stand where a READ or atomic would else race.
 */
import type { Rng } from "../traffic/rng.ts";
import type { ScatterGather, SendOpcode, WcOpcode } from "./verbs.ts";

export const areaBytes = 16_384;

/** One request. Offsets are into the areas of the stream. */
export interface Step {
  readonly opcode: SendOpcode;
  readonly length: number;
  /** Local pieces: offsets into `source`, or into `result` when that is read or written. */
  readonly pieces: readonly { readonly offset: number; readonly length: number }[];
  readonly fromResult: boolean;
  readonly inline: boolean;
  readonly target: number;
  readonly imm: number;
  readonly compareAdd: bigint;
  readonly swap: bigint;
  readonly fence: boolean;
  readonly signaled: boolean;
  readonly solicited: boolean;
  /** send-inv: which of the stream's regions for invalidation. */
  readonly invalidate: number;
}

/** A message that the peer receives. */
export interface Message {
  readonly opcode: WcOpcode;
  readonly bytes: Uint8Array;
  readonly byteLength: number;
  readonly imm: number | null;
  readonly invalidate: number | null;
  readonly solicited: boolean;
}

export interface Stream {
  readonly steps: readonly Step[];
  readonly messages: readonly Message[];
  /** Areas before and after the program. */
  readonly source: Uint8Array;
  readonly targetBefore: Uint8Array;
  readonly targetAfter: Uint8Array;
  readonly resultBefore: Uint8Array;
  readonly resultAfter: Uint8Array;
  readonly invalidations: number;
}

export interface ProgramShape {
  readonly steps: number;
  readonly longest: number;
  readonly maxInline: number;
  /** One request in so many is signaled at least. */
  readonly signalEvery: number;
  /** The result of an atomic is one piece at a multiple of 8, as hardware wants it; default false. */
  readonly wholeAtomics?: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

const overlaps = (a: Range, b: Range) => a.start < b.end && b.start < a.end;
const rangeOf = (start: number, length: number): Range => ({ start, end: start + length });

function fill(rng: Rng): Uint8Array {
  const bytes = new Uint8Array(areaBytes);
  rng.fill(bytes);
  return bytes;
}

/** Splits `length` bytes into one to four pieces, not always in the order of their addresses. */
function split(rng: Rng, start: number, length: number): { offset: number; length: number }[] {
  const cuts = Array.from({ length: rng.below(4) }, () => rng.below(length + 1)).sort((a, b) => a - b);
  const edges = [0, ...cuts, length];
  const pieces = edges.slice(1).map((edge, i) => ({ offset: start + edges[i]!, length: edge - edges[i]! }));
  return rng.chance(0.3) ? pieces.reverse() : pieces;
}

const choices: readonly SendOpcode[] = [
  "send",
  "send-imm",
  "write",
  "write",
  "write-imm",
  "read",
  "read",
  "cmp-swap",
  "fetch-add",
  "send-inv",
];

/** Lengths around the edges of packets as often as any other. */
function pickLength(rng: Rng, longest: number): number {
  if (rng.chance(0.1)) return 0;
  if (rng.chance(0.4)) return Math.max(0, Math.min(longest, 256 * rng.below(9) + rng.range(-2, 2)));
  return rng.below(rng.chance(0.5) ? 64 : longest + 1);
}

/** Makes the steps of a stream and works out their effect, one after the other. */
export function randomStream(rng: Rng, shape: ProgramShape): Stream {
  const source = fill(rng);
  const [targetBefore, resultBefore] = [fill(rng), fill(rng)];
  const [target, result] = [targetBefore.slice(), resultBefore.slice()];
  const steps: Step[] = [];
  const messages: Message[] = [];
  /** Ranges of targets that a READ may still be reading, and of results that later requests send. */
  let reading: Range[] = [];
  const frozen: Range[] = [];
  let pending = false;
  let invalidations = 0;
  for (let i = 0; i < shape.steps; i++) {
    const opcode = rng.pick(choices);
    const atomic = opcode === "cmp-swap" || opcode === "fetch-add";
    const answered = atomic || opcode === "read";
    const length = atomic ? 8 : pickLength(rng, shape.longest);
    const inline = !answered && length <= shape.maxInline && rng.chance(0.5);
    const fromResult = !answered && !inline && rng.chance(0.1);
    const area = answered || fromResult ? result : source;
    const whole = atomic && shape.wholeAtomics === true;
    const pickLocal = (): number =>
      whole ? 8 * rng.below(areaBytes / 8) : rng.below(areaBytes - length + 1);
    let local = pickLocal();
    // A request that was not acknowledged is sent again from memory: its source must not change.
    const taken = () => frozen.some((range) => overlaps(range, rangeOf(local, length)));
    for (let tries = 0; answered && taken() && tries < 20; tries++) local = pickLocal();
    if ((answered && taken()) || (fromResult && frozen.length > 4)) continue;
    const at = atomic ? 8 * rng.below(areaBytes / 8) : rng.below(areaBytes - length + 1);
    const changes = atomic || opcode === "write" || opcode === "write-imm";
    const race = changes && reading.some((range) => overlaps(range, rangeOf(at, length)));
    const fence = race || (fromResult && pending) || rng.chance(0.05);
    if (fence) {
      reading = [];
      pending = false;
    }
    if (fromResult) frozen.push(rangeOf(local, length));
    if (opcode === "read") reading.push(rangeOf(at, length));
    pending ||= answered;
    const pieces = inline || whole ? [{ offset: local, length }] : split(rng, local, length);
    const step: Step = {
      opcode,
      length,
      pieces,
      fromResult,
      inline,
      target: at,
      imm: rng.next(),
      compareAdd: rng.chance(0.5) ? read64(target, atomic ? at : 0) : random64(rng),
      swap: random64(rng),
      fence,
      signaled: rng.chance(0.5) || steps.length % shape.signalEvery === 0,
      solicited: rng.chance(0.3),
      invalidate: opcode === "send-inv" ? invalidations++ : 0,
    };
    steps.push(step);
    const bytes = Buffer.concat(
      pieces.map(({ offset, length: count }) => area.subarray(offset, offset + count)),
    );
    const message = apply(step, bytes, target, result);
    if (message !== null) messages.push(message);
  }
  steps.push({
    ...steps[0]!,
    opcode: "write",
    length: 0,
    pieces: [],
    inline: false,
    fromResult: false,
    signaled: true,
  });
  return {
    steps,
    messages,
    source,
    targetBefore,
    targetAfter: target,
    resultBefore,
    resultAfter: result,
    invalidations,
  };
}

function random64(rng: Rng): bigint {
  return (BigInt(rng.next()) << 32n) | BigInt(rng.next());
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset);
}

function read64(bytes: Uint8Array, at: number): bigint {
  return view(bytes).getBigUint64(at, true);
}

/** The oracle: a request done at once. @returns what the peer receives, if anything */
function apply(step: Step, bytes: Uint8Array, target: Uint8Array, result: Uint8Array): Message | null {
  const { opcode, length, target: at, compareAdd, swap } = step;
  const put = (from: Uint8Array) => {
    let done = 0;
    for (const { offset, length: count } of step.pieces) {
      result.set(from.subarray(done, done + count), offset);
      done += count;
    }
  };
  if (opcode === "read") put(target.slice(at, at + length));
  if (opcode === "cmp-swap" || opcode === "fetch-add") {
    const old = read64(target, at);
    put(target.slice(at, at + 8));
    const next =
      opcode === "fetch-add" ? BigInt.asUintN(64, old + compareAdd) : old === compareAdd ? swap : old;
    view(target).setBigUint64(at, next, true);
  }
  if (opcode === "write" || opcode === "write-imm") target.set(bytes, at);
  const sends = opcode === "send" || opcode === "send-imm" || opcode === "send-inv";
  if (!sends && opcode !== "write-imm") return null;
  return {
    opcode: sends ? "recv" : "recv-write-imm",
    bytes: sends ? bytes : new Uint8Array(0),
    byteLength: length,
    imm: opcode === "send-imm" || opcode === "write-imm" ? step.imm : null,
    invalidate: opcode === "send-inv" ? step.invalidate : null,
    solicited: step.solicited,
  };
}

/** The pieces of a step as scatter list over an area at `base`. */
export function listOf(step: Step, base: bigint, lkey: number): ScatterGather[] {
  return step.pieces.map(({ offset, length }) => ({ address: base + BigInt(offset), length, lkey }));
}
