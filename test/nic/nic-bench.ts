/** What the benches of the adapter's modules share: small designs, models of single modules, numbers of 64 bits. */
import type { NicDesign } from "../../generator/design/nic.ts";
import { elaborateNic } from "../../generator/elaborate/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { ModuleFile } from "../../generator/views/files.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";

/** What a bench varies. */
export interface NicBenchOptions {
  readonly bits?: 128 | 256 | 512 | 1024;
  readonly queuePairs?: number;
  readonly completionQueues?: number;
  readonly memoryRegions?: number;
  readonly sharedReceiveQueues?: number;
  readonly datagrams?: "none" | "ud";
  readonly management?: "none" | "window";
  readonly mtuBytes?: 256 | 512 | 1024 | 2048 | 4096;
  readonly memoryProtection?: "none" | "secded";
  readonly clockMHz?: number;
  /** Of the port; default 10. */
  readonly rateGbps?: number;
  readonly frame?: "infiniband" | "ethernet";
  readonly congestion?: "none" | "dcqcn";
  readonly pushBytes?: 0 | 64 | 128;
}

/** A small adapter; it is not checked. */
export function benchNic(options: NicBenchOptions = {}): NicDesign {
  const { bits = 256, queuePairs = 16, completionQueues = 8, memoryRegions = 16, mtuBytes = 1024 } = options;
  const { memoryProtection = "none", clockMHz = 250, frame = "infiniband" } = options;
  const { sharedReceiveQueues = 0, datagrams = "none", management = "none" } = options;
  return elaborateNic({
    name: "dut",
    clockMHz,
    datapathBits: bits,
    mtuBytes,
    queuePairs,
    completionQueues,
    memoryRegions,
    sharedReceiveQueues,
    datagrams,
    management,
    memoryProtection,
    frame,
    requester: { pushBytes: options.pushBytes ?? 0 },
    ...(options.congestion !== undefined && { congestion: options.congestion }),
    port: { rateGbps: options.rateGbps ?? 10, cableMeters: 3 },
    virtualLanes: { data: 2 },
  });
}

/** Builds and opens the last of some modules, which the others are parts of. */
export async function openNicModule(
  design: NicDesign,
  modules: readonly ModuleFile[],
  change: (name: string, text: string) => string = (_name, text) => text,
): Promise<Model> {
  const texts = modules.map(([suffix, template, view]) => {
    const name = moduleName(design, suffix);
    return [name, change(name, renderTemplate(`${template}.v.hbs`, view))] as const;
  });
  return openModel(await buildTexts(texts.at(-1)![0], texts));
}

/** A number of 64 bits. */
export function random64(rng: Rng): bigint {
  return (BigInt(rng.next()) << 32n) | BigInt(rng.next());
}

/** Sets bits `at` … of a wide port. */
export function setBits(port: Port, at: number, bits: number, value: bigint): void {
  const mask = ((1n << BigInt(bits)) - 1n) << BigInt(at);
  port.setBig((port.getBig() & ~mask) | ((value << BigInt(at)) & mask));
}
