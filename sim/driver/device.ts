import { inspect } from "../../generator/check/index.ts";
import { loadLinkDescription } from "../../generator/description/index.ts";
import type { LinkDesign } from "../../generator/design/link.ts";
import { portOf } from "../../generator/design/port-of.ts";
import type { AnyDesign } from "../../generator/design/switch.ts";
import { LanewrightError } from "../../generator/diagnostics.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { generateToCache } from "../../generator/emit/cached.ts";
import { buildModel } from "../build/index.ts";
import { type Model, type OpenOptions, openModel } from "./model.ts";
import { filesBelowModule } from "./sources.ts";

export interface DeviceOptions extends OpenOptions {
  /** Build a model that can write waves. */
  readonly trace?: boolean;
  readonly coverage?: boolean;
  /** Built in a third of the time, half as fast. */
  readonly quick?: boolean;
}

/** The design of a description, given as an object or as the path of its file; throws with all that is wrong with it. */
export async function designOf(description: string | LinkDescription): Promise<LinkDesign> {
  const read = typeof description === "string" ? await loadLinkDescription(description) : description;
  const { design, diagnostics } = inspect(read);
  if (design === undefined) throw new LanewrightError(diagnostics);
  return design;
}

/** Generates, builds and opens a device; every step comes out of the cache when nothing changed. */
export async function openDevice(
  description: string | LinkDescription,
  options: DeviceOptions = {},
): Promise<Model> {
  return await openDesign(await designOf(description), undefined, options);
}

/** The same for one of its modules alone, by the name behind the device's: `mac_tx`. */
export async function openModule(
  description: string | LinkDescription,
  suffix: string,
  options: DeviceOptions = {},
): Promise<Model> {
  return await openDesign(await designOf(description), suffix, options);
}

/** Opens a design that was elaborated already: the device, or the module with the given suffix. */
export async function openDesign(
  design: AnyDesign,
  suffix: string | undefined,
  options: DeviceOptions = {},
): Promise<Model> {
  const { top, files } = generateToCache(design);
  const module = suffix === undefined ? top : `${design.name}_${suffix}`;
  const built = await buildModel({
    files: filesBelowModule(module, files),
    top: module,
    trace: options.trace === true,
    coverage: options.coverage === true,
    quick: options.quick === true,
    ...(suffix === undefined && hasLanes(design) && { otherClocks: ["p0_tx_lane_clk", "p0_rx_lane_clk"] }),
  });
  return openModel(built, { clockMHz: design.clockMHz, ...options });
}

/** A device with clocks of lanes beside its own. */
function hasLanes(design: AnyDesign): boolean {
  return design.kind !== "switch" && portOf(design).pcs !== null;
}
