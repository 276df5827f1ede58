/** Phases of load on two adapters: queue pairs that ask in both directions, judged message by message. */
import { ethRegisters } from "../../generator/elaborate/eth-registers.ts";
import { nicRegisters } from "../../generator/elaborate/nic-registers.ts";
import { linkRegisters } from "../../generator/elaborate/registers.ts";
import { type Counters, countedBetween } from "../run/counters.ts";
import { limitsOf } from "../run/limits.ts";
import type { WireCounts } from "../run/pair-wire.ts";
import { Rng } from "../traffic/rng.ts";
import type { NicPair } from "./nic-pair.ts";
import {
  type AdapterSetup,
  Bed,
  type NicPhase,
  timeoutCodeOf,
  timeoutCodes,
  timeoutNs,
} from "./workload-bed.ts";
import { phaseResult } from "./workload-figures.ts";
import type { NicPhaseResult } from "./workload-results.ts";

export interface PhaseOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** Cycles between two looks at the clock and at Ctrl-C. */
const breath = 500;
/** Of a queue pair whose packets are lost, the first one and one more included. */
const allTries = 9;
const adapterPage = 0x1000;
/** All counters of both adapters and of their ports. Time goes on while they are read. */
function readAll({ buses, design }: NicPair): readonly Counters[] {
  const own = nicRegisters(design).counters;
  const port = (design.ethernet === null ? linkRegisters(design.port) : ethRegisters(design)).counters;
  return buses.map((bus) =>
    Object.fromEntries([
      ...own.map(({ name, offset }) => [name, bus.read(adapterPage + offset).value]),
      ...port.map(({ name, offset }) => [`link.${name}`, bus.read(offset).value]),
    ]),
  );
}

/** Runs one phase of load. */
export async function runNicPhase(
  pair: NicPair,
  setup: readonly AdapterSetup[],
  phase: NicPhase,
  { seed, signal }: PhaseOptions,
): Promise<NicPhaseResult> {
  const bed = new Bed(pair, setup, phase, new Rng(seed).fork(phase.name));
  const limits = limitsOf(pair.design.port);
  const wait = (timeoutNs(timeoutCodeOf(pair.design)) * pair.design.clockMHz) / 1000;
  // A link that repairs leaves nothing to the timers of the queue pairs; else all of their tries may pass
  const tries = timeoutCodeOf(pair.design) === timeoutCodes.repaired ? 0 : allTries;
  const patience = limits.hangCycles + Math.ceil(tries * wait);
  const [before, channelBefore] = [readAll(pair), copied(pair.wire.counts)];
  pair.setFaults(phase.faults ?? {});
  const firstCycle = pair.cycle;
  const end = firstCycle + phase.cycles;
  const limit = phase.messages ?? Number.POSITIVE_INFINITY;
  let last = pair.cycle;
  let failure: string | null = null;
  let stuck = false;
  let problemCycle: number | null = null;
  let breathed = pair.cycle;
  const due = (): boolean =>
    bed.all.some((flow) => flow.pending > 0 || (phase.messages !== undefined && flow.posted < limit));
  while (failure === null && (pair.cycle < end ? phase.messages === undefined || due() : due())) {
    if (phase.messages !== undefined || pair.cycle < end)
      for (const flow of bed.all) if (flow.posted < limit && flow.canPost) flow.post(pair.cycle);
    pair.step();
    if (bed.poll() > 0) last = pair.cycle;
    const wrong = bed.all.find(({ problem }) => problem !== null);
    failure = wrong?.problem ?? breach(pair);
    if (failure !== null) problemCycle = pair.cycle;
    if (pair.cycle - last > patience && due()) {
      const waiting = bed.all.filter(({ pending }) => pending > 0);
      failure = `nothing completes for ${patience} cycles: ${waiting.length} queue pairs wait, the first one is ${waiting[0]?.name}`;
      stuck = true;
      problemCycle = last;
    }
    if (pair.cycle - breathed >= breath) {
      breathed = pair.cycle;
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted === true) break;
    }
  }
  const interrupted = failure === null && signal?.aborted === true;
  const offeredCycles = Math.min(pair.cycle, end) - firstCycle;
  const drainCycles = Math.max(0, pair.cycle - end);
  pair.setFaults({});
  if (!interrupted && failure === null) {
    bed.close();
    failure = bed.all.find(({ problem }) => problem !== null)?.problem ?? null;
    if (failure !== null) problemCycle = pair.cycle;
  }
  const after = failure === null ? readAll(pair) : before;
  return phaseResult(pair, phase, {
    ...{ flows: bed.flows, firstCycle, offeredCycles, drainCycles, failure, interrupted, end },
    firstProblemCycle: problemCycle,
    counters: after.map((one, side) => countedBetween(before[side]!, one)),
    channel: [channelBefore, copied(pair.wire.counts)],
    lose: stuck,
  });
}

const copied = (counts: readonly [WireCounts, WireCounts]): readonly [WireCounts, WireCounts] => [
  { ...counts[0] },
  { ...counts[1] },
];

function breach({ memories }: NicPair): string | null {
  for (const [side, { violations }] of memories.entries())
    if (violations.length > 0) return `adapter ${side} breaks AXI4: ${violations[0]}`;
  return null;
}
