/** What the benches of a switch's modules share: small designs, and models of single modules. */
import type { SchedulerKind, SwitchDesign } from "../../generator/design/switch.ts";
import type { SwitchDescription, SwitchTablesDescription } from "../../generator/dsl/switch-description.ts";
import { elaborateSwitch } from "../../generator/elaborate/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { ModuleFile } from "../../generator/views/files.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { buildModules } from "./build.ts";

/** What a bench varies. */
export interface SwitchBenchOptions {
  readonly bits?: 64 | 128 | 256 | 512 | 1024 | 2048;
  /** External ports, 2 … 80. */
  readonly ports?: number;
  /** Data lanes, 1 … 15. */
  readonly lanes?: number;
  readonly mtuBytes?: number;
  readonly forwarding?: "cut-through" | "store-and-forward";
  readonly retry?: "llr" | "none";
  readonly scheduler?: SchedulerKind;
  /** Rounds of iSLIP within a cycle. */
  readonly iterations?: number;
  readonly memoryProtection?: "none" | "secded";
  /** Register stages between requests and matching. */
  readonly requests?: number;
  readonly tables?: SwitchTablesDescription;
  /** Smaller memories than a switch needs, so that they wrap around often. */
  readonly derived?: NonNullable<SwitchDescription["derived"]>;
}

/** A switch of short packets and cables; it is not checked, so that overrides may be as small as a bench likes. */
export function benchSwitch(options: SwitchBenchOptions = {}): SwitchDesign {
  const { bits = 64, ports = 4, lanes = 4, mtuBytes = 256, tables = {} } = options;
  const { forwarding = "cut-through", retry = "llr", scheduler = "islip", iterations = 1 } = options;
  const { memoryProtection = "none", derived = {}, requests = 1 } = options;
  return elaborateSwitch({
    name: "dut",
    clockMHz: 402.83,
    datapathBits: bits,
    mtuBytes,
    ports: { count: ports, rateGbps: 10, cableMeters: 3 },
    virtualLanes: { data: lanes },
    forwarding,
    retry,
    scheduler: { kind: scheduler, iterations },
    tables: { unicastEntries: 64, multicastEntries: 16, ...tables },
    memoryProtection,
    pipeline: { requests },
    derived,
  });
}

/** One line that tells switches apart in the title of a test. */
export function titleOfSwitch(options: SwitchBenchOptions): string {
  const { bits = 64, ports = 4, lanes = 4, memoryProtection = "none" } = options;
  return `${bits} bits, ${ports} ports, ${lanes} data lanes${memoryProtection === "none" ? "" : ", secded"}`;
}

/** Builds and opens the first of some modules, with the others that it is made of. */
export async function openSwitchModule(design: SwitchDesign, modules: readonly ModuleFile[]): Promise<Model> {
  const named = modules.map(([suffix, template, view]) => ({
    name: moduleName(design, suffix),
    template: `${template}.v.hbs`,
    view,
  }));
  return openModel(await buildModules(named[0]!.name, named));
}
