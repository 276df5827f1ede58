import type { AnyPcsDesign } from "../../design/any-pcs.ts";
import type { PcsDesign } from "../../design/pcs.ts";

/** What a PCS is part of: a link, or a port of a switch. */
export interface HostOf<Pcs extends AnyPcsDesign> {
  readonly name: string;
  readonly clockMHz: number;
  readonly datapathBits: number;
  readonly pcs: Pcs;
}

/** That of a PCS with FEC. */
export type PcsHost = HostOf<PcsDesign>;
