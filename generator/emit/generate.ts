import { join } from "node:path";
import type { LinkDesign } from "../design/link.ts";
import { renderTemplate } from "../render/index.ts";
import { filesOf } from "../views/index.ts";
import { registerHeaderView, registerTableView } from "../views/register-docs.ts";
import { type EmitOptions, type EmitResult, emit } from "./emit.ts";
import type { EmittedFile } from "./manifest.ts";

export interface GenerateOptions extends EmitOptions {
  /** The output folder; `rtl-out/NAME` of the working directory unless given. */
  readonly out?: string;
}

/** Text of every file of a design: its Verilog, the register table and the C header of the registers. */
export function renderDesign(design: LinkDesign): readonly EmittedFile[] {
  const documents = [
    { path: "doc/registers.md", template: "deliverables/registers.md.hbs", view: registerTableView(design) },
    {
      path: `sw/${design.name}_regs.h`,
      template: "deliverables/regs.h.hbs",
      view: registerHeaderView(design),
    },
  ];
  const files = [...filesOf(design), ...documents];
  return files.map(({ path, template, view }) => ({ path, text: renderTemplate(template, view) }));
}

/** Renders a design and writes it into its output folder; see {@link emit}. */
export function generate(design: LinkDesign, options: GenerateOptions = {}): EmitResult {
  return emit(design, renderDesign(design), options.out ?? join("rtl-out", design.name), options);
}
