export { cacheFolder, contentKey } from "../../generator/cache.ts";
export type { BuildOptions, BuiltModel } from "./model.ts";
export { buildModel } from "./model.ts";
export type { PortInfo } from "./ports.ts";
