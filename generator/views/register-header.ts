import type { AnyDesign } from "../design/switch.ts";
import { deviceRegisters } from "../elaborate/device-registers.ts";
import type {
  DeviceRegisters,
  Field,
  PlacedBlock,
  Register,
  RegisterMap,
} from "../elaborate/register-model.ts";
import type { View } from "../render/view.ts";
import { blockStruct, deviceStructs } from "./register-structs.ts";
import { address, capital, infixOf, resetOf } from "./register-text.ts";

/** View of `deliverables/regs.h.hbs`: the C header `sw/<name>_regs.h`. */
export function registerHeaderView(design: AnyDesign): View {
  const device = deviceRegisters(design);
  const prefix = design.name.toUpperCase();
  const counterStruct = `${design.name}_counter`;
  const windows = windowDefines(prefix, device);
  return {
    device: design.name,
    prefix,
    windowed: windows.length > 0,
    windows: windows.length > 0 ? aligned(windows) : [],
    blocks: device.blocks.map((block) => {
      const infix = infixOf(device, block);
      return blockView(
        `${prefix}_${infix.toUpperCase()}`,
        block.map,
        infix === "" ? "" : `${capital(block.map.title)}: `,
      );
    }),
    counter_struct: counterStruct,
    structs: device.blocks.map((block) =>
      blockStruct(`${design.name}_${infixOf(device, block)}regs`, block.map, counterStruct),
    ),
    ...deviceStructs(design.name, device),
  };
}

type Define = readonly [name: string, value: string];

/** Names padded to one width, so that the values stand below each other. */
function aligned(defines: readonly Define[]): View[] {
  const columns = Math.max(...defines.map(([name]) => name.length));
  return defines.map(([name, value]) => ({ name: name.padEnd(columns), value }));
}

/** Where the blocks stand; none of a device with one block. */
function windowDefines(prefix: string, { blocks, portStride }: DeviceRegisters): Define[] {
  const last = Math.max(...blocks.map(({ ports }) => ports?.last ?? 0));
  if (blocks.length === 1) return [];
  if (last === 0) return blocks.map((block): Define => baseOf(prefix, block, portStride));
  return [
    [`${prefix}_PORTS`, `${last}u`],
    [`${prefix}_PORT_STRIDE`, c(portStride, 4)],
    ...blocks.map((block): Define => baseOf(prefix, block, portStride)),
  ];
}

function baseOf(prefix: string, { map, base, ports }: PlacedBlock, stride: number): Define {
  const name = `${prefix}_${map.id.toUpperCase()}_BASE`;
  if (ports === undefined) return [name, c(base, 4)];
  return [
    `${name}(port)`,
    `(${c(base, 4)} + ${c(stride, 4)} * (port)) /* port ${ports.first} to ${ports.last} */`,
  ];
}

function blockView(prefix: string, map: RegisterMap, whose: string): View {
  return {
    whose,
    groups: map.groups.map(({ title, registers }) => ({
      title,
      whose,
      registers: registers.map((register) => ({
        text: register.text,
        defines: aligned(registerDefines(`${prefix}${register.name}`, register)),
      })),
    })),
    counted: map.counters.length > 0,
    counter_defines: aligned([
      [`${prefix}COUNTER_BITS`, `${map.counterBits}u`],
      ...map.counters.flatMap(({ name, offset }): Define[] => [
        [`${prefix}${name}_LO_OFFSET`, c(offset, 3)],
        [`${prefix}${name}_HI_OFFSET`, c(offset + 4, 3)],
      ]),
    ]),
  };
}

function registerDefines(name: string, register: Register): Define[] {
  const array = register.count !== undefined;
  const fixed = register.fields.every(isFixed);
  const resets = Array.from({ length: fixed ? (register.count ?? 1) : 0 }, (_, index) =>
    resetOf(register, index),
  );
  return [
    ...(array
      ? ([
          [`${name}_COUNT`, `${register.count}u`],
          [`${name}_OFFSET(i)`, `(${c(register.offset, 3)} + 4u * (i))`],
        ] satisfies Define[])
      : ([[`${name}_OFFSET`, c(register.offset, 3)]] satisfies Define[])),
    ...resets.map((reset, index): Define => [`${name}_RESET${array ? `_${index}` : ""}`, c(reset, 8)]),
    ...register.fields.flatMap((field): Define[] => [
      [`${name}_${field.name}_SHIFT`, `${field.lsb}u`],
      [`${name}_${field.name}_MASK`, c((2 ** field.bits - 1) * 2 ** field.lsb, 8)],
      ...(field.codes ?? []).map((code): Define => [`${name}_${field.name}_${code.name}`, `${code.value}u`]),
    ]),
  ];
}

/** True for a field that software finds as it was reset until it writes it itself. */
function isFixed({ access, signal }: Field): boolean {
  return access !== "w1c" && (access !== "ro" || signal === undefined);
}

/** An unsigned C constant of at least `digits` hexadecimal digits. */
function c(value: number, digits: number): string {
  return `${address(value, digits)}u`;
}
