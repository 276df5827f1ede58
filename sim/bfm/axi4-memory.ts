/**
 * Host memory behind the AXI4 master of a device: INCR bursts of whole beats, answered after a chosen latency with random
 * stalls on every channel. Pages that are not mapped answer with DECERR. The device is held to the rules of AXI4.
 */
import { Rng } from "../traffic/rng.ts";
import { Axi4ReadSide } from "./axi4-read.ts";
import { Breaches } from "./axi4-rules.ts";
import { Axi4WriteSide } from "./axi4-write.ts";
import { HostPages } from "./host-pages.ts";
import type { SimModel } from "./ports.ts";

/** Probability that a channel stands still in a cycle, 0 … 1. */
export type Axi4Stalls = Partial<Readonly<Record<"aw" | "w" | "b" | "ar" | "r", number>>>;

export interface Axi4Options {
  readonly seed?: number;
  /** Cycles from a read's address to its first beat, the least and the most; default 1 and 1. */
  readonly readLatency?: readonly [least: number, most: number];
  /** Cycles from a write's last beat to its answer; default 1 and 1. */
  readonly writeLatency?: readonly [least: number, most: number];
  readonly stalls?: Axi4Stalls;
  /** Probability that beats of another read ID come between those of a burst; default 0. */
  readonly interleave?: number;
  /** Throw at the first breach of a rule (default) or only count it. */
  readonly strict?: boolean;
  /** The device's ports; default both. */
  readonly sides?: "read" | "write" | "both";
}

/** Call {@link tick} once a cycle before the clock edge; or {@link drive}, evaluate, {@link sample}. */
export class Axi4Memory {
  readonly pages: HostPages;
  readonly read: Axi4ReadSide | null;
  readonly write: Axi4WriteSide | null;
  readonly #breaches: Breaches;

  /** @param prefix of the ports, as `m_axi` for `m_axi_araddr`; IDs are driven when the device has them */
  constructor(model: SimModel, prefix: string, pages = new HostPages(), options: Axi4Options = {}) {
    const { seed = 1, stalls = {}, interleave = 0, sides = "both" } = options;
    const { readLatency = [1, 1], writeLatency = [1, 1] } = options;
    this.pages = pages;
    this.#breaches = new Breaches(options.strict !== false);
    const breaches = this.#breaches;
    const rng = new Rng(seed);
    const { aw = 0, w = 0, b = 0, ar = 0, r = 0 } = stalls;
    this.read =
      sides === "write"
        ? null
        : new Axi4ReadSide(model, prefix, pages, {
            ...{ ids: has(model, `${prefix}_arid`), breaches, rng: rng.fork("read") },
            ...{ latency: readLatency, arStall: ar, rStall: r, interleave },
          });
    this.write =
      sides === "read"
        ? null
        : new Axi4WriteSide(model, prefix, pages, {
            ...{ ids: has(model, `${prefix}_awid`), breaches, rng: rng.fork("write") },
            ...{ latency: writeLatency, awStall: aw, wStall: w, bStall: b },
          });
  }

  /** Breaches of the rules, in words; at most 100 are kept. */
  get violations(): readonly string[] {
    return this.#breaches.list;
  }

  /** Nothing is under way. */
  get idle(): boolean {
    return (this.read?.idle ?? true) && (this.write?.idle ?? true);
  }

  /** One cycle, before the clock edge, for a device whose outputs are registered. */
  tick(cycle: number): void {
    this.drive(cycle);
    this.sample(cycle);
  }

  drive(cycle: number): void {
    this.read?.drive(cycle);
    this.write?.drive(cycle);
  }

  sample(cycle: number): void {
    this.read?.sample(cycle);
    this.write?.sample(cycle);
  }
}

function has(model: SimModel, name: string): boolean {
  try {
    model.port(name);
    return true;
  } catch {
    return false;
  }
}
