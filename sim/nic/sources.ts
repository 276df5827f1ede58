/** The Verilog of an adapter as files, for a model of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NicDesign } from "../../generator/design/nic.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { filesOf } from "../../generator/views/index.ts";

/** @returns paths of the files, the top module's last, and the folder that they lie in until it is removed */
export function renderDesignSources(design: NicDesign): {
  readonly files: readonly string[];
  readonly folder: { readonly path: string; remove(): void };
} {
  const path = mkdtempSync(join(tmpdir(), "lanewright-nic-"));
  mkdirSync(join(path, "rtl"));
  const files = filesOf(design).map((file) => {
    const place = join(path, file.path);
    writeFileSync(place, renderTemplate(file.template, file.view));
    return place;
  });
  return { files, folder: { path, remove: () => rmSync(path, { recursive: true }) } };
}
