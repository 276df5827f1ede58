/** What the modules of an Ethernet port share. */
import type { NicDesign } from "../../design/nic.ts";
import { ethernetOf } from "../../elaborate/ethernet.ts";
import { addressRows } from "../../elaborate/nic-tables.ts";
import { bin, dec } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { bitsFor, indexBits, localparam, moduleName } from "../common.ts";
import { hasGrh, nicSizes, qpBits } from "../nic/sizes.ts";
import { range } from "../ranges.ts";

/** Bits of a row's number in the table of addresses. */
export const addressRowBits = (design: NicDesign): number => indexBits(addressRows(design));

/** Ranges of ports, ready for a template. */
export function ethRanges(design: NicDesign): Readonly<Record<string, string>> {
  const { W, BB, wordBits } = nicSizes(design);
  return { data: range(W), keep: range(BB), words: range(wordBits), bytes: range(bitsFor(BB)) };
}

/** Bits of a count of the beats in the receive buffer. */
export const usedBits = (design: NicDesign): number =>
  indexBits(ethernetOf(design).derived.receiveBufferBeats.value) + 1;

/** Data lanes of the transmit side: a queue each. */
export const lanesOf = (design: NicDesign): number => design.port.virtualLanes.data;

/** Bits of a row's number in the queue of a lane. */
export const queueRowBits = (design: NicDesign): number =>
  indexBits(ethernetOf(design).derived.transmitBufferBeats.value);

/** Bits of a queue's number: lanes, and behind them the queue of notifications. */
export const queueBits = (design: NicDesign): number => bitsFor(lanesOf(design));

/** The queue of the VL in the low bits of a signal; one that there is not goes with lane 0. */
export function laneOf(design: NicDesign, signal: string): string {
  const lanes = lanesOf(design);
  const bits = queueBits(design);
  if (lanes === 1) return "1'b0";
  return `${signal}[3:0] < ${dec(lanes, 4)} ? ${signal}[${bits - 1}:0] : ${dec(0, bits)}`;
}

/** What every view of the port has. */
export function ethView(design: NicDesign, suffix: string): View {
  return {
    module: moduleName(design, suffix),
    device: design.name,
    secded: design.memoryProtection === "secded",
    r: ethRanges(design),
    qp: range(qpBits(design)),
    qpSlice: `[${qpBits(design) - 1}:0]`,
    row: range(addressRowBits(design)),
    rowSlice: `[${addressRowBits(design) - 1}:0]`,
    grh: hasGrh(design),
    lanes: lanesOf(design) > 1,
    used: range(usedBits(design)),
  };
}

/** `localparam` lines of the words of a beat. */
export function wordParams(design: NicDesign): readonly View[] {
  const { W, words, wordBits } = nicSizes(design);
  return [
    localparam("W", W, "bits of a beat"),
    localparam("WORDS", words, "4-byte words of a beat: W / 32"),
    localparam("WB", wordBits, "bits that count them"),
  ];
}

/** Bit `i` set for the words `from` … `to - 1` of a beat. */
export function wordMask(words: number, from: number, to: number): string {
  let mask = 0n;
  for (let at = Math.max(0, from); at < Math.min(words, to); at += 1) mask |= 1n << BigInt(at);
  return bin(mask, words);
}
