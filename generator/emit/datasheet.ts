import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyDesign } from "../design/switch.ts";
import { renderTemplate } from "../render/index.ts";
import { type DatasheetOptions, datasheetFile, resultsOf } from "../views/datasheet/index.ts";
import { moduleTexts } from "../views/pictures/module-texts.ts";
import { generatorVersion } from "./emit.ts";
import type { EmittedFile } from "./manifest.ts";

export interface DatasheetSources extends Pick<DatasheetOptions, "live"> {
  /** Folders in which results of runs may lie; the first one that has some of a kind counts. */
  readonly folders: readonly string[];
}

/**
 * `datasheet.html` of a device: from the design, from its rendered files, and from the results that lie in the given
 * folders. The same bytes for the same of these.
 */
export function renderDatasheet(
  design: AnyDesign,
  files: readonly EmittedFile[],
  { folders, live = false }: DatasheetSources,
): EmittedFile {
  const found = folders.map((folder) => resultsOf(design, (name) => readJson(join(folder, name))));
  const results = Object.assign({}, ...found.toReversed());
  const { path, template, view } = datasheetFile(design, moduleTexts(files), {
    version: generatorVersion(),
    results,
    live,
  });
  return { path, text: renderTemplate(template, view) };
}

/** What a file holds; undefined where there is none, or none that is whole. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
