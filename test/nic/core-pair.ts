/** Two adapters without their link ports, their streams of packets joined by a cable that may lose packets. */
import type { NicDesign } from "../../generator/design/nic.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import { coreModules } from "../../generator/views/nic/core.ts";
import { Axi4Memory, type Axi4Options } from "../../sim/bfm/axi4-memory.ts";
import { AxiLite } from "../../sim/bfm/axil.ts";
import { HostPages } from "../../sim/bfm/host-pages.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { NicDriver } from "../../sim/nic/driver.ts";
import { growing } from "../../sim/nic/nic-pair.ts";
import type { HostMemoryAccess } from "../../sim/nic/rings.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";

export async function buildCore(design: NicDesign): Promise<BuiltModel> {
  const texts = coreModules(design).map(
    ([suffix, template, view]) =>
      [moduleName(design, suffix), renderTemplate(`${template}.v.hbs`, view)] as const,
  );
  return await buildTexts(moduleName(design, "nic_core"), texts);
}

interface Beat {
  readonly at: number;
  readonly data: Uint8Array;
  readonly keep: Uint8Array;
  readonly last: boolean;
  readonly user: number;
}

export interface CoreOptions {
  readonly loss?: number;
  /** Cycles on the cable. */
  readonly delay?: number;
  /** Probability that a cycle passes without a beat from the wire. */
  readonly gaps?: number;
  readonly memory?: Axi4Options;
}

/** One adapter and its host. */
class End {
  readonly model: Model;
  readonly memory: Axi4Memory;
  readonly host: HostMemoryAccess;
  readonly #tx: Record<"tdata" | "tkeep" | "tvalid" | "tready" | "tlast" | "tuser", Port>;
  readonly #rx: Record<"tdata" | "tkeep" | "tvalid" | "tready" | "tlast" | "tuser", Port>;
  /** Beats on their way to this end. */
  readonly arriving: Beat[] = [];
  #packet: Beat[] = [];
  packets = 0;
  /** The wire takes nothing. */
  stalled = false;

  constructor(built: BuiltModel, options: CoreOptions) {
    this.model = openModel(built);
    const pages = new HostPages();
    this.host = growing(pages);
    this.memory = new Axi4Memory(this.model, "m_axi", pages, options.memory ?? {});
    const stream = (side: "tx" | "rx") => {
      const port = (name: string) => this.model.port(`${side}_${name}`);
      return {
        ...{ tdata: port("tdata"), tkeep: port("tkeep"), tvalid: port("tvalid") },
        ...{ tready: port("tready"), tlast: port("tlast"), tuser: port("tuser") },
      };
    };
    this.#tx = stream("tx");
    this.#rx = stream("rx");
    this.model.reset();
  }

  /** What happens before a clock edge. @returns what is to happen after it */
  drive(cycle: number, options: CoreOptions, rng: Rng, peer: End): () => void {
    this.memory.tick(cycle);
    this.#tx.tready.set(this.stalled ? 0 : 1);
    if (this.#tx.tvalid.get() === 1 && !this.stalled) {
      this.#packet.push({
        ...{ at: cycle + (options.delay ?? 5), data: this.#tx.tdata.bytes.slice() },
        ...{
          keep: this.#tx.tkeep.bytes.slice(),
          last: this.#tx.tlast.get() === 1,
          user: this.#tx.tuser.get(),
        },
      });
      if (this.#tx.tlast.get() === 1) {
        this.packets++;
        // One that is marked as an error is taken back, as a link port does
        if (this.#tx.tuser.get() < 16 && !rng.chance(options.loss ?? 0)) peer.arriving.push(...this.#packet);
        this.#packet = [];
      }
    }
    const first = this.arriving[0];
    const here = first !== undefined && first.at <= cycle && !rng.chance(options.gaps ?? 0);
    this.#rx.tvalid.set(here ? 1 : 0);
    if (!here) return () => undefined;
    this.#rx.tdata.bytes.set(first.data);
    this.#rx.tkeep.bytes.set(first.keep);
    this.#rx.tlast.set(first.last ? 1 : 0);
    this.#rx.tuser.set(first.user);
    const taken = this.#rx.tready.get() === 1;
    return () => {
      if (taken) this.arriving.shift();
    };
  }
}

export class CorePair {
  readonly ends: readonly [End, End];
  readonly drivers: readonly [NicDriver, NicDriver];
  readonly #options: CoreOptions;
  readonly #rng: Rng;
  cycle = 0;

  constructor(built: BuiltModel, rng: Rng, options: CoreOptions = {}) {
    this.#options = options;
    this.#rng = rng;
    this.ends = [new End(built, options), new End(built, options)];
    const driver = (end: End, lid: number): NicDriver => {
      const registers = new AxiLite(end.model, "s_axil", { step: () => this.step() });
      return new NicDriver(registers, end.host, { lid, base: 0 });
    };
    this.drivers = [driver(this.ends[0], 1), driver(this.ends[1], 2)];
  }

  step(): void {
    const [a, b] = this.ends;
    const after = [
      a.drive(this.cycle, this.#options, this.#rng, b),
      b.drive(this.cycle, this.#options, this.#rng, a),
    ];
    a.model.step();
    b.model.step();
    for (const act of after) act();
    this.cycle++;
  }

  run(cycles: number): void {
    for (let left = cycles; left > 0; left--) this.step();
  }
}
