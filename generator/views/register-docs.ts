import type { AnyDesign } from "../design/switch.ts";
import type { FileOfDesign } from "./files.ts";
import { registerHeaderView } from "./register-header.ts";
import { registerRdlView } from "./register-rdl.ts";
import { registerTableView } from "./register-table.ts";

/** The registers of a device for people, for C, and for tools. */
export function registerDocuments(design: AnyDesign): readonly FileOfDesign[] {
  return [
    { path: "doc/registers.md", template: "deliverables/registers.md.hbs", view: registerTableView(design) },
    { path: "doc/registers.rdl", template: "deliverables/registers.rdl.hbs", view: registerRdlView(design) },
    {
      path: `sw/${design.name}_regs.h`,
      template: "deliverables/regs.h.hbs",
      view: registerHeaderView(design),
    },
  ];
}
