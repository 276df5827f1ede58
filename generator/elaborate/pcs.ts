import {
  type FecKind,
  type Lanes,
  type PcsDerivedId,
  type PcsDesign,
  type PcsFormat,
  pcsDerivedIds,
} from "../design/pcs.ts";
import type { AnyDerivedId } from "../design/switch.ts";
import { derivePcs, latencyRules } from "./pcs-budget.ts";
import { formatOf } from "./pcs-formats.ts";
import { pcsStages } from "./pcs-latency.ts";
import { pcsMemories } from "./pcs-memories.ts";
import { pcsRules } from "./pcs-rules.ts";
import type { Basis, Rule } from "./rule.ts";

/** What a PCS follows from. */
export interface PcsBasis {
  readonly rateGbps: number;
  readonly clockMHz: number;
  readonly datapathBits: number;
  readonly lanes: Lanes;
  readonly fec: FecKind;
}

/** The numbers that the formulas of a PCS start from. */
export function pcsBasisOf(link: Omit<PcsBasis, "fec">, format: PcsFormat): Basis {
  const { rateGbps, clockMHz, datapathBits, lanes } = link;
  const { pcsLanes, codewords, codewordSymbols, messageSymbols, groups, markerPeriodGroups } = format;
  const ofFormat = { pcsLanes, codewords, codewordSymbols, messageSymbols, groups, markerPeriodGroups };
  return { rateGbps, clockMHz, datapathBits, laneCount: lanes.count, ...ofFormat };
}

/**
 * A PCS of clause 119 with everything decided; undefined when there is no such format.
 * @param overrides derived numbers set by hand
 */
export function elaboratePcs(
  link: PcsBasis,
  overrides: Readonly<Partial<Record<AnyDerivedId, number>>> = {},
): PcsDesign | undefined {
  const format = formatOf(link.rateGbps, link.fec);
  if (format === undefined) return undefined;
  const { numbers, derived, latencyBudget } = derivePcs<PcsDerivedId>(
    pcsRules,
    (n) => pcsStages(format, n),
    pcsBasisOf(link, format),
    overrides,
  );
  const memories = pcsMemories(format, numbers);
  return { kind: "clause119", lanes: link.lanes, format, derived, latencyBudget, memories };
}

/** Every rule of a PCS of this format, for documents: cycles of the stages are those of no particular width. */
export function pcsRulesOf(format: PcsFormat): readonly Rule<PcsDerivedId>[] {
  const numbers = Object.fromEntries(pcsDerivedIds.map((id) => [id, 0])) as Record<PcsDerivedId, number>;
  return [...pcsRules, ...latencyRules(pcsStages(format, numbers), format.pcsLanes)];
}
