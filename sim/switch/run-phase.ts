/** One phase of a switch and its hosts: offers the traffic, measures, waits until all of it has come, and takes stock. */
import { Clock, type Finding } from "../run/clock.ts";
import type { RunOptions } from "../run/run-phase.ts";
import { listDemands } from "../traffic/patterns.ts";
import { diagnose, type Stall, StallWatch, stallText } from "./deadlock.ts";
import type { SwitchNetwork } from "./network.ts";
import { isDrained, offer, stopOffering } from "./offer.ts";
import { endsByItself, type SwitchPhase } from "./phase.ts";
import { countsSince, noCounts, type PortCounts, readPortCounts } from "./port-counters.ts";
import { figuresOfAll, type Measured, portResult, type Snapshot, snapshot } from "./port-figures.ts";
import type { SwitchPhaseResult, SwitchPortResult } from "./results.ts";

/** A clock that stops where nothing moves or a port breaks the rules of its stream. */
class NetworkClock extends Clock {
  stall: Stall | null = null;

  constructor(network: SwitchNetwork, signal: AbortSignal | undefined) {
    const watch = new StallWatch(network);
    const look = (): Finding => {
      const breach = breachOf(network);
      if (breach !== null) return { stop: true, failure: breach };
      if (!watch.stalled()) return { stop: false, failure: null };
      this.stall = diagnose(network);
      return { stop: true, failure: stallText(this.stall) };
    };
    super(network, look, signal);
  }
}

/** Runs one phase. All ports must be Active; after a failure or an interrupt the network is of no more use. */
export async function runSwitchPhase(
  network: SwitchNetwork,
  phase: SwitchPhase,
  options: RunOptions = {},
): Promise<SwitchPhaseResult> {
  const { limits, hosts } = network;
  const ports = network.nodes[0]!.control;
  const allPorts = [0, ...hosts.map(({ end }) => end)];
  prepare(network, phase);
  const countsBefore = network.lastCounts;
  const first = network.cycle;
  const end = first + (phase.cycles ?? Number.POSITIVE_INFINITY);
  const counted = endsByItself(phase);
  const warm = first + (counted ? 0 : warmUpOf(network, phase));
  network.board.figures.open(warm, counted ? Number.POSITIVE_INFINITY : end);
  for (const host of hosts) {
    host.measure.from = warm;
    host.measure.to = end;
    host.sink.backpressure = phase.backpressure ?? 0;
  }
  setFaults(network, phase);
  start(network, phase);

  const clock = new NetworkClock(network, options.signal);
  const take = (): Snapshot => snapshot(network, []);
  const begin = take();
  let going = await clock.until(() => network.cycle >= warm);
  const open = take();
  going = going && (await clock.until(() => network.cycle >= end || (counted && isDrained(network))));
  const close = take();
  const offeredCycles = network.cycle - first;
  const measuredCycles = Math.max(0, network.cycle - warm);
  stopOffering(network);
  const drainFrom = network.cycle;
  const patience = drainFrom + limits.drainCycles * hosts.length;
  if (going) going = await clock.until(() => isDrained(network) || network.cycle >= patience);
  const drainCycles = network.cycle - drainFrom;
  const settled = network.cycle + limits.settleCycles;
  if (going && isDrained(network)) await clock.until(() => network.cycle >= settled);
  if (clock.interrupted) network.board.excuse();

  const countsNow = clock.dead ? countsBefore : allPorts.map((port) => readPortCounts(ports, port));
  network.lastCounts = countsNow;
  const counts = countsNow.map((now, port) => countsSince(countsBefore[port] ?? noCounts, now));
  const measured: Measured = {
    ...{ network, begin, open, close },
    end: snapshot(network, counts),
    cycles: measuredCycles,
  };
  const figures = figuresOfAll(measured);
  const rows = allPorts.map((port) => [`p${port}`, portResult(measured, port)] as const);
  const complaint = [
    ...faultsIn(figures),
    ...(clock.dead || clock.interrupted ? [] : dropComplaints(network, countsNow)),
    ...counts.flatMap(({ link }, port) => (link.overruns > 0 ? [`port ${port} overran its buffer`] : [])),
  ];
  const { ber = 0, burst } = phase.faults ?? {};
  return {
    name: phase.name,
    title: phase.title,
    ...figures,
    load: phase.traffic.kind === "pattern" ? phase.traffic.load : null,
    saturated: !counted && pilesUp(measured),
    faults: { ber, burstBits: burst?.bits ?? 0, burstsPerBeat: burst?.perBeat ?? 0 },
    firstCycle: first,
    ...{ offeredCycles, measuredCycles, drainCycles },
    ports: Object.fromEntries(rows) as Readonly<Record<string, SwitchPortResult>>,
    failure: clock.failure ?? (complaint.length === 0 ? null : complaint.join("; ")),
    stall: clock.stall,
    firstProblemCycle: network.firstProblem ?? (clock.failure === null ? null : network.cycle),
    interrupted: clock.interrupted,
  };
}

