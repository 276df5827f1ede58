/** What the benches of two ports on their lanes share: phases, counters, errors at chosen places. */
import { expect } from "vitest";
import type { LinkDesign } from "../../generator/design/link.ts";
import type { PcsDesign } from "../../generator/design/pcs.ts";
import { countedBetween } from "../../sim/run/counters.ts";
import { type LinkPair, type Phase, type RunResult, randomPhase, runPhases } from "../../sim/run/index.ts";
import type { LaneWire } from "../../sim/run/lane-wire.ts";

type Port = "p0" | "p1";
export const ports: readonly Port[] = ["p0", "p1"];

export const clean = (phase: Phase): Phase => ({ ...phase, name: `${phase.name} clean` });

export function random(pair: LinkPair, packets: number, faults?: Phase["faults"]): Phase {
  return randomPhase(pair.design, { packets, ...(faults !== undefined && { faults }) });
}

export function expectPassed(result: RunResult): void {
  expect(result.phases.map(({ name, failure }) => [name, failure])).toEqual(
    result.phases.map(({ name }) => [name, null]),
  );
  expect(result.passed).toBe(true);
}

/** Packets pass. */
export async function expectTraffic(pair: LinkPair, packets = 60): Promise<RunResult> {
  const result = await runPhases(pair, [clean(random(pair, packets))]);
  expectPassed(result);
  for (const port of ports) expect(result.ports[port].received.packets).toBe(packets);
  return result;
}

/** What a counter of a port counted in all phases. */
export function counted(result: RunResult, port: Port, name: string | RegExp): number {
  const match = (key: string): boolean => (typeof name === "string" ? key === name : name.test(key));
  return result.phases
    .flatMap((phase) => Object.entries(phase.ports[port].counters))
    .reduce((sum, [key, value]) => (match(key) ? sum + value : sum), 0);
}

/** Runs the pair for a while, and gives what both ports counted meanwhile. */
export function countWhile(pair: LinkPair, run: () => void): readonly Readonly<Record<string, number>>[] {
  const before = pair.readCounters();
  run();
  const after = pair.readCounters();
  return [countedBetween(before[0], after[0]), countedBetween(before[1], after[1])];
}

export const pcsCounters = /^(?:FEC_|PCS_)/u;

export function only(
  counters: Readonly<Record<string, number>>,
  wanted: RegExp,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counters).filter(([name]) => wanted.test(name)));
}

/** Clocks of the lanes in which a pair of codewords passes. */
export function pairClocks({ pcs }: Pick<LinkDesign, "pcs">): number {
  return (pcs as PcsDesign).derived.codewordClocks.value;
}

/** Lets a pair of ports run for about as long as it takes to send `pairs` pairs of codewords. */
export function runFor(pair: LinkPair, pairs: number): void {
  const { laneClockMHz } = pair.design.pcs!.derived;
  const cycles = (pairs * pairClocks(pair.design) * pair.design.clockMHz) / laneClockMHz.value;
  for (let cycle = 0; cycle < cycles; cycle += 1) pair.tick();
}

/** Puts errors into the words that port `from` sends, `words` words on from now: one bit of a symbol of each lane. */
export function strike(pair: LinkPair, from: 0 | 1, pcsLanes: readonly number[], words: number): void {
  const channel = (pair.wire as LaneWire).channels[from];
  for (const lane of pcsLanes) channel.flip(lane, (lane + words) % 10, words);
}

/** The same in each of `count` pairs of codewords, `every` pairs apart; @returns how far the last one is, pairs */
export function strikeEvery(
  pair: LinkPair,
  from: 0 | 1,
  pcsLanes: readonly number[],
  { every, count }: { readonly every: number; readonly count: number },
): number {
  const words = pairClocks(pair.design);
  for (let at = 0; at < count; at += 1) strike(pair, from, pcsLanes, Math.round(at * every * words));
  return Math.ceil(every * count);
}
