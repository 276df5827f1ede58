import { describe, expect, it } from "vitest";
import type { AnyDesign } from "../../generator/design/switch.ts";
import { deviceRegisters } from "../../generator/elaborate/device-registers.ts";
import type { Access, PlacedBlock, Register } from "../../generator/elaborate/register-model.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { registerHeaderView } from "../../generator/views/register-header.ts";
import { registerRdlView } from "../../generator/views/register-rdl.ts";
import { benchNic } from "../nic/nic-bench.ts";
import { designOf, runWithHeader, switchOf } from "./csr-bench.ts";
import { compileRdl, type RdlField, rdlPython } from "./csr-documents-bench.ts";

const tables = { high: [{ vl: 1, weight: 16 }], low: [{ vl: 0, weight: 64 }], highLimit: 4 };
const designs: readonly (readonly [string, AnyDesign])[] = [
  ["a link", designOf("link_doc", 2, { arbitration: tables })],
  ["a link without retry", designOf("link_plain", 15, { retry: "none", icrc: "endpoint" })],
  ["a switch of 4 ports", switchOf("switch_doc", 4, 2, { memoryProtection: "secded" })],
  ["a switch of 80 ports", switchOf("switch_large", 80, 15)],
  ["an adapter", benchNic({ memoryProtection: "secded" })],
];

/** Every element of every register of a device: names, byte address, register, index, port of its block. */
interface Place {
  readonly block: PlacedBlock;
  readonly register: Register;
  readonly index: number;
  readonly address: number;
  readonly port: number | undefined;
}

function portsOf({ ports }: PlacedBlock): (number | undefined)[] {
  if (ports === undefined) return [undefined];
  return Array.from({ length: ports.last - ports.first + 1 }, (_, at) => ports.first + at);
}

function placesOf(design: AnyDesign): Place[] {
  const device = deviceRegisters(design);
  return device.blocks.flatMap((block) =>
    portsOf(block).flatMap((port) =>
      block.map.groups.flatMap(({ registers }) =>
        registers.flatMap((register) =>
          Array.from({ length: register.count ?? 1 }, (_, index) => ({
            block,
            register,
            index,
            port,
            address: block.base + device.portStride * (port ?? 0) + register.offset + 4 * index,
          })),
        ),
      ),
    ),
  );
}

/** Every address of a field's register, arrays rolled out. */
function addressesOf({ address, counts, strides }: RdlField): number[] {
  return counts.reduce(
    (all, count, at) => all.flatMap((one) => Array.from({ length: count }, (_, i) => one + i * strides[at]!)),
    [address],
  );
}

/** What software may do with a field, by its access. */
const behaviour: Readonly<Record<Access, Partial<RdlField>>> = {
  rw: { sw: "rw", onwrite: null, singlepulse: false, intr: false },
  ro: { sw: "r", onwrite: null, singlepulse: false, intr: false },
  w1: { sw: "rw", onwrite: null, singlepulse: true, intr: false },
  w1c: { sw: "rw", onwrite: "woclr", singlepulse: false, intr: true },
};

