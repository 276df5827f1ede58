/** Traffic for the hosts of a network, and waiting until it has come. */
import {
  type DemandStream,
  type PatternTraffic,
  patternDemands,
  type SourceContext,
} from "../traffic/patterns.ts";
import type { SwitchNetwork } from "./network.ts";

const vcrcBytes = 2;

/** What a pattern needs to know of the host that sends. */
export function sourceContext(network: SwitchNetwork, source: number): SourceContext {
  const { design, endDesign, hosts, seed, cycle } = network;
  return {
    ports: hosts.length,
    source,
    lid: (host) => hosts[host - 1]!.lid,
    seed,
    bytesPerCycle: (design.port.rateGbps * 1000) / 8 / design.clockMHz,
    beatBytes: design.datapathBits / 8,
    longestPacketBytes: endDesign.derived.maxPacketBytes.value - vcrcBytes,
    from: cycle,
  };
}

/** From now on all hosts generate this traffic, or each what it is given; null: nothing. */
export function offer(
  network: SwitchNetwork,
  traffic: PatternTraffic | ((host: number) => PatternTraffic | DemandStream | null),
  seed = network.seed,
): void {
  for (const host of network.hosts) {
    const own = typeof traffic === "function" ? traffic(host.end) : traffic;
    if (own === null) continue;
    const context = { ...sourceContext(network, host.end), seed };
    host.generate("take" in own ? own : patternDemands(own, context));
  }
}

/** Nothing is generated any more; what waits at the sources is thrown away. */
export function stopOffering(network: SwitchNetwork): void {
  for (const host of network.hosts) host.stop();
}

/** All that was generated has come, and so has what the management clients sent. */
export function isDrained(network: SwitchNetwork): boolean {
  if (network.board.pending > 0) return false;
  for (const host of network.hosts) if (!host.done) return false;
  for (const { management } of network.nodes) if (management.backlog > 0) return false;
  return true;
}

/** Ticks until all has come, at most `patience` cycles. @returns whether it has */
export function drain(network: SwitchNetwork, patience = network.limits.drainCycles): boolean {
  const end = network.cycle + patience;
  while (network.cycle < end) {
    if (isDrained(network)) return true;
    network.tick();
  }
  return isDrained(network);
}
