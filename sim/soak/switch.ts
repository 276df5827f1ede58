/**
 * Everything at once, at random: incast and uniform traffic, multicast, VL15, packets that are to be dropped, slow
 * receivers, bit errors and lost control sets, and tables that change all the while. Nothing may be lost.
 */
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import { taggedPacket } from "../reference/tagged.ts";
import { diagnose, stallText } from "../switch/deadlock.ts";
import type { FlowBoardResult } from "../switch/flow-board.ts";
import type { SwitchNetwork } from "../switch/network.ts";
import { drain, offer } from "../switch/offer.ts";
import { type PatternTraffic, portNumbers } from "../traffic/patterns.ts";
import { type Rng, withSeed } from "../traffic/rng.ts";
import { type OpenSwitch, openStar } from "./star.ts";

/** LIDs beyond those of the hosts. */
const movingLid = 20;
const nowhereLid = 30;
const ownLid = 40;
/** Cycles in which all is sent, or has come, whatever the receivers do. */
const longestRun = 400_000;
const groupLids = [0xc000, 0xc001, 0xc002];

/** Kinds of trouble that a run may have: all of them, none, or one of them alone. */
export const switchFaults = ["mixed", "none", "bits", "bursts", "control", "clients"] as const;
export type SwitchFaults = (typeof switchFaults)[number];

export interface SwitchSoakOptions {
  readonly faults?: SwitchFaults;
  /** Opens the switch with a host at each port. */
  readonly open?: OpenSwitch;
}

export interface SwitchSoakResult {
  readonly packets: number;
  readonly swaps: number;
  readonly nacks: number;
  readonly errored: number;
  readonly bitErrors: number;
}

/** Runs one soak; throws, with the seed, when anything is wrong. */
export async function soakSwitch(
  description: SwitchDescription,
  seed: number,
  packets: number,
  { faults = "mixed", open = openStar }: SwitchSoakOptions = {},
): Promise<SwitchSoakResult> {
  return await withSeed(seed, async (rng) => {
    const problems: string[] = [];
    const network = await open(description, {
      seed,
      onProblem: (verdict, end, cycle) => problems.push(`${verdict} at port ${end} in cycle ${cycle}`),
    });
    try {
      return run(network, rng, packets, problems, faults);
    } finally {
      network.close();
    }
  });
}

function run(
  network: SwitchNetwork,
  rng: Rng,
  packets: number,
  problems: readonly string[],
  trouble: SwitchFaults,
): SwitchSoakResult {
  network.activate();
  const { control } = network.nodes[0]!;
  const ports = portNumbers(network.design.ports);
  control.setOwnLid(ownLid);
  const unicast = new Map(ports.map((port) => [port, port]));
  unicast.set(movingLid, rng.pick(ports));
  const multicast = new Map(groupLids.map((mlid) => [mlid, members(rng, ports)] as const));
  control.program({ unicast, multicast });
  faults(network, rng, trouble);
  offer(network, (host) => trafficOf(network, rng, host, packets));

  let swaps = 0;
  const patience = network.cycle + longestRun;
  const busy = (): boolean => network.hosts.some(({ done }) => !done);
  while (busy()) {
    network.run(rng.range(200, 3000));
    if (network.cycle > patience) throw new Error(stuck(network, "the hosts cannot send"));
    sendOthers(network, rng);
    if (rng.chance(0.5)) {
      change(network, rng, ports, trouble);
      swaps++;
    }
  }
  for (const host of network.hosts) host.takeVls();
  if (!drain(network, longestRun)) throw new Error(stuck(network, "it does not drain"));
  network.run(network.limits.settleCycles);
  const result = network.board.result();
  judge(network, result, problems);
  const { link } = sumOfCounters(network);
  const bitErrors = network.cables.reduce(
    (sum, { ab, ba }) => sum + ab.counts.bitErrors + ba.counts.bitErrors,
    0,
  );
  return { packets: result.matched, swaps, nacks: link, errored: result.errored, bitErrors };
}

/** Each host has a pattern of its own: lanes of all kinds, sizes of all kinds. */
function trafficOf(network: SwitchNetwork, rng: Rng, host: number, packets: number): PatternTraffic {
  const { data } = network.design.port.virtualLanes;
  const ports = portNumbers(network.design.ports).filter((port) => port !== host);
  const longest = network.endDesign.derived.maxPacketBytes.value;
  const target = rng.pick(ports);
  return {
    kind: "pattern",
    destinations: rng.pick([
      { kind: "uniform" },
      { kind: "hotspot", target, share: 0.8 },
      { kind: "shift", packets: 3 },
    ] as const),
    sizes: rng.pick([
      { kind: "uniform", low: 26, high: longest },
      { kind: "fixed", bytes: longest },
      { kind: "uniform", low: 26, high: 130 },
    ] as const),
    lanes: Array.from({ length: data }, (_, vl) => ({ vl, weight: rng.range(1, 4) })),
    arrivals: rng.pick([{ kind: "poisson" }, { kind: "bursty", meanPackets: 6 }] as const),
    load: rng.pick([0.3, 0.7, 1]),
    packets,
  };
}

