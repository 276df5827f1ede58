/** What the benches of the receive front share: small devices, models of single modules. */
import type { PcsDesign } from "../../generator/design/pcs.ts";
import { elaboratePcs, type PcsBasis } from "../../generator/elaborate/pcs.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { fileOfModule, type ModuleFile } from "../../generator/views/files.ts";
import type { PcsHost } from "../../generator/views/pcs/host.ts";
import { alignModules } from "../../generator/views/pcs/rx-front-align.ts";
import { monitorModules, statusModules } from "../../generator/views/pcs/rx-front-monitor.ts";

export interface FrontShape {
  readonly rateGbps: 200 | 400;
  readonly fec: "rs544" | "rs272";
  /** Symbols of each codeword in a clock. */
  readonly P: number;
  /** Physical lanes. */
  readonly lanes: number;
  /** Pairs from marker to marker; the standard's when it is not given. */
  readonly pairs?: number;
  readonly clockMHz?: number;
}

export const titleOf = ({ rateGbps, fec, P, lanes, pairs }: FrontShape): string =>
  `${rateGbps}G, ${fec}, ${P} symbols a clock, ${lanes} lanes, ${pairs ?? "all"} pairs`;

export function frontHost(shape: FrontShape): PcsHost & { readonly pcs: PcsDesign } {
  const { rateGbps, fec, P, lanes, pairs, clockMHz = 402.83 } = shape;
  const datapathBits = 1024;
  const basis: PcsBasis = {
    rateGbps,
    clockMHz,
    datapathBits,
    fec,
    lanes: { count: lanes, gbps: rateGbps / lanes },
  };
  const pcs = elaboratePcs(basis, {
    symbolsPerClock: P,
    ...(pairs === undefined ? {} : { markerPeriodCodewords: pairs }),
  });
  if (pcs === undefined) throw new RangeError(`no format for ${titleOf(shape)}`);
  return { name: "dut", clockMHz, datapathBits, pcs };
}

/** Modules of the receive front. */
export function frontModules(host: PcsHost): readonly ModuleFile[] {
  return [...alignModules(host), ...monitorModules(host), ...statusModules(host)];
}

/** Texts of modules, by name. */
export function textsOf(host: PcsHost, modules: readonly ModuleFile[]): (readonly [string, string])[] {
  return modules.map((module) => {
    const { template, view } = fileOfModule(host, module);
    return [`${host.name}_${module[0]}`, renderTemplate(template, view)] as const;
  });
}
