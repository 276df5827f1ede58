/** Counters of a switch's ports that results need; few, as each read takes cycles of the whole bench. */
import { type DropReason, dropReasons } from "../reference/switch.ts";
import { dropCounters, type SwitchControl } from "./control.ts";

const linkCounters = {
  nacksSent: "LLR_TX_NACK_CTL_OS",
  nacksReceived: "LLR_RX_NACK_CTL_OS",
  replays: "LLR_TX_REPLAY",
  creditStallCycles: "PORT_XMIT_WAIT",
  overruns: "EXCESSIVE_BUFFER_OVERRUN",
} as const;

export type LinkCounts = Readonly<Record<keyof typeof linkCounters, number>>;

export interface PortCounts {
  readonly link: LinkCounts;
  readonly drops: Readonly<Record<DropReason, number>>;
}

const linkKeys = Object.keys(linkCounters) as (keyof typeof linkCounters)[];

export const noCounts: PortCounts = {
  link: Object.fromEntries(linkKeys.map((key) => [key, 0])) as LinkCounts,
  drops: Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as PortCounts["drops"],
};

/** Reads the counters of a port. */
export function readPortCounts({ registers }: SwitchControl, port: number): PortCounts {
  const link = linkKeys.map((key) => [
    key,
    port === 0 || !registers.hasCounter("link", linkCounters[key])
      ? 0
      : registers.counter("link", linkCounters[key], port),
  ]);
  const drops = dropReasons.map((reason) => [
    reason,
    registers.counter("ingress", dropCounters[reason], port),
  ]);
  return {
    link: Object.fromEntries(link) as LinkCounts,
    drops: Object.fromEntries(drops) as PortCounts["drops"],
  };
}

/** What was counted since; right for less than 2^32 of each. */
export function countsSince(before: PortCounts, after: PortCounts): PortCounts {
  const since = <K extends string>(a: Record<K, number>, b: Record<K, number>): Record<K, number> =>
    Object.fromEntries((Object.keys(b) as K[]).map((key) => [key, (b[key] - a[key]) >>> 0])) as Record<
      K,
      number
    >;
  return { link: since(before.link, after.link), drops: since(before.drops, after.drops) };
}
