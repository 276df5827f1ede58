/** Models of links for long runs; each is built once in a process and kept in the cache. */
import type { LinkDesign } from "../../generator/design/link.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { generateToCache } from "../../generator/emit/cached.ts";
import { type BuiltModel, buildModel } from "../build/index.ts";
import { designOf } from "../driver/device.ts";
import { type Model, openModel } from "../driver/model.ts";

export interface BuiltDevice {
  readonly design: LinkDesign;
  readonly built: BuiltModel;
}

type Devices = Map<LinkDescription, Promise<BuiltDevice>>;

const devices: { readonly quick: Devices; readonly fast: Devices } = { quick: new Map(), fast: new Map() };

/** Elaborates, generates and builds a device, once in a process; `quick` as for `buildModel`. */
export function buildDevice(description: LinkDescription, quick: boolean): Promise<BuiltDevice> {
  const of = quick ? devices.quick : devices.fast;
  const known = of.get(description);
  if (known !== undefined) return known;
  const made = build(description, quick);
  of.set(description, made);
  return made;
}

async function build(description: LinkDescription, quick: boolean): Promise<BuiltDevice> {
  const design = await designOf(description);
  const { top, files } = generateToCache(design);
  return { design, built: await buildModel({ files, top, quick }) };
}

/** A fresh instance of a device. */
export function openInstance({ design, built }: BuiltDevice): Model {
  return openModel(built, { clockMHz: design.clockMHz });
}
