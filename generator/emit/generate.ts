import { join } from "node:path";
import type { DeviceDesign } from "../design/device.ts";
import { renderTemplate } from "../render/index.ts";
import { constraintFiles } from "../views/constraints.ts";
import { formalFiles } from "../views/formal.ts";
import { handOffFiles } from "../views/hand-off/index.ts";
import { filesOf } from "../views/index.ts";
import { formatDocuments } from "../views/nic/wqe-header.ts";
import { registerDocuments } from "../views/register-docs.ts";
import { renderDatasheet } from "./datasheet.ts";
import { type EmitOptions, type EmitResult, emit } from "./emit.ts";
import type { EmittedFile } from "./manifest.ts";

export interface GenerateOptions extends EmitOptions {
  /** The output folder; `rtl-out/NAME` of the working directory unless given. */
  readonly out?: string;
  /** Folder whose results of runs go into the datasheet, ahead of those that lie in the output folder. */
  readonly results?: string;
}

/**
 * Text of every file of a design: its Verilog, harnesses of its proofs, the documents of its registers, the constraints
 * of its clocks, and what hands it over to other tools. An adapter has its Verilog and documents so far.
 */
export function renderDesign(design: DeviceDesign): readonly EmittedFile[] {
  const sources = filesOf(design);
  const files =
    design.kind === "nic"
      ? [...sources, ...registerDocuments(design), ...formatDocuments(design)]
      : [
          ...sources,
          ...formalFiles(design),
          ...registerDocuments(design),
          ...constraintFiles(design),
          ...handOffFiles(
            design,
            sources.map(({ path }) => path),
          ),
        ];
  return files.map(({ path, template, view }) => ({ path, text: renderTemplate(template, view) }));
}

/**
 * Renders a design with its datasheet and writes all of it into its output folder; see {@link emit}. Results of runs that
 * lie there go into the datasheet.
 */
export function generate(design: DeviceDesign, options: GenerateOptions = {}): EmitResult {
  const out = options.out ?? join("rtl-out", design.name);
  const files = renderDesign(design);
  const folders = [...(options.results === undefined ? [] : [options.results]), out];
  const sheets = design.kind === "nic" ? [] : [renderDatasheet(design, files, { folders })];
  return emit(design, [...files, ...sheets], out, options);
}
