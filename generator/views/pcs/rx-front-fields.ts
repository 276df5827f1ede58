import type { PcsDesign } from "../../design/pcs.ts";
import { commonField91, uniqueFields91 } from "./fec91-markers.ts";
import { commonField, uniqueFields } from "./rx-front-markers.ts";

/** The fields of 48 bits that a lane is found and known by, bit 0 first in time. */
export interface MarkerFields {
  /** The same in all lanes. */
  readonly common: bigint;
  /** Of each lane. */
  readonly unique: readonly bigint[];
}

/**
 * Fields of the markers of a PCS. With clauses 91 and 108 two markers follow each other on a FEC lane; what is compared of
 * them stands where the common and the unique octets of a marker of 120 bits stand in clause 119.
 */
export function markerFields({ kind, format }: PcsDesign): MarkerFields {
  return kind === "clause91"
    ? { common: commonField91, unique: uniqueFields91(format) }
    : { common: commonField, unique: uniqueFields(format) };
}
