import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AnyDesign } from "../design/switch.ts";
import { LanewrightError } from "../diagnostics.ts";
import { renderDatasheet } from "../emit/datasheet.ts";
import { type EmittedFile, generatorVersion, readManifest, renderDesign } from "../emit/index.ts";

/** What is shown of a device. */
export interface Source {
  readonly design: AnyDesign;
  /** Its files; no other ones are ever read or sent. */
  readonly files: readonly EmittedFile[];
  /** Folders in which results may come in, the most important one first. */
  readonly folders: readonly string[];
}

/** A device from its description. */
export function sourceOfDesign(design: AnyDesign, results: string | undefined): Source {
  const folders = [...resultFolders(design, results), join("rtl-out", design.name)];
  return { design, files: renderDesign(design), folders: folders.map((folder) => resolve(folder)) };
}

/** A device from a folder that `generate` wrote. @throws LanewrightError LW_VIEW_FOLDER */
export function sourceOfFolder(folder: string, results: string | undefined): Source {
  const manifest = readManifest(folder);
  if (manifest === undefined)
    throw folderError(
      `${folder} holds no manifest.json of a generated device`,
      "give a description, or a folder that `lanewright generate` has written",
    );
  const version = generatorVersion();
  if (manifest.generator?.version !== version)
    throw folderError(
      `${folder} was written by another version of lanewright`,
      "generate it again, or give the description",
      { value: manifest.generator?.version ?? "unknown", limit: version },
    );
  try {
    const files = manifest.files.map(({ path }) => ({
      path,
      text: readFileSync(join(folder, path), "utf8"),
    }));
    const text = files.find(({ path }) => path === "design.json")?.text ?? "";
    const design = JSON.parse(text) as AnyDesign;
    const folders = [...resultFolders(design, results), folder].map((one) => resolve(one));
    return { design, files, folders };
  } catch (cause) {
    const remedy = "generate it again";
    throw folderError(`${folder} lacks files that its manifest lists, or they are not whole`, remedy, {
      cause,
    });
  }
}

/** Where `simulate` and `prove` leave their results unless they are told otherwise. */
function resultFolders({ name }: AnyDesign, results: string | undefined): readonly string[] {
  return [results ?? join("out", name)];
}

function folderError(
  message: string,
  remedy: string,
  { cause, ...more }: { readonly value?: string; readonly limit?: string; readonly cause?: unknown } = {},
): LanewrightError {
  return new LanewrightError(
    { code: "LW_VIEW_FOLDER", severity: "error", message, ...more, remedy },
    { cause },
  );
}

/** The page with all results that are there now. */
export function pageOf({ design, files, folders }: Source): string {
  return renderDatasheet(design, files, { folders, live: true }).text;
}

const resultNames = ["results.json", "proofs.json", "proofs/proofs.json", "synth.json"];

/** A text that changes whenever a result comes in. */
export function stateOfResults({ folders }: Source): string {
  return folders
    .flatMap((folder) => resultNames.map((name) => statSync(join(folder, name), { throwIfNoEntry: false })))
    .map((stats) => (stats === undefined ? "-" : `${stats.mtimeMs}:${stats.size}`))
    .join(" ");
}

/** A run is over or was killed when its progress is older than this, ms. */
const stale = 5000;

/** What a run that is under way has last told of itself; undefined where there is none. */
export function progressOf({ folders, design }: Source): string | undefined {
  for (const folder of folders) {
    const path = join(folder, "progress.json");
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || Date.now() - stats.mtimeMs > stale) continue;
    try {
      const text = readFileSync(path, "utf8").trim();
      if ((JSON.parse(text) as { readonly name?: unknown }).name === design.name) return text;
    } catch {
      // gone, or exchanged this moment: the next look finds the next one
    }
  }
  return undefined;
}
