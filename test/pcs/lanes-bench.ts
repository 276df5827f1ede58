/** Two devices joined by their lanes, small enough to be built in a while. */
import { expect } from "vitest";
import type { LinkDesign } from "../../generator/design/link.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { designOf, openDesign } from "../../sim/driver/index.ts";
import { LinkPair, type Phase, type RunResult, randomPhase, runPhases } from "../../sim/run/index.ts";
import type { LaneWire, LaneWireOptions } from "../../sim/run/lane-wire.ts";

export const ports = ["p0", "p1"] as const;

/** The same phase again, without what it is called after. */
export const clean = (phase: Phase): Phase => ({ ...phase, name: `${phase.name} clean` });

/** Pairs of one design, which is built once. */
export class LanesBench {
  readonly design: LinkDesign;
  readonly #pairs: LinkPair[] = [];

  private constructor(design: LinkDesign) {
    this.design = design;
  }

  /** Elaborates and builds. */
  static async of(description: LinkDescription): Promise<LanesBench> {
    const bench = new LanesBench(await designOf(description));
    (await bench.#model()).close();
    return bench;
  }

  async open(lanes: LaneWireOptions = {}, seed = 11): Promise<LinkPair> {
    const pair = new LinkPair(this.design, [await this.#model(), await this.#model()], { seed, lanes });
    this.#pairs.push(pair);
    return pair;
  }

  closeAll(): void {
    for (const pair of this.#pairs.splice(0)) pair.close();
  }

  random(packets: number, faults?: Phase["faults"]): Phase {
    return randomPhase(this.design, { packets, ...(faults !== undefined && { faults }) });
  }

  #model() {
    return openDesign(this.design, undefined, { quick: true });
  }
}

export function wireOf(pair: LinkPair): LaneWire {
  return pair.wire as LaneWire;
}

/** Cycles without traffic of its own; tells whether a port left Active in them. */
export function wait(pair: LinkPair, cycles: number): boolean {
  let down = false;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    pair.tick();
    down ||= !pair.active;
  }
  return down;
}

/** Runs phases that lose nothing. */
export async function pass(pair: LinkPair, phases: readonly Phase[]): Promise<RunResult> {
  const result = await runPhases(pair, phases);
  expect(result.phases.map(({ name, failure }) => [name, failure])).toEqual(
    result.phases.map(({ name }) => [name, null]),
  );
  expect(result.passed).toBe(true);
  return result;
}

/** What a counter of a port counted in all phases; of both, when none is named. */
export function counted(
  result: RunResult,
  name: string | RegExp,
  of: readonly ("p0" | "p1")[] = ports,
): number {
  const match = (key: string): boolean => (typeof name === "string" ? key === name : name.test(key));
  return result.phases
    .flatMap((phase) => of.flatMap((port) => Object.entries(phase.ports[port].counters)))
    .reduce((sum, [key, value]) => (match(key) ? sum + value : sum), 0);
}
