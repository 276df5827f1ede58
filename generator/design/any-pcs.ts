import { type BaseRDerivedId, type BaseRDesign, baseRDerivedIds } from "./base-r.ts";
import { type PcsDerivedId, type PcsDesign, pcsDerivedIds } from "./pcs.ts";

/** A PCS of any of the kinds that there are. */
export type AnyPcsDesign = PcsDesign | BaseRDesign;

export type AnyPcsDerivedId = PcsDerivedId | BaseRDerivedId;

/** The derived numbers of all kinds, each once. */
export const anyPcsDerivedIds: readonly AnyPcsDerivedId[] = [
  ...new Set<AnyPcsDerivedId>([...pcsDerivedIds, ...baseRDerivedIds]),
];
