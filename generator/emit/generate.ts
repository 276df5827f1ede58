import { join } from "node:path";
import type { LinkDesign } from "../design/link.ts";
import type { AnyDesign } from "../design/switch.ts";
import { renderTemplate } from "../render/index.ts";
import { type FileOfDesign, filesOf } from "../views/index.ts";
import { registerHeaderView, registerTableView } from "../views/register-docs.ts";
import { type EmitOptions, type EmitResult, emit } from "./emit.ts";
import type { EmittedFile } from "./manifest.ts";

export interface GenerateOptions extends EmitOptions {
  /** The output folder; `rtl-out/NAME` of the working directory unless given. */
  readonly out?: string;
}

/** Text of every file of a design: its Verilog, the register table and the C header of the registers. */
export function renderDesign(design: AnyDesign): readonly EmittedFile[] {
  const documents = design.kind === "switch" ? [] : documentsOf(design);
  const files = [...filesOf(design), ...documents];
  return files.map(({ path, template, view }) => ({ path, text: renderTemplate(template, view) }));
}

function documentsOf(design: LinkDesign): readonly FileOfDesign[] {
  return [
    { path: "doc/registers.md", template: "deliverables/registers.md.hbs", view: registerTableView(design) },
    {
      path: `sw/${design.name}_regs.h`,
      template: "deliverables/regs.h.hbs",
      view: registerHeaderView(design),
    },
  ];
}

/** Renders a design and writes it into its output folder; see {@link emit}. */
export function generate(design: AnyDesign, options: GenerateOptions = {}): EmitResult {
  return emit(design, renderDesign(design), options.out ?? join("rtl-out", design.name), options);
}
