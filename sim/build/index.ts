export { cacheFolder, contentKey } from "./cache.ts";
export type { BuildOptions, BuiltModel } from "./model.ts";
export { buildModel } from "./model.ts";
export type { PortInfo } from "./ports.ts";
