export { type ProveOptions, prove } from "./prove.ts";
export { proofsOf } from "./registry.ts";
export type { DeviceFiles, Engine, Proof, Property, PropertyResult, Status } from "./types.ts";
