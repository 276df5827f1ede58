/** The device that a bench runs against: its sources, its top module, and the numbers that Python is given. */
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadDesign } from "../../generator/commands/load-design.ts";
import type { AnyDesign } from "../../generator/design/switch.ts";
import { LanewrightError } from "../../generator/diagnostics.ts";
import { generateToCache } from "../../generator/emit/cached.ts";
import { readManifest } from "../../generator/emit/index.ts";
import { sha256 } from "../../generator/emit/manifest.ts";

/** A generated device in a folder. */
export interface GeneratedDevice {
  readonly folder: string;
  readonly name: string;
  readonly top: string;
  /** Absolute paths of the Verilog files in the order of the filelist. */
  readonly sources: readonly string[];
  /** Sources that are no longer what the generator wrote. */
  readonly changed: readonly string[];
  readonly design: AnyDesign;
}

/** Generates the device of a description into the cache, or takes a folder that `lanewright generate` has written. */
export async function deviceOf(path: string): Promise<GeneratedDevice> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return readDevice(resolve(path));
  return readDevice(generateToCache(await loadDesign(path)).folder);
}

/** The manifest says which files there are, the filelist in which order they are read. */
function readDevice(folder: string): GeneratedDevice {
  const manifest = readManifest(folder);
  if (manifest === undefined) throw noDevice(`${folder} holds no manifest.json of a generated device`);
  const listed = new Map(manifest.files.map((file) => [file.path, file.sha256]));
  for (const path of [`${manifest.name}.f`, "design.json"])
    if (!listed.has(path)) throw noDevice(`the manifest of ${folder} does not list ${path}`);
  const filelist = readListed(folder, `${manifest.name}.f`).toString("utf8");
  const paths = filelist.split("\n").filter((line) => line !== "");
  const changed = paths.filter((path) => sha256(readListed(folder, path)) !== listed.get(path));
  return {
    folder,
    name: manifest.name,
    top: manifest.top,
    sources: paths.map((path) => join(folder, path)),
    changed,
    design: JSON.parse(readListed(folder, "design.json").toString("utf8")) as AnyDesign,
  };
}

function readListed(folder: string, path: string): Buffer {
  try {
    return readFileSync(join(folder, path));
  } catch (cause) {
    throw noDevice(`${folder} lacks ${path}, which its manifest lists`, cause);
  }
}

function noDevice(message: string, cause?: unknown): LanewrightError {
  const remedy = "give a description, or a folder that `lanewright generate` has written";
  return new LanewrightError({ code: "LW_COCOTB_DEVICE", severity: "error", message, remedy }, { cause });
}
