import type { View } from "../render/view.ts";
import { moduleName } from "./common.ts";

/** A file of the output: where it goes (relative to the output folder) and what it is rendered from. */
export interface FileOfDesign {
  readonly path: string;
  /** Template, relative to `templates/`. */
  readonly template: string;
  readonly view: View;
}

/** A module of a device: its name behind the device's, its template without ending, and what that is given. */
export type ModuleFile = readonly [suffix: string, template: string, view: View];

export function fileOfModule(
  design: { readonly name: string },
  [suffix, template, view]: ModuleFile,
): FileOfDesign {
  return { path: `rtl/${moduleName(design, suffix)}.v`, template: `${template}.v.hbs`, view };
}
