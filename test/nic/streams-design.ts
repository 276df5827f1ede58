/** What the benches of the data movers, the parser and the builder share: small designs, and their modules as models. */
import type { Derived } from "../../generator/design/link.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { FileOfDesign, ModuleFile } from "../../generator/views/files.ts";
import { fileOfModule } from "../../generator/views/files.ts";
import type { NicStreamDesign } from "../../generator/views/nic/sizes.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { buildTexts } from "../rtl/build.ts";

/** Widths that the benches run at; an adapter has none of 64 bits. `LANEWRIGHT_WIDTHS=512,1024` asks for others. */
export const nicWidths = (process.env.LANEWRIGHT_WIDTHS ?? "128,256")
  .split(",")
  .map(Number)
  .filter((width) => width >= 128 && width <= 1024);

/** Widths with each protection of the memories; benches of modules that have some run these in the long tests. */
export const protectedWidths = nicWidths.flatMap((width) =>
  (process.env.LANEWRIGHT_LONG === undefined ? (["none"] as const) : (["none", "secded"] as const)).map(
    (memoryProtection) => [width, memoryProtection] as const,
  ),
);

/** What a bench varies. */
export interface StreamOptions {
  readonly width: number;
  readonly mtuBytes?: number;
  readonly inlineBytes?: number;
  readonly outstandingReads?: number;
  readonly readBurstBeats?: number;
  readonly datagrams?: boolean;
  readonly memoryProtection?: "none" | "secded";
}

const given = (id: string, value: number, unit: string): Derived => ({
  ...{ id, value, computed: value, unit, formula: "given by the bench", inputs: {} },
  ...{ source: "bench", overridden: false },
});

export function streamDesign(options: StreamOptions): NicStreamDesign {
  const { width, mtuBytes = 4096, inlineBytes = 32, outstandingReads = 8 } = options;
  const { memoryProtection = "none", readBurstBeats = Math.min(64, 4096 / (width / 8)) } = options;
  return {
    ...{ name: "dut", datapathBits: width, mtuBytes, memoryProtection, queuePairs: 16 },
    ...{ datagrams: options.datagrams ?? false, ethernet: null },
    host: { dataBits: width, outstandingReads },
    derived: {
      inlineBytes: given("inlineBytes", inlineBytes, "bytes"),
      readBurstBeats: given("readBurstBeats", readBurstBeats, "beats"),
      receivePacketBeats: given("receivePacketBeats", (4 * mtuBytes) / (width / 8), "beats"),
    },
  };
}

/** Builds and opens the first of some modules, with the others that it is made of. */
export async function openStreamModule(
  design: NicStreamDesign,
  modules: readonly ModuleFile[],
): Promise<Model> {
  const texts = modules.map(
    ([suffix, template, view]) =>
      [moduleName(design, suffix), renderTemplate(`${template}.v.hbs`, view)] as const,
  );
  return openModel(await buildTexts(texts[0]![0], texts));
}

/** The same modules as files of a device, for those who look for a text in them. */
export const filesOfModules = (
  design: NicStreamDesign,
  modules: readonly ModuleFile[],
): readonly FileOfDesign[] => modules.map((file) => fileOfModule(design, file));
