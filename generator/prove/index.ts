export { proofsOf } from "./proofs.ts";
export { type ProveOptions, prove } from "./prove.ts";
export type { DeviceFiles, Engine, Proof, Property, PropertyResult, Status } from "./types.ts";
