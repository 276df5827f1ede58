/** What the benches of the link's modules share: small designs, models of single modules, frames cut into beats. */
import type { DerivedId, LinkDesign } from "../../generator/design/link.ts";
import { elaborate } from "../../generator/elaborate/index.ts";
import { filesOf } from "../../generator/views/index.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { buildModules } from "./build.ts";

/** What a bench varies. */
export interface BenchOptions {
  readonly bits?: 64 | 128 | 256 | 512 | 1024;
  /** Data lanes, 1 … 15. */
  readonly lanes?: number;
  readonly forwarding?: "cut-through" | "store-and-forward";
  readonly retry?: "llr" | "none";
  readonly mtuBytes?: number;
  /** Smaller memories than a link needs, so that they wrap around often. */
  readonly derived?: Readonly<Partial<Record<DerivedId, number>>>;
}

/** A link of short packets over a short cable; it is not checked, so that overrides may be as small as a bench likes. */
export function benchDesign(options: BenchOptions = {}): LinkDesign {
  const { bits = 64, lanes = 4, mtuBytes = 256, ...rest } = options;
  const { forwarding = "cut-through", retry = "llr", derived = {} } = rest;
  return elaborate({
    kind: "link",
    name: "dut",
    clockMHz: 402.83,
    datapathBits: bits,
    rateGbps: 10,
    mtuBytes,
    cableMeters: 3,
    retry,
    forwarding,
    virtualLanes: { data: lanes },
    derived,
  });
}

/** One line that tells designs apart in the title of a test. */
export function titleOf(options: BenchOptions): string {
  const { bits = 64, lanes = 4, forwarding = "cut-through", retry = "llr" } = options;
  return `${bits} bits, ${lanes} data lanes, ${forwarding}, retry ${retry}`;
}

/** Builds and opens a module of a design by its suffix, with those that it is made of. */
export async function openLinkModule(
  design: LinkDesign,
  suffix: string,
  ...inside: readonly string[]
): Promise<Model> {
  const files = filesOf(design);
  const modules = [suffix, ...inside].map((one) => {
    const name = `${design.name}_${one}`;
    const file = files.find(({ path }) => path === `rtl/${name}.v`);
    if (file === undefined) throw new RangeError(`no module ${name}`);
    return { name, template: file.template, view: file.view };
  });
  return openModel(await buildModules(modules[0]!.name, modules));
}

/** The ports of a model by name, for `const p = portsOf(model, ["a", "b"])`; fails at once on a wrong name. */
export function portsOf<const Name extends string>(
  model: Model,
  names: readonly Name[],
): Readonly<Record<Name, Port>> {
  return Object.fromEntries(names.map((name) => [name, model.port(name)])) as Record<Name, Port>;
}

/** Sets all inputs but the clock to 0 and resets the model. */
export function resetAll(model: Model): void {
  for (const port of model.ports) if (port.dir === "in") port.bytes.fill(0);
  model.reset(3);
}

/** Bits `at` … `at + bits - 1` of a port of any width; `bits` up to 24. */
export function field(port: Port, at: number, bits: number): number {
  const { bytes } = port;
  let value = 0;
  for (let byte = (at + bits - 1) >> 3; byte >= at >> 3; byte -= 1) value = value * 256 + (bytes[byte] ?? 0);
  return Math.floor(value / 2 ** (at & 7)) % 2 ** bits;
}

/** Writes bits `at` … `at + bits - 1` of a port of any width. */
export function setField(port: Port, at: number, bits: number, value: number): void {
  for (let bit = 0; bit < bits; bit += 1) {
    const place = at + bit;
    const mask = 1 << (place & 7);
    const byte = port.bytes[place >> 3]!;
    port.bytes[place >> 3] = Math.floor(value / 2 ** bit) % 2 === 1 ? byte | mask : byte & ~mask;
  }
}

/** Whether the first `count` bytes are alike. */
export function sameBytes(a: Uint8Array, b: Uint8Array, count: number): boolean {
  for (let at = 0; at < count; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

/** Stops a bench: the cycle and what is wrong. */
export function fail(model: Model, text: string): never {
  throw new Error(`cycle ${model.cycle}: ${text}`);
}
