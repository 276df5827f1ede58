/** Two link ports joined by a cable, with clients at both ends: everything that a run of phases needs, cycle by cycle. */
import type { LinkDesign } from "../../generator/design/link.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { linkRegisters } from "../../generator/elaborate/registers.ts";
import { AxiLite } from "../bfm/axil.ts";
import type { SimPort } from "../bfm/ports.ts";
import { designOf, openDesign } from "../driver/device.ts";
import type { Model } from "../driver/model.ts";
import { Rng } from "../traffic/rng.ts";
import { type Counters, readCounters } from "./counters.ts";
import { Direction } from "./direction.ts";
import { LaneWire, type LaneWireOptions } from "./lane-wire.ts";
import { limitsOf, type PairLimits } from "./limits.ts";
import { deviceEdge, MiiWire, type PairWire, type WireCounts } from "./pair-wire.ts";
import type { Faults } from "./phase.ts";
import { WireTap } from "./wire-tap.ts";

export interface TraceWindow {
  /** Paths of the FST files of port 0 and port 1. */
  readonly paths: readonly [string, string];
  /** First cycle of the run that is written, and how many are. */
  readonly from: number;
  readonly cycles: number;
}

export interface PairOptions {
  /** 32 bits; decides every random choice. */
  readonly seed?: number;
  /** Writes waves; the models must have been built for it. */
  readonly trace?: TraceWindow;
  /** Builds the models for speed: three times as long to build, twice as fast; right for runs of many minutes. */
  readonly fast?: boolean;
  /** The lanes of ports with a PCS. */
  readonly lanes?: LaneWireOptions;
  /** Files that record the wire at port 0 and at port 1, at most `frameLimit` frames each. */
  readonly pcapng?: { readonly paths: readonly [string, string]; readonly frameLimit?: number };
}

/** Value of `p0_port_state` in which packets flow. */
const active = 4;
const resetCycles = 4;

/**
 * Generates and builds the design (or takes it from the cache) and joins two ports of it. Close the pair in the end.
 */
export async function openLinkPair(
  description: string | LinkDescription | LinkDesign,
  options: PairOptions = {},
): Promise<LinkPair> {
  const design = isDesign(description) ? description : await designOf(description);
  const { trace, fast = false } = options;
  const open = (): Promise<Model> =>
    openDesign(design, undefined, { trace: trace !== undefined, quick: !fast });
  return new LinkPair(design, [await open(), await open()], options);
}

function isDesign(description: string | LinkDescription | LinkDesign): description is LinkDesign {
  return typeof description === "object" && "latencyBudget" in description;
}

export class LinkPair {
  readonly design: LinkDesign;
  readonly limits: PairLimits;
  readonly seed: number;
  /** From port 0 to port 1, and back. */
  readonly directions: readonly [Direction, Direction];
  readonly taps: readonly WireTap[];
  /** Cycles of port 0 since the reset; port 1 may have a clock of its own, a little faster or slower. */
  cycle = 0;
  readonly #models: readonly [Model, Model];
  readonly wire: PairWire;
  readonly #states: readonly SimPort[];
  readonly #buses: readonly [AxiLite, AxiLite];
  #lastCounters: readonly [Counters, Counters] = [{}, {}];
  readonly #trace: TraceWindow | undefined;

  /** @param models two open models of the design's top module, not yet stepped */
  constructor(design: LinkDesign, models: readonly [Model, Model], options: PairOptions = {}) {
    this.design = design;
    this.limits = limitsOf(design);
    this.seed = options.seed ?? 1;
    this.#models = models;
    this.#trace = options.trace;
    const rng = new Rng(this.seed);
    const seeds = [rng.fork("cable 0").seed, rng.fork("cable 1").seed] as const;
    const { pcs } = design;
    this.wire =
      pcs === null
        ? new MiiWire(design, models, { seeds, delayCycles: this.limits.delayCycles })
        : new LaneWire({ ...design, pcs }, models, seeds, options.lanes);
    const { ends } = this.wire;
    this.directions = [
      new Direction(design, models, 0, this.seed),
      new Direction(design, models, 1, this.seed),
    ];
    this.#states = models.map((model) => model.port("p0_port_state"));
    const bus = (device: 0 | 1): AxiLite =>
      new AxiLite(models[device], "s_axil", { step: () => this.#until(device) });
    this.#buses = [bus(0), bus(1)];
    const paths = ends === null ? [] : (options.pcapng?.paths ?? []);
    this.taps = paths.map((path, index) => {
      const { clockMHz, rateGbps } = design;
      const limit = options.pcapng?.frameLimit;
      const frameLimit = limit === undefined ? {} : { frameLimit: limit };
      const tap = { path, name: `port ${index}`, clockMHz, rateGbps, ...frameLimit };
      return new WireTap(models[index as 0 | 1], ends![index as 0 | 1], tap);
    });
    this.wire.reset(resetCycles);
  }

  /** One clock cycle of everything. */
  tick(): void {
    this.#until(0);
  }

  /** To the next edge of the clock of a device. */
  #until(device: 0 | 1): void {
    for (;;) {
      const edges = this.wire.step(this.#before);
      if ((edges & deviceEdge[0]) !== 0) this.cycle += 1;
      if ((edges & deviceEdge[device]) !== 0) return;
    }
  }

  /** What the clients of a port do in a cycle. */
  readonly #before = (device: 0 | 1): void => {
    const { cycle } = this;
    if (device === 0 && this.#trace !== undefined) this.#traceAt(cycle, this.#trace);
    this.directions[device].send(cycle);
    this.directions[device === 0 ? 1 : 0].take(cycle);
    this.taps[device]?.tick(cycle);
  };

  /** Both ports are Active. */
  get active(): boolean {
    return this.#states.every((state) => state.get() === active);
  }

  /** Port states as InfiniBand numbers them, port 0 first. */
  get portStates(): readonly number[] {
    return this.#states.map((state) => state.get());
  }

  setFaults(faults: Faults): void {
    this.wire.setFaults(faults);
  }

  /** What the cable did so far, in the direction from port 0 and in that from port 1. */
  get channelCounts(): readonly [WireCounts, WireCounts] {
    return this.wire.counts;
  }

  /** The event counters of both ports, as {@link countedBetween} takes them. Time goes on while they are read. */
  readCounters(): readonly [Counters, Counters] {
    const map = linkRegisters(this.design);
    const [first, second] = this.#buses;
    this.#lastCounters = [readCounters(first, map), readCounters(second, map)];
    return this.#lastCounters;
  }

  /** The counters as they were read last; zeros before that. */
  get lastCounters(): readonly [Counters, Counters] {
    return this.#lastCounters;
  }

  /** The registers of a port. */
  bus(port: 0 | 1): AxiLite {
    return this.#buses[port];
  }

  close(): void {
    for (const tap of this.taps) tap.close();
    for (const model of this.#models) model.close();
  }

  #traceAt(cycle: number, { from, cycles, paths }: TraceWindow): void {
    if (cycle === from) {
      this.#models[0].traceOpen(paths[0]);
      this.#models[1].traceOpen(paths[1]);
    } else if (cycle === from + cycles) for (const model of this.#models) model.traceClose();
  }
}
