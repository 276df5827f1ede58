/** Modules of the generated Verilog as models of their own, for the benches beside this file. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NicDesign } from "../../generator/design/nic.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import type { View } from "../../generator/render/view.ts";
import { filesOf } from "../../generator/views/index.ts";
import { type BuiltModel, buildModel } from "../../sim/build/index.ts";

/** Widths that the benches run at; `LANEWRIGHT_WIDTHS=128,512,1024,2048` (`npm run test:wide`) asks for others. */
export const benchWidths = (process.env.LANEWRIGHT_WIDTHS ?? "64,256").split(",").map(Number);

export interface RtlModule {
  readonly name: string;
  readonly template: string;
  readonly view: View;
}

/** Renders modules and builds the first one, or `top`, as a model; see {@link buildTexts}. */
export async function buildModules(top: string, modules: readonly RtlModule[]): Promise<BuiltModel> {
  return await buildTexts(
    top,
    modules.map(({ name, template, view }) => [name, renderTemplate(template, view)] as const),
  );
}

/** Every module of an adapter, its top module the device itself; see {@link buildTexts}. */
export async function buildAdapter(design: NicDesign): Promise<BuiltModel> {
  return await buildTexts(
    design.name,
    filesOf(design).map(({ path, template, view }) => [
      path.replace(/^rtl\/|\.v$/gu, ""),
      renderTemplate(template, view),
    ]),
  );
}

/**
 * Builds a model of Verilog texts by module name; `wrapper` is one of them that is not under test. A bench is shown to be
 * able to fail by a change of the RTL: `LANEWRIGHT_BREAK="text=>other text"` replaces the first place where `text` stands
 * in each module, and says so when there is none. `quick` as for `buildModel`; on unless the run is a long one.
 */
export async function buildTexts(
  top: string,
  texts: Iterable<readonly [name: string, text: string]>,
  wrapper?: string,
  quick = process.env.LANEWRIGHT_LONG === undefined,
): Promise<BuiltModel> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-rtl-"));
  const [from = "", to = ""] = (process.env.LANEWRIGHT_BREAK ?? "").split("=>");
  let broken = from === "";
  try {
    const files = [...texts].map(([name, text]) => {
      const path = join(folder, `${name}.v`);
      const breaks = from !== "" && name !== wrapper && text.includes(from);
      broken ||= breaks;
      writeFileSync(path, breaks ? text.replace(from, () => to) : text);
      return path;
    });
    if (!broken) process.stderr.write(`LANEWRIGHT_BREAK: ${top} has no "${from}"; it is built unbroken\n`);
    return await buildModel({ files, top, quick });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
