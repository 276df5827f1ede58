import type { LinkDesign } from "../../generator/design/link.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

const space = 2 ** 20;
const half = space / 2;

/** A frame as the CRC check hands it over: its bytes and what was found out about it. */
export interface CheckedFrame {
  readonly bytes: Uint8Array;
  readonly startOk: boolean;
  readonly flow: boolean;
  readonly eligible: boolean;
  readonly seq: number;
  readonly error: boolean;
  readonly poisonSet: boolean;
  readonly crc: "good" | "complemented" | "bad";
}

/** What the receive rules make of a data packet's header. */
interface Head {
  readonly vl: number;
  readonly lane: number;
  readonly length: number;
  readonly laneExists: boolean;
  readonly lengthLegal: boolean;
}

/** Frames of all kinds, most of them what is expected. */
export function randomChecked(rng: Rng, design: LinkDesign, expected: number): CheckedFrame {
  const lanes = design.virtualLanes.data;
  const odd = (rarely: number): boolean => rng.chance(rarely);
  const longest = (design.derived.maxPacketBytes.value - 2) / 4;
  const flow = odd(0.2);
  const vl = odd(0.1) ? rng.below(16) : odd(0.1) ? 15 : rng.below(lanes);
  const length = odd(0.06)
    ? rng.below(2048)
    : vl === 15 && odd(0.5)
      ? rng.range(70, 75)
      : odd(0.3)
        ? rng.range(longest - 3, longest + 1)
        : rng.range(4, longest);
  let size = flow ? (odd(0.15) ? rng.pick([14, rng.range(1, 40)]) : 6) : 4 * length + 2;
  if (!flow && odd(0.03)) size = 6;
  else if (!flow && odd(0.15))
    size += rng.pick([-4, -2, -1, 1, 2, 3, 4, 8, 16, 32, -8, -16, -32, -64, rng.range(-40, 90)]);
  const bytes = new Uint8Array(Math.min(500, Math.max(1, size)));
  rng.fill(bytes);
  if (flow) {
    bytes[0] = (odd(0.1) ? bytes[0]! : bytes[0]! & 0x1f) & 0xff;
    // The end of a frame that looks like one
    for (const [index, mask] of [
      [8, 0x1f],
      [10, 0x3f],
    ] as const)
      if (bytes.length > index) bytes[index]! &= mask;
    if (!odd(0.1)) bytes[2] = ((odd(0.05) ? lanes : rng.below(lanes)) << 4) | (bytes[2]! & 15);
    // One that would be a packet of VL15 if it were a packet
    if (odd(0.05)) bytes[0] = 0xf0;
    if (bytes[0] === 0xf0 && bytes.length > 5) bytes.set([0, rng.range(5, 72)], 4);
  } else {
    bytes[0] = (vl << 4) | (bytes[0]! & 15);
    if (bytes.length > 5) bytes[4] = (bytes[4]! & 0xf8) | (length >> 8);
    if (bytes.length > 5) bytes[5] = length;
  }
  const off = rng.pick([-1, -2, 1, 2, -half, half, half - 1, 1 - half, rng.below(space)]);
  const llr = design.retry === "llr";
  const poisoned = !flow && odd(0.08);
  return {
    bytes,
    startOk: !odd(0.05),
    flow,
    eligible: llr !== odd(0.04),
    seq: odd(0.15) ? (expected + off + space) % space : expected,
    error: odd(0.04),
    poisonSet: poisoned !== odd(0.02),
    crc: odd(0.08) ? "bad" : poisoned !== odd(0.02) ? "complemented" : "good",
  };
}

/** Fields of the LRH that the receiver looks at. */
export function headOf(bytes: Uint8Array, design: LinkDesign): Head {
  const lanes = design.virtualLanes.data;
  const vl = bytes[0]! >> 4;
  const length = ((bytes[4] ?? 0) & 7) * 256 + (bytes[5] ?? 0);
  const longest = vl === 15 ? 288 : design.derived.maxPacketBytes.value - 2;
  return {
    vl,
    lane: vl === 15 ? lanes : vl,
    length,
    laneExists: vl === 15 || vl < lanes,
    lengthLegal: length >= 5 && 4 * length <= longest,
  };
}

/** Place of a number against the expected one. */
export function placeOf(seq: number, expected: number): "expected" | "ahead" | "behind" {
  const ahead = (seq - expected + space) % space;
  return ahead === 0 ? "expected" : ahead < half ? "ahead" : "behind";
}

/** The receiver's half of the retry: OFF, SEND_ACKS, SEND_NACK, NACK_SENT, as the rules of the wire tell it. */
export class ReceiveState {
  state: "OFF" | "SEND_ACKS" | "SEND_NACK" | "NACK_SENT" = "OFF";
  expected = 0;
  ackDue = false;
  /** NACKs sent since the expected frame last came. */
  nacks = 0;

  accept(): void {
    this.state = "SEND_ACKS";
    this.expected = (this.expected + 1) % space;
    this.ackDue = true;
    this.nacks = 0;
  }

  gap(): void {
    if (this.state === "SEND_ACKS") this.state = "SEND_NACK";
  }

  nackSent(): void {
    if (this.state === "SEND_NACK") this.state = "NACK_SENT";
  }

  /** The peer's numbers start at `seq`. */
  start(seq: number): void {
    this.state = "SEND_ACKS";
    this.expected = seq;
    this.ackDue = false;
    this.nacks = 0;
  }

  off(): void {
    this.state = "OFF";
    this.ackDue = false;
  }
}
