import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { stableJson } from "./json.ts";

/** One emitted file; the path is relative to the output folder, with `/` between its parts. */
export interface EmittedFile {
  readonly path: string;
  readonly text: string;
}

export interface ManifestEntry {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What `manifest.json` holds: the device and every file of its folder but itself, ordered by path. */
export interface Manifest {
  readonly kind: string;
  readonly name: string;
  /** Name of the top module. */
  readonly top: string;
  readonly generator: { readonly name: string; readonly version: string };
  readonly files: readonly ManifestEntry[];
}

export const manifestName = "manifest.json";

/** Results of other commands, which they leave beside the manifest: not generated, but nobody's own files either. */
export const resultFiles: ReadonlySet<string> = new Set(["synth.json", "results.json", "proofs.json"]);

export function manifestOf(about: Omit<Manifest, "files">, files: readonly EmittedFile[]): Manifest {
  const entries = files.map(({ path, text }) => {
    const bytes = Buffer.from(text, "utf8");
    return { path, sha256: sha256(bytes), bytes: bytes.length };
  });
  return { ...about, files: entries.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

export function manifestText(manifest: Manifest): string {
  return stableJson(manifest);
}

/** The manifest in `folder`; undefined where there is none, or none that can be read as one. */
export function readManifest(folder: string): Manifest | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, manifestName), "utf8"));
    return isManifest(manifest) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== "object" || value === null || !("files" in value) || !Array.isArray(value.files))
    return false;
  if (
    !("name" in value && typeof value.name === "string" && "top" in value && typeof value.top === "string")
  ) {
    return false;
  }
  return value.files.every(
    (file: unknown) =>
      typeof file === "object" &&
      file !== null &&
      "path" in file &&
      typeof file.path === "string" &&
      "sha256" in file &&
      typeof file.sha256 === "string",
  );
}

/** What lies in a folder that the manifest does not account for. */
export interface Foreign {
  /** Files and links that the manifest does not name. */
  readonly unknown: readonly string[];
  /** Files that the manifest names, with other bytes than it says. */
  readonly changed: readonly string[];
}

/** Compares a folder with its manifest; without one, everything in it is unknown. */
export function findForeign(folder: string): Foreign {
  const manifest = readManifest(folder);
  const known = new Map(manifest?.files.map((file) => [file.path, file.sha256]));
  const unknown: string[] = [];
  const changed: string[] = [];
  for (const path of filesBelow(folder)) {
    if (path === manifestName && manifest !== undefined) continue;
    const expected = known.get(path);
    const full = join(folder, path);
    if (expected === undefined || !lstatSync(full).isFile()) unknown.push(path);
    else if (sha256(readFileSync(full)) !== expected) changed.push(path);
  }
  return { unknown, changed };
}

/** Everything below a folder that is not a folder itself, sorted, with `/` between the parts of a path. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
