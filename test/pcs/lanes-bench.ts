/** Benches of two ports on their lanes that need little: pairs of one device, phases that lose nothing. */
import type { LinkDesign } from "../../generator/design/link.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { designOf } from "../../sim/driver/index.ts";
import { type LinkPair, type Phase, type RunResult, runPhases } from "../../sim/run/index.ts";
import type { LaneWire, LaneWireOptions } from "../../sim/run/lane-wire.ts";
import { counted, expectPassed, ports } from "./link-pcs-bench.ts";
import { openPair } from "./link-pcs-device.ts";

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
    await bench.open();
    bench.closeAll();
    return bench;
  }

  async open(lanes: LaneWireOptions = {}): Promise<LinkPair> {
    const { pair } = await openPair(this.design, lanes);
    this.#pairs.push(pair);
    return pair;
  }

  closeAll(): void {
    for (const pair of this.#pairs.splice(0)) pair.close();
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
  expectPassed(result);
  return result;
}

/** What a counter counted at both ports. */
export function countedAtBoth(result: RunResult, name: string | RegExp): number {
  return ports.reduce((sum, port) => sum + counted(result, port, name), 0);
}
