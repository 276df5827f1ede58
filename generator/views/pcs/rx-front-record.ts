import { range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { indexBits } from "../common.ts";
import type { PcsHost } from "./host.ts";

/** A part of the record by which the monitor tells the device's clock how the lanes do. */
export interface RecordField {
  readonly name: string;
  readonly bits: number;
  /** A level is as it was when the record was made; a count is what came since the record before. */
  readonly kind: "level" | "count" | "index";
  readonly what: string;
}

/** Bits of the counts; they stop at their highest value, which takes a reader that rests for a microsecond or more. */
const countBits = { words: 8, losses: 4, symbols: 12 } as const;

/**
 * The record, lowest bits first. Symbol errors go lane by lane: each record has those of one lane since the last record
 * of that lane.
 */
export function recordFields({ pcs }: PcsHost): readonly RecordField[] {
  const { pcsLanes } = pcs.format;
  return [
    { name: "aligned", bits: 1, kind: "level", what: "all PCS lanes are aligned" },
    { name: "hi_ser", bits: 1, kind: "level", what: "too many symbol errors" },
    { name: "degraded", bits: 1, kind: "level", what: "symbol errors above the threshold set" },
    { name: "am_sf", bits: 3, kind: "level", what: "status in the peer's markers" },
    { name: "locked", bits: pcsLanes, kind: "level", what: "locks of the PCS lanes as received" },
    { name: "corrected", bits: countBits.words, kind: "count", what: "codewords corrected" },
    { name: "uncorrectable", bits: countBits.words, kind: "count", what: "codewords not correctable" },
    { name: "lock_lost", bits: countBits.losses, kind: "count", what: "times that the alignment was lost" },
    { name: "lane", bits: indexBits(pcsLanes), kind: "index", what: "PCS lane of the next field" },
    { name: "symbols", bits: countBits.symbols, kind: "count", what: "symbols corrected in that lane" },
  ];
}

/** Bits of a record. */
export function recordBits(host: PcsHost): number {
  return recordFields(host).reduce((sum, { bits }) => sum + bits, 0);
}

/** Place of each field in the record, as Verilog writes it (`[0]`, `[5:3]`), by name. */
export function recordPlaces(host: PcsHost): Readonly<Record<string, string>> {
  let from = 0;
  return Object.fromEntries(
    recordFields(host).map(({ name, bits }) => {
      const place = bits === 1 ? `[${from}]` : `[${from + bits - 1}:${from}]`;
      from += bits;
      return [name, place];
    }),
  );
}

/** Ranges of signals of the fields' widths, by name. */
export function recordRanges(host: PcsHost): Readonly<Record<string, string>> {
  return Object.fromEntries(recordFields(host).map(({ name, bits }) => [name, range(bits)]));
}

/** Rows that tell the layout in a comment of both modules. */
export function recordRows(host: PcsHost): readonly View[] {
  const places = recordPlaces(host);
  return recordFields(host).map(({ name, what }) => ({
    place: (places[name] ?? "").padEnd(8),
    name: name.padEnd(13),
    what,
  }));
}
