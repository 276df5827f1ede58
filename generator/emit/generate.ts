import { join } from "node:path";
import type { AnyDesign } from "../design/switch.ts";
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
 * Text of every file of a design: its Verilog, harnesses of its proofs, the documents of its registers and of what an
 * adapter's driver writes and reads, the constraints of its clocks, and what hands it over to other tools.
 */
export function renderDesign(design: AnyDesign): readonly EmittedFile[] {
  const sources = filesOf(design);
  const paths = sources.map(({ path }) => path);
  const files = [
    ...sources,
    ...formalFiles(design),
    ...registerDocuments(design),
    ...(design.kind === "nic" ? formatDocuments(design) : []),
    ...constraintFiles(design),
    ...handOffFiles(design, paths),
  ];
  return files.map(({ path, template, view }) => ({ path, text: renderTemplate(template, view) }));
}

/**
 * Renders a design with its datasheet and writes all of it into its output folder; see {@link emit}. Results of runs that
 * lie there go into the datasheet.
 */
export function generate(design: AnyDesign, options: GenerateOptions = {}): EmitResult {
  const out = options.out ?? join("rtl-out", design.name);
  const files = renderDesign(design);
  const folders = [...(options.results === undefined ? [] : [options.results]), out];
  return emit(design, [...files, renderDatasheet(design, files, { folders })], out, options);
}
