import type { PcsDesign } from "../../design/pcs.ts";

/** What a PCS is part of: a link, or a port of a switch. */
export interface PcsHost {
  readonly name: string;
  readonly clockMHz: number;
  readonly datapathBits: number;
  readonly pcs: PcsDesign;
}
