export {
  completeFiles,
  type EmitOptions,
  type EmitResult,
  emit,
  generatorVersion,
  isSource,
} from "./emit.ts";
export { type GenerateOptions, generate, renderDesign } from "./generate.ts";
export type { EmittedFile, Manifest, ManifestEntry } from "./manifest.ts";
export { filesBelow, manifestName, readManifest } from "./manifest.ts";
