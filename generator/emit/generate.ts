import { join } from "node:path";
import type { LinkDesign } from "../design/link.ts";
import { renderTemplate } from "../render/index.ts";
import { filesOf } from "../views/index.ts";
import { type EmitOptions, type EmitResult, emit } from "./emit.ts";
import type { EmittedFile } from "./manifest.ts";

export interface GenerateOptions extends EmitOptions {
  /** The output folder; `rtl-out/NAME` of the working directory unless given. */
  readonly out?: string;
}

/** Text of every file that the views of a design ask for. */
export function renderDesign(design: LinkDesign): readonly EmittedFile[] {
  return filesOf(design).map(({ path, template, view }) => ({ path, text: renderTemplate(template, view) }));
}

/** Renders a design and writes it into its output folder; see {@link emit}. */
export function generate(design: LinkDesign, options: GenerateOptions = {}): EmitResult {
  return emit(design, renderDesign(design), options.out ?? join("rtl-out", design.name), options);
}
