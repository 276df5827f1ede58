export { type BuildOptions, type BuiltModel, buildModel, cacheFolder } from "./build/index.ts";
export * from "./driver/index.ts";
