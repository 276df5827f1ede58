import { join } from "node:path";
import { cacheFolder, contentKey } from "../cache.ts";
import type { AnyDesign } from "../design/switch.ts";
import { completeFiles, emit, isSource } from "./emit.ts";
import { renderDesign } from "./generate.ts";

/** A device in the cache folder. */
export interface CachedOutput {
  readonly folder: string;
  readonly top: string;
  /** Absolute paths of the Verilog files, in the order of the filelist. */
  readonly files: readonly string[];
}

/** Generates a design into the cache folder, where it stands under the hash of its files. */
export function generateToCache(design: AnyDesign): CachedOutput {
  const files = renderDesign(design);
  const { manifest } = completeFiles(design, files);
  const key = contentKey([manifest.generator.version, ...files.flatMap((file) => [file.path, file.text])]);
  const folder = join(cacheFolder(), "rtl", `${design.name}-${key.slice(0, 16)}`);
  emit(design, files, folder, { force: true });
  const sources = files.filter((file) => isSource(file.path));
  return { folder, top: manifest.top, files: sources.map((file) => join(folder, file.path)) };
}
