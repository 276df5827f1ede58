import type { AnyDesign } from "../design/switch.ts";
import { deviceRegisters } from "../elaborate/device-registers.ts";
import type { Field, PlacedBlock, Register } from "../elaborate/register-model.ts";
import { topPorts } from "../views/top-ports.ts";

/** The ports of the top module: direction, width, clock. */
export function portsOf(design: AnyDesign): ReadonlyMap<string, string> {
  const ports = topPorts(design).flatMap((group) => group.ports);
  return new Map(
    ports.map(({ name, direction, bits, clock }) => {
      const width = bits === 1 ? "1 bit" : `${bits} bits`;
      return [name, `${direction}, ${width}${clock === name ? "" : `, ${clock}`}`];
    }),
  );
}

const hex = (value: number): string => `0x${value.toString(16).padStart(3, "0")}`;

/** Where a block stands, registers and counters within it, and fields within these. */
export function registersOf(design: AnyDesign): ReadonlyMap<string, string> {
  const { blocks, portStride } = deviceRegisters(design);
  return new Map(
    blocks.flatMap((block): [string, string][] => [
      [block.map.id, placeOf(block, portStride)],
      ...block.map.groups.flatMap(({ registers }) =>
        registers.flatMap((register) => rowsOf(block.map.id, register)),
      ),
      ...block.map.counters.map(({ name, offset, increment }): [string, string] => {
        const adds = increment === 1 ? "" : `, adds ${increment} bits`;
        return [
          `${block.map.id}.${name}`,
          `at ${hex(offset)}, counter of ${block.map.counterBits} bits${adds}`,
        ];
      }),
    ]),
  );
}

function placeOf({ base, ports }: PlacedBlock, stride: number): string {
  if (ports === undefined) return `at ${hex(base)}`;
  return `at ${hex(base)} + ${hex(stride)} p, p = ${ports.first} ... ${ports.last}`;
}

function rowsOf(block: string, register: Register): [string, string][] {
  const path = `${block}.${register.name}`;
  const count = register.count === undefined ? "" : `, ${register.count} elements`;
  return [
    [path, `at ${hex(register.offset)}${count}`],
    ...register.fields.map((field): [string, string] => [`${path}.${field.name}`, fieldText(field)]),
  ];
}

function fieldText({ lsb, bits, access, reset, signal, codes }: Field): string {
  const place = bits === 1 ? `bit ${lsb}` : `bits ${lsb + bits - 1}:${lsb}`;
  // What a status shows is not its reset
  const start = access === "ro" && signal !== undefined ? "" : `, reset ${[...new Set(reset)].join(" ")}`;
  const names =
    codes === undefined ? "" : `, ${codes.map(({ name, value }) => `${value} ${name}`).join(" ")}`;
  return `${place}, ${access}${start}${names}`;
}
