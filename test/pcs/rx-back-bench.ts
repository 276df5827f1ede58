/** What the benches of the receiving side behind the alignment share: small designs, models of single modules, linting. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FecKind } from "../../generator/design/pcs.ts";
import { elaboratePcs } from "../../generator/elaborate/pcs.ts";
import { lint } from "../../generator/lint/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { ModuleFile } from "../../generator/views/files.ts";
import type { PcsHost } from "../../generator/views/pcs/host.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { buildTexts } from "../rtl/build.ts";

export interface RxShape {
  readonly rateGbps: 200 | 400;
  readonly fec: Extract<FecKind, "rs544" | "rs272">;
  readonly symbolsPerClock: number;
  readonly datapathBits: number;
}

/** One line that tells shapes apart in the title of a test. */
export function titleOfShape({ rateGbps, fec, symbolsPerClock, datapathBits }: RxShape): string {
  return `${rateGbps}G, ${fec}, ${symbolsPerClock} symbols, ${datapathBits} bits`;
}

/** A device with a PCS that is not checked: clock and datapath need not carry the rate. */
export function benchHost({ rateGbps, fec, symbolsPerClock, datapathBits }: RxShape): PcsHost {
  const clockMHz = 402.83;
  const lanes = { count: rateGbps / 100, gbps: 100 };
  const pcs = elaboratePcs({ rateGbps, clockMHz, datapathBits, lanes, fec }, { symbolsPerClock });
  if (pcs === undefined) throw new Error(`there is no ${rateGbps}G with ${fec}`);
  return { name: "dut", clockMHz, datapathBits, pcs };
}

export type Texts = readonly (readonly [name: string, text: string])[];

export function textsOf(host: PcsHost, modules: readonly ModuleFile[]): Texts {
  return modules.map(([suffix, template, view]) => [
    moduleName(host, suffix),
    renderTemplate(`${template}.v.hbs`, view),
  ]);
}

export async function openTexts(top: string, texts: Texts): Promise<Model> {
  return openModel(await buildTexts(top, texts, undefined, true));
}

/** What the linters say of some modules, by tool; empty texts when they are clean. */
export async function lintTexts(top: string, texts: Texts): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-lint-"));
  try {
    for (const [name, text] of texts) writeFileSync(join(folder, `${name}.v`), text);
    const results = await lint({ folder, top, files: texts.map(([name]) => `${name}.v`) });
    return Object.fromEntries(results.map(({ tool, output }) => [tool, output]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const clean = { verilator: "", iverilog: "", yosys: "" };
