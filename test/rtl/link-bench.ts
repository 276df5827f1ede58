/** What the benches of the link's modules share: small designs, models of single modules, frames cut into beats. */
import { basename } from "node:path";
import type { DerivedId, LinkDesign } from "../../generator/design/link.ts";
import { elaborate } from "../../generator/elaborate/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { filesOf } from "../../generator/views/index.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "./build.ts";

/** What a bench varies. */
export interface BenchOptions {
  readonly bits?: 64 | 128 | 256 | 512 | 1024;
  /** Data lanes, 1 … 15. */
  readonly lanes?: number;
  readonly forwarding?: "cut-through" | "store-and-forward";
  readonly retry?: "llr" | "none";
  readonly mtuBytes?: number;
  readonly memoryProtection?: "none" | "secded";
  /** Smaller memories than a link needs, so that they wrap around often. */
  readonly derived?: Readonly<Partial<Record<DerivedId, number>>>;
}

/** A link of short packets over a short cable; it is not checked, so that overrides may be as small as a bench likes. */
export function benchDesign(options: BenchOptions = {}): LinkDesign {
  const { bits = 64, lanes = 4, mtuBytes = 256, ...rest } = options;
  const { forwarding = "cut-through", retry = "llr", memoryProtection = "none", derived = {} } = rest;
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
    memoryProtection,
    virtualLanes: { data: lanes },
    derived,
  });
}

/** One line that tells designs apart in the title of a test. */
export function titleOf(options: BenchOptions): string {
  const { bits = 64, lanes = 4, forwarding = "cut-through", retry = "llr" } = options;
  const secded = options.memoryProtection === "secded" ? ", SECDED" : "";
  return `${bits} bits, ${lanes} data lanes, ${forwarding}, retry ${retry}${secded}`;
}

/** Builds and opens a module of a design by its suffix, with those that it is made of; `change` may add faults. */
export async function openLinkModule(
  design: LinkDesign,
  suffix: string,
  change: (name: string, text: string) => string = (_name, text) => text,
): Promise<Model> {
  const top = `${design.name}_${suffix}`;
  const texts = [...linkTexts(design, top)];
  return openModel(
    await buildTexts(
      top,
      texts.map(([name, text]) => [name, change(name, text)] as const),
    ),
  );
}

/** The texts of module `top` of a design and of those that it is made of, by module name. */
export function linkTexts(design: LinkDesign, top: string): ReadonlyMap<string, string> {
  const files = new Map(filesOf(design).map((file) => [basename(file.path, ".v"), file]));
  const texts = new Map<string, string>();
  const open = [top];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const file = files.get(name);
    if (file === undefined) throw new RangeError(`no module ${name}`);
    const text = renderTemplate(file.template, file.view);
    texts.set(name, text);
    const words = new Set(text.match(/\b[A-Za-z_]\w*\b/gu));
    open.push(...[...files.keys()].filter((other) => words.has(other) && !texts.has(other)));
  }
  return texts;
}

/** The ports of a model by name, for `const p = portsOf(model, ["a", "b"])`; fails at once on a wrong name. */
export function portsOf<const Name extends string>(
  model: Model,
  names: readonly Name[],
): Readonly<Record<Name, Port>> {
  return Object.fromEntries(names.map((name) => [name, model.port(name)])) as Record<Name, Port>;
}

/**
 * Resets the model in the middle of anything: inputs are random before and in reset. It must leave no event behind, and
 * nothing that a bench sees afterwards. All inputs but the clock are 0 then. @param rng draws the inputs
 */
export function resetAll(model: Model, rng = new Rng(0x4e5e7)): void {
  const inputs = model.ports.filter(({ dir, name }) => dir === "in" && name !== "rst" && !/clk$/u.test(name));
  const rst = model.port("rst");
  rst.set(0);
  for (let cycle = 0; cycle < 27; cycle += 1) {
    if (cycle === 24) rst.set(1);
    for (const port of inputs) randomize(port, rng);
    model.step();
  }
  for (const port of model.ports)
    if (port.dir === "out" && /^evt_|_expired$/u.test(port.name) && port.bytes.some((byte) => byte !== 0))
      fail(model, `${port.name} is set by the reset`);
  for (const port of [...inputs, rst]) port.bytes.fill(0);
  model.eval();
}

/** Sets an input to any value. */
export function randomize(port: Port, rng: Rng): void {
  const whole = port.bits >> 3;
  port.bytes.fill(0);
  rng.fill(port.bytes.subarray(0, Math.ceil(port.bits / 8)));
  if (port.bits % 8 > 0) port.bytes[whole]! &= (1 << (port.bits % 8)) - 1;
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
