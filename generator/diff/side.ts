import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { AnyDesign } from "../design/switch.ts";
import { LanewrightError } from "../diagnostics.ts";
import { completeFiles, manifestName, readManifest, renderDesign } from "../emit/index.ts";
import { portsOf, registersOf } from "./interfaces.ts";
import { numbersOf } from "./numbers.ts";

/** One of the two designs that are compared: what it is, and the text of its files by their path. */
export interface Side {
  readonly path: string;
  readonly design: AnyDesign;
  readonly files: ReadonlyMap<string, string>;
}

/** Made of others: the manifest of all files, the datasheet of results of runs, too. */
const leftOut: ReadonlySet<string> = new Set([manifestName, "datasheet.html"]);

/** The folder that a path stands for: itself, or that of a manifest; undefined for a description. */
function folderOf(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  return basename(path) === manifestName ? dirname(path) : undefined;
}

/**
 * Reads one side: a description, a folder that `generate` wrote, or the manifest of one.
 * @param load makes a design of a description's file
 * @throws LanewrightError LW_DIFF_FOLDER for a folder of another kind, and what `load` throws
 */
export async function readSide(path: string, load: (path: string) => Promise<AnyDesign>): Promise<Side> {
  const folder = folderOf(path);
  if (folder !== undefined) return readFolder(path, folder);
  const design = await load(path);
  const { all } = completeFiles(design, renderDesign(design));
  const files = all.filter((file) => !leftOut.has(file.path)).map((file) => [file.path, file.text] as const);
  return { path, design, files: new Map(files) };
}

function readFolder(path: string, folder: string): Side {
  const manifest = readManifest(folder);
  if (manifest === undefined) throw noFolder(path, "it has no manifest.json of that form");
  const listed = manifest.files.map((file) => file.path).filter((name) => !leftOut.has(name));
  const there = listed.filter((name) => existsSync(join(folder, name)));
  try {
    const files = new Map(there.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
    return { path, design: designIn(files.get("design.json"), manifest.kind), files };
  } catch (cause) {
    throw noFolder(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function designIn(text: string | undefined, kind: string): AnyDesign {
  if (text === undefined) throw new Error("it has no design.json");
  if (!["link", "switch", "nic"].includes(kind)) throw new Error(`it holds a device of the kind ${kind}`);
  const design: unknown = JSON.parse(text);
  if (typeof design !== "object" || design === null || !("kind" in design) || design.kind !== kind)
    throw new Error("its design.json is not that of its manifest");
  const known = design as AnyDesign;
  const compared = [portsOf(known), registersOf(known), numbersOf(known)];
  if (compared.some(({ size }) => size === 0)) throw new Error("its design.json lacks what is compared");
  return known;
}

function noFolder(path: string, why: string, cause?: unknown): LanewrightError {
  return new LanewrightError(
    {
      code: "LW_DIFF_FOLDER",
      severity: "error",
      message: `${path} is not an output folder of this version: ${why}`,
      limit: "a folder that `lanewright generate` wrote, its manifest.json, or a description",
      remedy: "generate it again, or give the description",
    },
    { cause },
  );
}
