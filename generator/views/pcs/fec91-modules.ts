import type { ModuleFile } from "../files.ts";
import { fec91RxModules } from "./fec91-rx.ts";
import { fec91TxModules } from "./fec91-tx.ts";
import type { PcsHost } from "./host.ts";

/**
 * The modules of a PCS with the RS-FEC of clause 91 or 108, sub-modules first; the host's PCS is one of `elaborateFec91`.
 * `pcs_encode`, `pcs_tx`, `pcs_rx` and `pcs_decode` are its tops, as without FEC: words of 4 * groupsPerWord blocks of 66 bits
 * cross between the clocks. `pcs_rx` has the statistics that `pcs_monitor` takes.
 */
export function fec91Modules(host: PcsHost): readonly ModuleFile[] {
  return [...fec91TxModules(host), ...fec91RxModules(host)];
}

/** hi_ser of these codes, symbols in 8192 codewords: so in the documents of two vendors' FECs. */
export function hiSerSymbols({ pcs }: Pick<PcsHost, "pcs">): number {
  return pcs.format.codewordSymbols === 544 ? 6380 : 417;
}