describe.each(designs)("documents of the registers of %s", (_, design) => {
  const device = deviceRegisters(design);
  const places = placesOf(design);
  const python = rdlPython();

  it("give SystemRDL's compiler every field as it is", { timeout: 120_000 }, async (context) => {
    if ("missing" in python) return context.skip(`no SystemRDL compiler: ${python.missing}`);
    const { fields, bytes } = await compileRdl(
      python.python,
      renderTemplate("deliverables/registers.rdl.hbs", registerRdlView(design)),
    );
    expect(bytes).toBeLessThanOrEqual(2 ** device.addressBits);
    // An adapter has address bits for more than it holds
    expect(2 * bytes).toBeGreaterThan(design.kind === "switch" ? 2 ** device.addressBits : 0);
    const key = (address: number, name: string) => `${address} ${name}`;
    const found = new Map(
      fields
        .filter(({ counter }) => !counter)
        .flatMap((field) =>
          addressesOf(field).map((at) => [key(at, field.path.slice(field.path.lastIndexOf(".") + 1)), field]),
        ) as [string, RdlField][],
    );
    const expected = places.flatMap((place) => place.register.fields.map((field) => ({ ...place, field })));
    expect(found.size).toBe(expected.length);
    for (const { address, register, index, field } of expected) {
      const one = found.get(key(address, field.name));
      expect(one, `${register.name}.${field.name} at ${address}`).toMatchObject({
        ...behaviour[field.access],
        low: field.lsb,
        high: field.lsb + field.bits - 1,
        reset: field.access === "ro" && field.signal !== undefined ? null : field.reset[index],
        codes:
          field.codes === undefined
            ? null
            : Object.fromEntries(field.codes.map(({ name, value }) => [name, value])),
      });
      expect(
        one!.path
          .split(".")
          .at(-2)!
          .replace(/\[\]$|_\d+$/u, ""),
      ).toBe(register.name);
    }
    const counters = new Map(
      fields.filter(({ counter }) => counter).flatMap((one) => addressesOf(one).map((at) => [at, one])),
    );
    const counted = device.blocks.flatMap((block) =>
      portsOf(block).flatMap((port) =>
        block.map.counters.map((one) => ({
          ...one,
          bits: block.map.counterBits,
          address: block.base + device.portStride * (port ?? 0) + one.offset,
        })),
      ),
    );
    expect(counters.size).toBe(counted.length);
    for (const { name, address, bits, increment } of counted) {
      expect(counters.get(address), name).toMatchObject({
        low: 0,
        high: bits - 1,
        sw: "r",
        incrwidth: increment === 1 ? null : increment,
      });
    }
  });

  it("give C every register at its address, as an offset and as a member", { timeout: 60_000 }, async () => {
    const header = renderTemplate("deliverables/regs.h.hbs", registerHeaderView(design));
    const several = device.blocks.length > 1;
    const prefix = design.name.toUpperCase();
    const struct = `struct ${design.name}_regs`;
    const nameOf = ({ map }: PlacedBlock) => (several ? `${prefix}_${map.id.toUpperCase()}` : prefix);
    const baseOf = (block: PlacedBlock, port: number | undefined) =>
      several ? `${nameOf(block)}_BASE${port === undefined ? "" : `(${port}u)`}` : "0u";
    const memberOf = (block: PlacedBlock, port: number | undefined) => {
      if (!several) return "";
      const holder = port === undefined || port === 0 ? "port0." : `port[${port - 1}].`;
      return `${design.kind === "switch" ? holder : ""}${block.map.id}_csr.`;
    };
    const registers = places.map(({ block, register, index, port, address }) => {
      const array = register.count !== undefined;
      return {
        address,
        offset: `${baseOf(block, port)} + ${nameOf(block)}_${register.name}_OFFSET${array ? `(${index}u)` : ""}`,
        member: `${memberOf(block, port)}${register.name.toLowerCase()}${array ? `[${index}]` : ""}`,
      };
    });
    const counters = device.blocks.flatMap((block) =>
      portsOf(block).flatMap((port) =>
        block.map.counters.flatMap(({ name, offset, lane, signal }) =>
          ["lo", "hi"].map((half, at) => ({
            address: block.base + device.portStride * (port ?? 0) + offset + 4 * at,
            offset: `${baseOf(block, port)} + ${nameOf(block)}_${name}_${half.toUpperCase()}_OFFSET`,
            member: `${memberOf(block, port)}${lane === undefined ? name.toLowerCase() : `${signal.slice(4)}[${lane}]`}.${half}`,
          })),
        ),
      ),
    );
    const all = [...registers, ...counters];
    const printed = await runWithHeader(header, [
      ...all.map(
        ({ offset, member }) =>
          `printf("%lu %lu\\n", (unsigned long)(${offset}), (unsigned long)offsetof(${struct}, ${member}));`,
      ),
      `printf("%lu\\n", (unsigned long)sizeof(${struct}));`,
    ]);
    expect(printed.slice(0, -1)).toEqual(all.map(({ address }) => `${address} ${address}`));
    expect(Number(printed.at(-1))).toBeLessThanOrEqual(2 ** device.addressBits);
  });
});
