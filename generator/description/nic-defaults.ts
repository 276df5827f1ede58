import type { EthernetDesign } from "../design/ethernet.ts";
import type { NicDesign } from "../design/nic.ts";
import type { LinkDescription } from "../dsl/link-description.ts";
import type { NicDescription } from "../dsl/nic-description.ts";
import { type CompleteLink, withDefaults } from "./defaults.ts";

/** A description of an adapter in which everything optional has been decided but what has a formula. */
export type CompleteNic = Omit<
  NicDesign,
  "derived" | "latencyBudget" | "memories" | "port" | "requester" | "ethernet"
> & {
  readonly requester: Omit<NicDesign["requester"], "outstandingRequests">;
  /** Null: what the formula gives. */
  readonly outstandingRequests: number | null;
  /** Null: native frames. */
  readonly ethernet: Omit<EthernetDesign, "derived"> | null;
  readonly port: CompleteLink;
};

/** The port of an adapter as the description of a link: an end point, which makes and checks the ICRC. */
export function nicPortDescription(description: NicDescription): LinkDescription {
  const { name, clockMHz, datapathBits, mtuBytes, port, virtualLanes } = description;
  const { memoryProtection, pipeline, derived } = description;
  // There is no retry of the link on Ethernet
  const retry = description.frame === "ethernet" ? "none" : description.retry;
  const { rateGbps, cableMeters, phyLatencyNs, phy, lanes, fec } = port;
  return {
    ...{ name, clockMHz, datapathBits, mtuBytes, rateGbps, cableMeters, virtualLanes },
    icrc: "endpoint",
    ...(phyLatencyNs !== undefined && { phyLatencyNs }),
    ...(phy !== undefined && { phy }),
    ...(lanes !== undefined && { lanes }),
    ...(fec !== undefined && { fec }),
    ...(retry !== undefined && { retry }),
    ...(memoryProtection !== undefined && { memoryProtection }),
    ...(pipeline !== undefined && { pipeline }),
    ...(derived !== undefined && { derived }),
  };
}

/** The only place where defaults of an adapter are given. The order of the keys is that of `design.json`. */
export function nicWithDefaults(description: NicDescription): CompleteNic {
  const { host = {}, requester = {}, responder = {} } = description;
  return {
    kind: "nic",
    name: description.name,
    clockMHz: description.clockMHz,
    datapathBits: description.datapathBits,
    mtuBytes: description.mtuBytes,
    queuePairs: description.queuePairs,
    completionQueues: description.completionQueues,
    memoryRegions: description.memoryRegions,
    sharedReceiveQueues: description.sharedReceiveQueues ?? 0,
    datagrams: description.datagrams === "ud",
    managementWindow: description.management === "window",
    host: {
      dataBits: host.dataBits ?? description.datapathBits,
      outstandingReads: host.outstandingReads ?? 16,
    },
    requester: {
      outstandingReads: requester.outstandingReads ?? 16,
      scatterGather: requester.scatterGather ?? 2,
      pushBytes: requester.pushBytes ?? 0,
    },
    responder: { outstandingReads: responder.outstandingReads ?? 16 },
    memoryProtection: description.memoryProtection ?? "none",
    congestion: description.congestion ?? (description.frame === "ethernet" ? "dcqcn" : "none"),
    outstandingRequests: requester.outstandingRequests ?? null,
    ethernet:
      description.frame === "ethernet"
        ? {
            ipMtuBytes: description.ethernet?.ipMtuBytes ?? 9000,
            addressHandles: description.ethernet?.addressHandles ?? (description.datagrams === "ud" ? 64 : 0),
          }
        : null,
    port: withDefaults(nicPortDescription(description)),
  };
}
