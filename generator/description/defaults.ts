import type { LinkDesign } from "../design/link.ts";
import type { LinkDescription } from "../dsl/link-description.ts";

/** A description in which everything optional has been decided; the numbers set by hand stand in `derived`. */
export type CompleteLink = Omit<LinkDesign, "derived" | "latencyBudget" | "lineRateCoverage" | "memories"> & {
  readonly derived: NonNullable<LinkDescription["derived"]>;
};

/** The only place where defaults are given. The order of the keys is that of `design.json`. */
export function withDefaults(description: LinkDescription): CompleteLink {
  const { virtualLanes } = description;
  const arbitration = virtualLanes.arbitration ?? {};
  const everyLane = Array.from({ length: virtualLanes.data }, (_, vl) => ({ vl, weight: 64 }));
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
    phyLatencyNs: description.phyLatencyNs ?? 150,
    phy: description.phy ?? "mii",
    frame: description.frame ?? "infiniband",
    flowControl: description.flowControl ?? "ib",
    retry: description.retry ?? "llr",
    forwarding: description.forwarding ?? "cut-through",
    icrc: description.icrc ?? "pass",
    memoryProtection: description.memoryProtection ?? "none",
    virtualLanes: {
      data: virtualLanes.data,
      high: (arbitration.high ?? []).map(row),
      low: (arbitration.low ?? everyLane).map(row),
      highLimit: arbitration.highLimit ?? 255,
    },
    derived: description.derived ?? {},
  };
}
