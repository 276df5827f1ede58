/** Two adapters on the two ends of a cable, or of two with a switch between them, each with its host memory and its driver, cycle by cycle. */
import type { NicDesign } from "../../generator/design/nic.ts";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { Axi4Memory, type Axi4Options } from "../bfm/axi4-memory.ts";
import { AxiLite } from "../bfm/axil.ts";
import { HostPages } from "../bfm/host-pages.ts";
import type { Model } from "../driver/model.ts";
import { limitsOf } from "../run/limits.ts";
import type { PairOptions, TraceWindow } from "../run/link-pair.ts";
import { MiiWire, type PairWire } from "../run/pair-wire.ts";
import type { Faults } from "../run/phase.ts";
import { WireTap } from "../run/wire-tap.ts";
import { Rng } from "../traffic/rng.ts";
import { NicDriver } from "./driver.ts";
import type { EthernetIdentity } from "./ethernet-port.ts";
import type { HostMemoryAccess } from "./rings.ts";
import { SwitchWire } from "./switch-wire.ts";

export interface NicPairOptions extends Pick<PairOptions, "trace" | "pcapng"> {
  readonly seed?: number;
  readonly memory?: Axi4Options;
  /** Another wire than a cable with bit errors. */
  readonly wire?: (models: readonly [Model, Model]) => PairWire;
  /** A switch between the adapters: its design, and an open model of it that was not yet stepped. */
  readonly through?: { readonly design: SwitchDesign; readonly model: Model };
  /** From a port's MII output to the next one's MII input; default: that of the design's cable and PHYs. */
  readonly delayCycles?: number;
  /** Data lane of a service level; default VL0 for each. */
  readonly vlOf?: (sl: number) => number;
  /** Work requests go with their doorbells where the adapters have a window for them; default true. */
  readonly push?: boolean;
}

/** Value of `p0_port_state` in which packets flow. */
const active = 4;
const resetCycles = 4;

/** Who the ends are, with Ethernet frames. */
export const ethernetEnds: readonly [EthernetIdentity, EthernetIdentity] = [
  {
    mac: Uint8Array.of(2, 0, 0x4c, 0x57, 0, 1),
    ipv4: Uint8Array.of(10, 0, 0, 1),
    ipv6: Uint8Array.of(0xfd, 0, 0x4c, 0x57, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  },
  {
    mac: Uint8Array.of(2, 0, 0x4c, 0x57, 0, 2),
    ipv4: Uint8Array.of(10, 0, 0, 2),
    ipv6: Uint8Array.of(0xfd, 0, 0x4c, 0x57, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2),
  },
];

/** Byte address of the adapter's own registers, behind those of its link port. */
const adapterPage = 0x1000;

/** Host memory whose pages come to be when they are touched. */
export function growing(pages: HostPages): HostMemoryAccess {
  return {
    read: (address, length) => {
      if (length > 0) pages.map(address, length);
      return pages.read(address, length);
    },
    write: (address, bytes) => {
      if (bytes.length > 0) pages.map(address, bytes.length);
      pages.write(address, bytes);
    },
  };
}

export class NicPair {
  readonly design: NicDesign;
  readonly models: readonly [Model, Model];
  readonly wire: PairWire;
  /** The wire, when it is two cables and a switch. */
  readonly through: SwitchWire | null;
  readonly memories: readonly [Axi4Memory, Axi4Memory];
  readonly hosts: readonly [HostMemoryAccess, HostMemoryAccess];
  /** The registers of each adapter. */
  readonly buses: readonly [AxiLite, AxiLite];
  readonly drivers: readonly [NicDriver, NicDriver];
  /** Records of the wires, where they are asked for. */
  readonly taps: readonly WireTap[];
  readonly #trace: TraceWindow | undefined;
  /** Watches the cycles: called before each edge. */
  watch: (cycle: number) => void = () => undefined;
  cycle = 0;

  /** @param models two open models of the design's top module, not yet stepped; the link is up when this returns */
  constructor(design: NicDesign, models: readonly [Model, Model], options: NicPairOptions = {}) {
    this.design = design;
    this.models = models;
    this.#trace = options.trace;
    const rng = new Rng(options.seed ?? 1);
    const limits = limitsOf(design.port);
    const { through, delayCycles = limits.delayCycles } = options;
    this.through =
      through === undefined
        ? null
        : new SwitchWire(through.design, through.model, models, {
            ...{ seed: rng.fork("cables").seed, delayCycles },
            step: () => this.step(),
          });
    this.wire =
      this.through ??
      options.wire?.(models) ??
      new MiiWire(design.port, models, {
        seeds: [rng.fork("cable 0").seed, rng.fork("cable 1").seed],
        delayCycles,
      });
    const pages = [new HostPages(), new HostPages()] as const;
    const memory = (side: 0 | 1): Axi4Memory =>
      new Axi4Memory(models[side], "m_axi", pages[side], {
        seed: rng.fork(`memory ${side}`).seed,
        ...options.memory,
      });
    this.memories = [memory(0), memory(1)];
    const { clockMHz, rateGbps } = design.port;
    const { ends } = this.wire;
    this.taps = (ends === null || design.ethernet !== null ? [] : (options.pcapng?.paths ?? [])).map(
      (path, index) => {
        const side = index as 0 | 1;
        const tap = { path, name: `adapter ${side}`, clockMHz, rateGbps };
        const frameLimit = options.pcapng?.frameLimit;
        return new WireTap(models[side], ends![side], {
          ...tap,
          ...(frameLimit !== undefined && { frameLimit }),
        });
      },
    );
    this.hosts = [growing(pages[0]), growing(pages[1])];
    this.wire.reset(resetCycles);
    const bus = (side: 0 | 1): AxiLite => new AxiLite(models[side], "s_axil", { step: () => this.step() });
    this.buses = [bus(0), bus(1)];
    const driver = (side: 0 | 1): NicDriver =>
      new NicDriver(this.buses[side], this.hosts[side], {
        ...{ lid: side + 1, base: adapterPage },
        ...(options.vlOf !== undefined && { vlOf: options.vlOf }),
        ...(options.push !== undefined && { push: options.push }),
        ...(design.ethernet !== null && { ethernet: ethernetEnds[side] }),
      });
    this.drivers = [driver(0), driver(1)];
    const states = models.map((model) => model.port("p0_port_state"));
    const down = (): boolean =>
      states.some((state) => state.get() !== active) || this.through?.active === false;
    for (let left = limits.bringUpCycles; down(); left--) {
      if (left === 0) throw new Error("the link does not come up");
      this.step();
    }
    this.through?.start();
  }

  setFaults(faults: Faults): void {
    this.wire.setFaults(faults);
  }

  /** One clock cycle of everything. */
  step(): void {
    if (this.#trace !== undefined) this.#traceAt(this.#trace);
    this.wire.step((side) => {
      this.memories[side].tick(this.cycle);
      this.taps[side]?.tick(this.cycle);
    });
    this.cycle += 1;
    this.watch(this.cycle);
  }

  run(cycles: number): void {
    for (let left = cycles; left > 0; left--) this.step();
  }

  #traceAt({ from, cycles, paths }: TraceWindow): void {
    if (this.cycle === from) for (const side of [0, 1] as const) this.models[side].traceOpen(paths[side]);
    else if (this.cycle === from + cycles) for (const model of this.models) model.traceClose();
  }

  close(): void {
    for (const tap of this.taps) tap.close();
    for (const model of this.models) model.close();
    this.through?.model.close();
  }
}
