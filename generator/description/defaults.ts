import type { LinkDesign } from "../design/link.ts";
import type { FecKind } from "../design/pcs.ts";
import type { LinkDescription } from "../dsl/link-description.ts";

/** A description in which everything optional has been decided; the numbers set by hand stand in `derived`. */
export type CompleteLink = Omit<
  LinkDesign,
  "derived" | "latencyBudget" | "lineRateCoverage" | "memories" | "pcs" | "phyLatencyNs"
> & {
  /** Null: what the PCS gives. */
  readonly phyLatencyNs: number | null;
  readonly derived: NonNullable<LinkDescription["derived"]>;
};

/** The only place where defaults are given. The order of the keys is that of `design.json`. */
export function withDefaults(description: LinkDescription): CompleteLink {
  const { virtualLanes } = description;
  const arbitration = virtualLanes.arbitration ?? {};
  const everyLane = Array.from({ length: virtualLanes.data }, (_, vl) => ({ vl, weight: 64 }));
  const phy = description.phy ?? "mii";
  const row = ({ vl, weight }: { readonly vl: number; readonly weight: number }) => ({ vl, weight });
  return {
    kind: "link",
    role: "standalone",
    name: description.name,
    clockMHz: description.clockMHz,
    datapathBits: description.datapathBits,
    rateGbps: description.rateGbps,
    mtuBytes: description.mtuBytes,
    cableMeters: description.cableMeters,
    phyLatencyNs: description.phyLatencyNs ?? (phy === "pcs" ? null : 150),
    phy,
    lanes: phy === "pcs" ? (description.lanes ?? null) : null,
    fec: phy === "pcs" ? (description.fec ?? usualFec(description.rateGbps)) : null,
    frame: description.frame ?? "infiniband",
    flowControl: description.flowControl ?? "ib",
    retry: description.retry ?? "llr",
    forwarding: description.forwarding ?? "cut-through",
    icrc: description.icrc ?? "pass",
    memoryProtection: description.memoryProtection ?? "none",
    pipeline: { macTx: description.pipeline?.macTx ?? 1 },
    virtualLanes: {
      data: virtualLanes.data,
      high: (arbitration.high ?? []).map(row),
      low: (arbitration.low ?? everyLane).map(row),
      highLimit: arbitration.highLimit ?? 255,
    },
    derived: description.derived ?? {},
  };
}

/** From 200 Gb/s on the FEC is part of the PCS (IEEE Std 802.3 clause 119); below it is a sublayer of its own. */
export function usualFec(rateGbps: number): FecKind {
  return rateGbps >= 200 ? "rs544" : "none";
}
