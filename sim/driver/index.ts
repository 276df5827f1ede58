export { ClockEdges, type ClockSpec } from "./clocks.ts";
export { type DeviceOptions, designOf, openDesign, openDevice, openModule } from "./device.ts";
export { Model, ModelStopped, type OpenOptions, openModel } from "./model.ts";
export { Port } from "./port.ts";