/** Groups of the traffic come into the multicast table; a new account. */
function prepare(network: SwitchNetwork, { traffic }: SwitchPhase): void {
  if (traffic.kind === "pattern" && traffic.destinations.kind === "multicast") {
    const rows = traffic.destinations.groups.map(({ mlid, members }) => [mlid, members] as const);
    network.nodes[0]!.control.program({ multicast: new Map(rows) });
  }
  network.board = network.newBoard();
}

function start(network: SwitchNetwork, { traffic }: SwitchPhase): void {
  const { cycle } = network;
  if (traffic.kind === "pattern") offer(network, traffic);
  if (traffic.kind === "given")
    offer(network, (host) => {
      const demands = traffic.demands[host - 1] ?? [];
      return listDemands(demands.map((demand) => ({ ...demand, at: demand.at + cycle })));
    });
}

/** Time for queues to settle: some round trips, at most a third of the phase. */
function warmUpOf({ limits }: SwitchNetwork, { cycles, warmUpCycles }: SwitchPhase): number {
  return warmUpCycles ?? Math.min(4 * limits.warmUpCycles, Math.floor((cycles ?? 0) / 3));
}

function setFaults(network: SwitchNetwork, { faults = {} }: SwitchPhase): void {
  for (const { ab, ba } of network.cables)
    for (const channel of [ab, ba]) {
      channel.setBer(faults.ber ?? 0);
      channel.setBurst(faults.burst ?? null);
      channel.setControl(faults.control ?? null);
    }
}

function breachOf({ hosts, nodes }: SwitchNetwork): string | null {
  for (const { end, sink } of hosts)
    if (sink.violations.length > 0)
      return `the device of host ${end} breaks AXI4-Stream: ${sink.violations[0]}`;
  for (const { management } of nodes)
    if (management.sink.violations.length > 0)
      return `port 0 breaks AXI4-Stream: ${management.sink.violations[0]}`;
  return null;
}

/** More packets wait or are under way than when measuring began: 3 % of what was generated, and some for each host. */
function pilesUp({ open, close }: Measured): boolean {
  const inside = ({ hosts, pending }: Snapshot): number =>
    hosts.reduce((sum, { backlog }) => sum + backlog, pending);
  const made = ({ hosts }: Snapshot): number => hosts.reduce((sum, { packets }) => sum + packets, 0);
  const growth = inside(close) - inside(open);
  return growth > 0.03 * (made(close) - made(open)) && growth > 4 * close.hosts.length;
}

const faultKinds = ["lost", "duplicated", "reordered", "corrupted", "misrouted"] as const;

function faultsIn(figures: Readonly<Record<(typeof faultKinds)[number], number>>): readonly string[] {
  return faultKinds.filter((kind) => figures[kind] > 0).map((kind) => `${figures[kind]} ${kind}`);
}

function dropComplaints(network: SwitchNetwork, counts: readonly PortCounts[]): readonly string[] {
  return counts.flatMap(({ drops }, port) => network.drops.complaint({ node: 0, port }, drops) ?? []);
}
