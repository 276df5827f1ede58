import type { NicDesign } from "./nic.ts";
import type { AnyDesign } from "./switch.ts";

/** Whatever can be described and explained, with everything decided; {@link AnyDesign} is what can be emitted. */
export type DeviceDesign = AnyDesign | NicDesign;