/** Packets beside the patterns: to groups, to the LID that moves, to nowhere, on VL15, to and from port 0. */
function sendOthers(network: SwitchNetwork, rng: Rng): void {
  const { data } = network.design.port.virtualLanes;
  for (const host of network.hosts) {
    for (const dlid of [...groupLids, movingLid, nowhereLid, ownLid, host.lid, 0xffff]) {
      if (!rng.chance(0.5)) continue;
      const vl = dlid === 0xffff ? 15 : rng.below(data);
      const bytes = tagged(rng, host.end, vl, dlid, host.lid);
      host.send(network.packet(bytes, host.end));
    }
  }
  const { management } = network.nodes[0]!;
  for (const dlid of [1, 2, groupLids[0]!, 0xffff]) {
    if (!rng.chance(0.5)) continue;
    const given = dlid === 0xffff ? rng.range(1, network.design.ports) : 0;
    const bytes = tagged(rng, 0, dlid === 0xffff ? 15 : rng.below(data), dlid, ownLid);
    management.send(network.packet(bytes, 0, { given }));
  }
}

let index = 0;

function tagged(rng: Rng, source: number, vl: number, dlid: number, slid: number): Uint8Array {
  // Service levels of their own keep these flows apart from those of the patterns.
  const sl = vl === 15 ? 15 : vl + 8;
  return taggedPacket({ source: source + 100, vl, index: index++ }, 4 * rng.range(8, 60), { dlid, slid, sl });
}

function faults(network: SwitchNetwork, rng: Rng, trouble: SwitchFaults): void {
  const mixed = trouble === "mixed";
  for (const { ab, ba } of network.cables)
    for (const channel of [ab, ba]) {
      const ber = rng.pick([0, 0, 1e-6, 1e-5]);
      if (mixed) channel.setBer(ber);
      else if (trouble === "bits") channel.setBer(Math.max(ber, 1e-6));
      if ((mixed && rng.chance(0.3)) || trouble === "control") channel.setControl({ drop: 0.01 });
      if ((mixed && rng.chance(0.2)) || trouble === "bursts") channel.setBurst({ bits: 100, perBeat: 1e-4 });
    }
}

/** Tables, receivers and faults change. */
function change(network: SwitchNetwork, rng: Rng, ports: readonly number[], trouble: SwitchFaults): void {
  const { control } = network.nodes[0]!;
  const { data } = network.design.port.virtualLanes;
  const [to, mlid, group] = [rng.pick(ports), rng.pick(groupLids), members(rng, ports)];
  for (const bank of [0, 1]) {
    control.setLft(movingLid, to);
    control.setMft(mlid, group);
    if (bank === 1) continue;
    control.swapLft();
    control.swapMft();
  }
  if (trouble !== "mixed" && trouble !== "clients") return;
  const host = rng.pick(network.hosts);
  host.sink.backpressure = rng.pick([0, 0, 0.3, 0.8]);
  rng.pick(network.hosts).takeVls(rng.chance(0.5) ? 0xffff : 0xffff & ~(1 << rng.below(data)));
  network.nodes[0]!.management.sink.backpressure = rng.pick([0, 0.5, 0.95]);
}

function members(rng: Rng, ports: readonly number[]): readonly number[] {
  return [0, ...ports].filter(() => rng.chance(0.6));
}

function judge(network: SwitchNetwork, result: FlowBoardResult, problems: readonly string[]): void {
  const { lost, duplicated, reordered, corrupted, misrouted } = result;
  const wrong = Object.entries({ lost, duplicated, reordered, corrupted, misrouted }).filter(
    ([, n]) => n > 0,
  );
  if (wrong.length > 0) {
    const what = wrong.map(([kind, count]) => `${count} ${kind}`).join(", ");
    throw new Error(`${what}; first: ${problems[0] ?? "lost"}`);
  }
  const { control } = network.nodes[0]!;
  for (let port = 0; port <= network.design.ports; port++) {
    const complaint = network.drops.complaint({ node: 0, port }, control.drops(port));
    if (complaint !== null) throw new Error(complaint);
    if (port > 0 && control.registers.counter("link", "EXCESSIVE_BUFFER_OVERRUN", port) > 0)
      throw new Error(`port ${port} overran its buffer`);
  }
  for (const { end, sink } of network.hosts)
    if (sink.violations.length > 0) throw new Error(`host ${end}: ${sink.violations[0]}`);
  const { violations } = network.nodes[0]!.management.sink;
  if (violations.length > 0) throw new Error(`port 0: ${violations[0]}`);
}

function sumOfCounters(network: SwitchNetwork): { link: number } {
  const { registers } = network.nodes[0]!.control;
  const nacks = network.hosts.map(({ end }) => registers.counter("link", "LLR_TX_NACK_CTL_OS", end));
  return { link: nacks.reduce((sum, one) => sum + one, 0) };
}

function stuck(network: SwitchNetwork, what: string): string {
  const waiting = new Map<string, number>();
  for (const { packet } of network.board.absent()) {
    const name = `${packet.source} → LID ${(packet.bytes[2]! << 8) | packet.bytes[3]!} VL${packet.vl}`;
    waiting.set(name, (waiting.get(name) ?? 0) + 1);
  }
  const list = [...waiting].slice(0, 12).map(([name, count]) => `${count} from ${name}`);
  const hosts = network.hosts.map(({ end, backlog }) => `host ${end}: ${backlog} wait`).join(", ");
  return `${what} (cycle ${network.cycle}); ${hosts}; ${stallText(diagnose(network))}; ${list.join(", ")}`;
}
