import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AnyDesign } from "../design/switch.ts";
import { LanewrightError } from "../diagnostics.ts";
import { stableJson } from "./json.ts";
import {
  type EmittedFile,
  findForeign,
  type Manifest,
  manifestName,
  manifestOf,
  manifestText,
  resultFiles,
} from "./manifest.ts";
import { checkPaths } from "./paths.ts";
import { errorCode, isUpToDate, placeFiles } from "./place.ts";

export interface EmitOptions {
  /** Replace a folder that holds files of others, or files that were changed; those of others stay. */
  readonly force?: boolean;
}

export interface EmitResult {
  /** Absolute path of the output folder. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** False when the folder held these very bytes already; nothing was written then. */
  readonly changed: boolean;
}

/**
 * Writes a device into `outDir`: the given files, the filelists `NAME.f` for synthesis and `NAME_sim.f` for simulation,
 * `design.json` and `manifest.json`. The folder appears complete or not at all.
 *
 * @throws LanewrightError LW_OUTPUT_FOREIGN, LW_OUTPUT_UNWRITABLE or LW_OUTPUT_PATH
 */
export function emit(
  design: AnyDesign,
  files: readonly EmittedFile[],
  outDir: string,
  options: EmitOptions = {},
): EmitResult {
  const folder = resolve(outDir);
  const { manifest, all } = completeFiles(design, files);
  try {
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isDirectory()) throw unwritable(folder, "it is not a folder");
    if (isThere(folder, all)) return { folder, manifest, changed: false };
    const foreign = stats === undefined ? { unknown: [], changed: [] } : findForeign(folder);
    if (options.force !== true) refuseForeign(folder, foreign);
    const written = new Set(all.map((file) => file.path));
    const keep = foreign.unknown.filter((path) => !written.has(path));
    placeFiles(folder, all, keep);
    return { folder, manifest, changed: true };
  } catch (cause) {
    if (cause instanceof LanewrightError || errorCode(cause) === "") throw cause;
    const raced = ["ENOTEMPTY", "EEXIST", "ENOENT"].includes(errorCode(cause));
    if (raced && isThere(folder, all)) return { folder, manifest, changed: false };
    throw unwritable(folder, reasons[errorCode(cause)] ?? errorCode(cause), cause);
  }
}

/** True when the very same files are in place, perhaps put there by another process meanwhile. */
function isThere(folder: string, files: readonly EmittedFile[]): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true && isUpToDate(folder, files);
}

/** Whether a file is Verilog of the device itself: harnesses of its proofs, benches and text to copy are not. */
export const isSource = (path: string): boolean => path.endsWith(".v") && path.startsWith("rtl/");

/** Whether a file is Verilog for simulators only. */
const isBench = (path: string): boolean => path.endsWith(".v") && path.startsWith("sim/");

/** All files of the output folder, and the manifest that is the last of them. */
export function completeFiles(
  design: AnyDesign,
  files: readonly EmittedFile[],
): { manifest: Manifest; all: readonly EmittedFile[] } {
  const paths = files.map((file) => file.path);
  const filelist = (of: (path: string) => boolean): string =>
    paths
      .filter(of)
      .map((path) => `${path}\n`)
      .join("");
  const listed = [
    ...files,
    { path: `${design.name}.f`, text: filelist(isSource) },
    { path: `${design.name}_sim.f`, text: filelist((path) => isSource(path) || isBench(path)) },
    { path: "design.json", text: stableJson(design) },
  ];
  checkPaths([...listed.map((file) => file.path), manifestName]);
  const about = {
    kind: design.kind,
    name: design.name,
    top: design.name,
    generator: { name: "lanewright", version: generatorVersion() },
  };
  const manifest = manifestOf(about, listed);
  return { manifest, all: [...listed, { path: manifestName, text: manifestText(manifest) }] };
}

/** Version of this package. */
export function generatorVersion(): string {
  const about: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  if (typeof about === "object" && about !== null && "version" in about) return String(about.version);
  throw new Error("package.json names no version");
}

function refuseForeign(folder: string, foreign: ReturnType<typeof findForeign>): void {
  const { changed } = foreign;
  const unknown = foreign.unknown.filter((path) => !resultFiles.has(path));
  if (unknown.length === 0 && changed.length === 0) return;
  const message =
    unknown.length > 0
      ? `${folder} holds files that were not generated`
      : `${folder} holds generated files that were changed since`;
  throw new LanewrightError({
    code: "LW_OUTPUT_FOREIGN",
    severity: "error",
    message,
    value: someOf(unknown.length > 0 ? unknown : changed),
    limit: `only files as ${join(folder, manifestName)} lists them`,
    remedy:
      unknown.length > 0
        ? "choose another folder with --out, move the files away, or use --force (they stay beside the new ones)"
        : "keep a copy of the changes, then use --force",
  });
}

function someOf(paths: readonly string[]): string {
  const rest = paths.length - 3;
  return `${paths.slice(0, 3).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "it is not yours to write to",
  EPERM: "it is not yours to write to",
  EROFS: "it lies on a read-only file system",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "a part of its path is a file",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "its path is too long",
  ELOOP: "its path goes in circles",
};

function unwritable(folder: string, reason: string, cause?: unknown): LanewrightError {
  return new LanewrightError(
    {
      code: "LW_OUTPUT_UNWRITABLE",
      severity: "error",
      message: `${folder} cannot be written: ${reason}`,
      remedy: "choose another folder with --out, or see to its permissions",
    },
    { cause },
  );
}
