import type { AnyPcsDesign } from "../design/any-pcs.ts";
import type { FecKind, Lanes } from "../design/pcs.ts";
import type { AnyDerivedId } from "../design/switch.ts";
import { elaborateBaseR } from "./base-r.ts";
import { baseRFormats } from "./base-r-formats.ts";
import { elaborateFec91 } from "./fec91.ts";
import { fec91Formats, fec91LaneCounts } from "./fec91-formats.ts";
import { elaboratePcs, type PcsBasis } from "./pcs.ts";
import { legalLanes, pcsFormats } from "./pcs-formats.ts";

/** A rate and a code that there is a PCS for, whatever its kind. */
export interface PcsChoice {
  readonly rateGbps: number;
  readonly fec: FecKind;
  /** What the lanes carry, and the clause of IEEE Std 802.3. */
  readonly code: string;
  readonly clause: string;
  readonly pcsLanes: number;
  /** How the rate may be split among physical lanes. */
  readonly lanes: readonly Lanes[];
}

const split = (rateGbps: number, counts: readonly number[]): readonly Lanes[] =>
  counts.map((count) => ({ count, gbps: rateGbps / count }));

/** All of them, the slowest first. */
export const pcsChoices: readonly PcsChoice[] = [
  ...baseRFormats.map(({ rateGbps, fec, pcsLanes, laneCounts }) => ({
    ...{
      rateGbps,
      fec,
      pcsLanes,
      code: "64B/66B",
      clause: pcsLanes > 1 ? "82" : rateGbps > 10 ? "107" : "49",
    },
    lanes: split(rateGbps, laneCounts),
  })),
  ...fec91Formats.map((format) => ({
    ...format,
    code: `RS(${format.codewordSymbols},${format.messageSymbols})`,
    clause: format.pcsLanes > 1 ? "91" : "108",
    lanes: split(format.rateGbps, fec91LaneCounts(format)),
  })),
  ...pcsFormats.map((format) => ({
    ...format,
    code: `RS(${format.codewordSymbols},${format.messageSymbols}), ${format.codewords} interleaved`,
    clause: "119",
    lanes: legalLanes(format),
  })),
].toSorted((a, b) => a.rateGbps - b.rateGbps);

/**
 * The PCS of a link; undefined when there is none for its rate and FEC.
 * @param overrides derived numbers set by hand
 */
export function elaborateAnyPcs(
  link: PcsBasis,
  overrides: Readonly<Partial<Record<AnyDerivedId, number>>> = {},
): AnyPcsDesign | undefined {
  return link.fec === "none"
    ? elaborateBaseR(link, overrides)
    : (elaboratePcs(link, overrides) ?? elaborateFec91(link, overrides));
}
