export type { OpenOptions } from "./model.ts";
export { Model, ModelStopped, openModel } from "./model.ts";
export { Port } from "./port.ts";
