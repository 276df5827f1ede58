/** The switches that are measured: all alike but for ports, width, scheduler. */
import type { SwitchDesign } from "../generator/design/switch.ts";
import { generateToCache } from "../generator/emit/cached.ts";
import { buildModel } from "../sim/build/index.ts";
import type { SwitchNetwork } from "../sim/switch/network.ts";
import { openSwitchBench, switchDesignOf } from "../sim/switch/open.ts";

export const clockMHz = 402.83;

export interface BenchSwitch {
  readonly ports: number;
  readonly bits: 64 | 128 | 256 | 512 | 1024;
  readonly scheduler: "wavefront" | number;
  readonly dataVls?: number;
}

/** 400 Gb/s at 1024 bits, and its part for a narrower datapath. */
export function benchDesign({ ports, bits, scheduler, dataVls = 4 }: BenchSwitch): SwitchDesign {
  return switchDesignOf({
    name: `bench${ports}_${bits}`,
    clockMHz,
    datapathBits: bits,
    mtuBytes: 4096,
    ports: { count: ports, rateGbps: (400 * bits) / 1024, cableMeters: 30 },
    virtualLanes: { data: dataVls },
    scheduler: scheduler === "wavefront" ? { kind: "wavefront" } : { kind: "islip", iterations: scheduler },
    tables: { unicastEntries: 128, multicastEntries: 16 },
  });
}

export function schedulerName({ scheduler }: SwitchDesign): string {
  return scheduler.kind === "wavefront" ? "wavefront" : `iSLIP, ${scheduler.iterations}`;
}

/** Opens a switch with a host at each port, built for speed where it is to run for long, and closes it in the end. */
export async function withSwitch<T>(
  design: SwitchDesign,
  use: (network: SwitchNetwork) => T | Promise<T>,
  options: { readonly fast?: boolean } = {},
): Promise<T> {
  const network = await openSwitchBench(design, { seed: 1, fast: options.fast ?? false });
  try {
    return await use(network);
  } finally {
    network.close();
  }
}

export interface BuildTime {
  readonly generateSeconds: number;
  /** Null when the model came out of the cache. */
  readonly buildSeconds: number | null;
}

/** How long it takes to generate a switch and to build its model. */
export async function buildTime(design: SwitchDesign, quick: boolean): Promise<BuildTime> {
  const begin = performance.now();
  const { top, files } = generateToCache(design);
  const generated = performance.now();
  const { fresh } = await buildModel({ files, top, quick });
  const seconds = (performance.now() - generated) / 1000;
  return { generateSeconds: (generated - begin) / 1000, buildSeconds: fresh ? seconds : null };
}
