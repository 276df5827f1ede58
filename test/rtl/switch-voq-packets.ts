/** Packets as the input buffer of a switch sees them, and random ones for its benches. */
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { type VoqSizes, voqSizes } from "../../generator/views/switch/voq.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/** What the look-up decides. */
export type Way =
  | { readonly kind: "drop" }
  | { readonly kind: "unicast"; readonly port: number; readonly lane: number }
  | { readonly kind: "multicast"; readonly index: number; readonly sl: number };

/** One beat as it is written. */
export interface Row {
  readonly data: Uint8Array;
  /** Valid 4-byte words, 1 … W/32. */
  readonly words: number;
  readonly last: boolean;
  readonly error: boolean;
  /** What the memory's code makes of it. */
  readonly fault: { readonly corrected: boolean; readonly uncorrectable: boolean };
}

/** Sizes of a buffer under test. */
export interface BufferShape extends VoqSizes {
  readonly beatWords: number;
  readonly cutThrough: boolean;
  readonly secded: boolean;
  readonly requestStages: number;
  /** Longest PktLen on a data VL and on VL15, words. */
  readonly maxWords: number;
  readonly maxWords15: number;
}

export function shapeOf(design: SwitchDesign): BufferShape {
  const { maxPacketBytes, vl15PacketBytes } = design.port.derived;
  return {
    ...voqSizes(design),
    beatWords: design.datapathBits / 32,
    cutThrough: design.port.forwarding === "cut-through",
    requestStages: design.pipeline.requests,
    secded: design.memoryProtection === "secded",
    maxWords: Math.floor((maxPacketBytes.value - 2) / 4),
    maxWords15: Math.floor((vl15PacketBytes.value - 2) / 4),
  };
}

/** A packet on its way; cycles are -1 until they come. */
export class VoqPacket {
  /** Lane that it comes on, its PktLen in words, the beats that it has by that. */
  readonly lane: number;
  readonly length: number;
  readonly beats: number;
  readonly lnh: number;
  readonly way: Way;
  /** Beat that decides where it goes. */
  readonly decidesAt: number;
  /** Beats after which it turns out to be bad, or Infinity. */
  readonly badAfter: number;
  readonly rows: Row[] = [];
  decidedCycle = -1;
  lastCycle = -1;
  /** It is read, or was, while it arrives. */
  begun = false;
  /** Copies still to be read. */
  copiesLeft = 0;
  /** Times that it has left, of those that it has to. */
  left = 0;
  due = 0;

  constructor(from: Pick<VoqPacket, "lane" | "length" | "beats" | "lnh" | "way" | "decidesAt" | "badAfter">) {
    this.lane = from.lane;
    this.length = from.length;
    this.beats = from.beats;
    this.lnh = from.lnh;
    this.way = from.way;
    this.decidesAt = from.decidesAt;
    this.badAfter = from.badAfter;
  }

  pages(pageBeats: number): number {
    return Math.ceil(this.rows.length / pageBeats);
  }
}

/** Rows of the multicast table and of the tables from SL to lane, as the bench answers for the look-up. */
export class CopyTables {
  /** Members of each row, as bits. */
  readonly masks: number[];
  /** The port that the buffer belongs to; no row has it. */
  readonly own: number;
  readonly #lanes: readonly number[];
  readonly #shape: BufferShape;

  /** One SL of each output in eight has no lane. */
  constructor(shape: BufferShape, rng: Rng) {
    this.#shape = shape;
    this.own = rng.below(shape.P);
    const all = (1 << shape.P) - 1;
    this.masks = Array.from({ length: 16 }, (_, row) => {
      const mask = row === 0 ? all : row === 1 ? 0 : row < 6 ? 1 << rng.below(shape.P) : rng.below(all + 1);
      return mask & ~(1 << this.own);
    });
    this.#lanes = Array.from({ length: shape.P * 16 }, () =>
      rng.chance(0.125) ? -1 : rng.below(shape.lanes),
    );
  }

  /** Lane of a copy, -1 for none. */
  lane(port: number, sl: number): number {
    return this.#lanes[port * 16 + sl]!;
  }

  members(index: number): readonly number[] {
    return Array.from({ length: this.#shape.P }, (_, port) => port).filter(
      (port) => (this.masks[index]! & (1 << port)) !== 0,
    );
  }
}

/** A packet as one asks for it: good, decided by its first beat. */
export function packetOf(
  shape: BufferShape,
  from: Pick<VoqPacket, "lane" | "length" | "way"> &
    Partial<Pick<VoqPacket, "lnh" | "decidesAt" | "badAfter">>,
): VoqPacket {
  const beats = Math.ceil(from.length / shape.beatWords);
  return new VoqPacket({ lnh: 0, decidesAt: 0, badAfter: Number.POSITIVE_INFINITY, beats, ...from });
}

/** What random packets are like; probabilities and lists to pick from. */
export interface Mix {
  readonly lanes: readonly number[];
  /** Outputs, as often as they stand here; lanes there. */
  readonly outputs: readonly number[];
  readonly outputLanes: readonly number[];
  readonly multicast: number;
  readonly drop: number;
  /** A packet turns out to be bad, after any number of its beats. */
  readonly bad: number;
  /** Its decision comes with a beat behind the first one. */
  readonly late: number;
  readonly size: "short" | "long" | "any" | "beat";
  /** Rows of the multicast table that are used. */
  readonly groups?: readonly number[];
}

export function drawPacket(shape: BufferShape, rng: Rng, mix: Mix): VoqPacket {
  const lane = rng.pick(mix.lanes);
  const most = lane === shape.dataLanes ? shape.maxWords15 : shape.maxWords;
  const short = Math.min(most, Math.max(8, 3 * shape.beatWords));
  const length =
    mix.size === "long"
      ? most - rng.below(2)
      : mix.size === "beat"
        ? rng.range(5, Math.max(5, shape.beatWords))
        : rng.range(5, mix.size === "short" || rng.chance(0.3) ? short : most);
  const beats = Math.ceil(length / shape.beatWords);
  const sort = rng.float();
  const way: Way =
    sort < mix.drop
      ? { kind: "drop" }
      : sort < mix.drop + mix.multicast
        ? { kind: "multicast", index: mix.groups ? rng.pick(mix.groups) : rng.below(16), sl: rng.below(16) }
        : { kind: "unicast", port: rng.pick(mix.outputs), lane: rng.pick(mix.outputLanes) };
  return packetOf(shape, {
    lane,
    length,
    way,
    lnh: rng.below(4),
    decidesAt: rng.chance(mix.late) ? rng.below(beats) : 0,
    badAfter: rng.chance(mix.bad) ? rng.below(beats) : Number.POSITIVE_INFINITY,
  });
}

/** Fills the data of the next beat: header fields in the first one, noise in the rest. */
export function drawBeat(packet: VoqPacket, rng: Rng, data: Uint8Array): void {
  rng.fill(data);
  if (packet.rows.length > 0) return;
  data[1] = (data[1]! & 0xfc) | packet.lnh;
  data[4] = (data[4]! & 0xf8) | (packet.length >> 8);
  data[5] = packet.length & 0xff;
}

/** Byte of the packet whose top bit is the FECN bit, or -1: byte 4 of the BTH. */
export function fecnByte(packet: VoqPacket): number {
  return packet.lnh === 2 ? 12 : packet.lnh === 3 ? 52 : -1;
}
