import { type DerivedId, derivedIds } from "../design/link.ts";
import type { SwitchDesign } from "../design/switch.ts";
import type { LinkDescription } from "../dsl/link-description.ts";
import type { SwitchDescription } from "../dsl/switch-description.ts";
import { type CompleteLink, withDefaults } from "./defaults.ts";

/** A description of a switch in which everything optional has been decided; all overrides stand in `derived`. */
export type CompleteSwitch = Omit<SwitchDesign, "derived" | "latencyBudget" | "memories" | "port"> & {
  readonly port: CompleteLink;
  readonly derived: NonNullable<SwitchDescription["derived"]>;
};

/** The port of a switch as the description of a link. */
export function portDescription(description: SwitchDescription): LinkDescription {
  const { name, clockMHz, datapathBits, mtuBytes, ports, virtualLanes, derived } = description;
  const { forwarding, retry, memoryProtection, pipeline } = description;
  const { rateGbps, cableMeters, phyLatencyNs, phy, lanes, fec } = ports;
  const ofLink = Object.entries(derived ?? {}).filter(([id]) => derivedIds.includes(id as DerivedId));
  return {
    ...{ name, clockMHz, datapathBits, mtuBytes, rateGbps, cableMeters, virtualLanes },
    ...(phyLatencyNs !== undefined && { phyLatencyNs }),
    ...(phy !== undefined && { phy }),
    ...(lanes !== undefined && { lanes }),
    ...(fec !== undefined && { fec }),
    ...(forwarding !== undefined && { forwarding }),
    ...(retry !== undefined && { retry }),
    ...(memoryProtection !== undefined && { memoryProtection }),
    ...(pipeline !== undefined && { pipeline }),
    ...(derived !== undefined && { derived: Object.fromEntries(ofLink) }),
  };
}

/** The only place where defaults of a switch are given. The order of the keys is that of `design.json`. */
export function switchWithDefaults(description: SwitchDescription): CompleteSwitch {
  const { scheduler = {}, tables = {} } = description;
  return {
    kind: "switch",
    name: description.name,
    clockMHz: description.clockMHz,
    datapathBits: description.datapathBits,
    mtuBytes: description.mtuBytes,
    ports: description.ports.count,
    scheduler: { kind: scheduler.kind ?? "islip", iterations: scheduler.iterations ?? 1 },
    tables: {
      unicastEntries: tables.unicastEntries ?? 1024,
      multicastEntries: tables.multicastEntries ?? 64,
      partitionKeys: tables.partitionKeys ?? 4,
    },
    memoryProtection: description.memoryProtection ?? "none",
    pipeline: { requests: description.pipeline?.requests ?? 1 },
    port: { ...withDefaults(portDescription(description)), role: "switchPort" },
    derived: description.derived ?? {},
  };
}
