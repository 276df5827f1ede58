import type { AnyDesign } from "../design/switch.ts";
import { deviceRegisters } from "../elaborate/device-registers.ts";
import {
  counterStride,
  type DeviceRegisters,
  type Field,
  type PlacedBlock,
  type Register,
  type RegisterMap,
} from "../elaborate/register-model.ts";
import type { View } from "../render/view.ts";
import { visitCycles } from "./counters.ts";
import { address, capital, infixOf } from "./register-text.ts";

/** View of `deliverables/registers.md.hbs`: the register table `doc/registers.md`. */
export function registerTableView(design: AnyDesign): View {
  const device = deviceRegisters(design);
  const several = device.blocks.length > 1;
  const accesses = device.blocks.flatMap(({ map }) =>
    map.groups.flatMap(({ registers }) =>
      registers.flatMap(({ fields }) => fields.map(({ access }) => access)),
    ),
  );
  return {
    device: design.name,
    prefix: design.name.toUpperCase(),
    address_bits: String(device.addressBits),
    clearing: accesses.includes("w1c"),
    several,
    places: several ? device.blocks.map((block) => placeOf(device, block)) : [],
    blocks: device.blocks.map((block) => blockView(device, block)),
  };
}

function placeOf(device: DeviceRegisters, block: PlacedBlock): View {
  const { map, base, ports } = block;
  return {
    address:
      ports === undefined
        ? address(base, 4)
        : `${address(base, 4)} + ${address(device.portStride, 4)}·p, p = ${ports.first} … ${ports.last}`,
    title: capital(map.title),
    prefix: infixOf(device, block).toUpperCase(),
  };
}

function blockView(device: DeviceRegisters, { map }: PlacedBlock): View {
  const several = device.blocks.length > 1;
  return {
    titled: several,
    title: capital(map.title),
    level: several ? "###" : "##",
    groups: map.groups.map(({ title, registers }) => {
      const codes = registers.flatMap(codeRows);
      return {
        level: several ? "###" : "##",
        title,
        rows: registers.flatMap((register) => tableRows(register)),
        coded: codes.length > 0,
        codes,
      };
    }),
    counted: map.counters.length > 0,
    ...counterRows(map),
  };
}

function tableRows(register: Register): View[] {
  const { offset, name, count, text } = register;
  return register.fields.map((field, index) => ({
    address: index > 0 ? "" : count === undefined ? address(offset) : `${address(offset)} + 4·i`,
    register:
      index > 0 ? "" : count === undefined ? name : `${name}, i = 0${count === 1 ? "" : ` … ${count - 1}`}`,
    bits: field.bits === 1 ? String(field.lsb) : `${field.lsb + field.bits - 1}:${field.lsb}`,
    field: field.name,
    access: field.access,
    reset: resetText(field),
    unit: field.unit ?? "",
    text: [register.fields.length > 1 || field.text === text ? "" : `${text}. `, field.text, formulaOf(field)]
      .join("")
      .replaceAll("|", "\\|"),
  }));
}

function resetText({ reset, access, signal, bits }: Field): string {
  if (access === "ro" && signal !== undefined) return "";
  if (access === "ro" && bits === 32) return address(reset[0]!, 8);
  return new Set(reset).size === 1 ? String(reset[0]) : reset.join(", ");
}

function formulaOf({ derived }: Field): string {
  if (derived === undefined) return "";
  const { overridden, formula } = derived;
  return overridden ? "; reset value set in the description" : `; reset value: \`${formula}\``;
}

function codeRows(register: Register): View[] {
  return register.fields.flatMap(({ name, codes }) =>
    (codes ?? []).map((code) => ({
      field: `${register.name}.${name}`,
      value: String(code.value),
      name: code.name,
    })),
  );
}

function counterRows(
  map: RegisterMap,
): Readonly<Record<"counter_bits" | "fresh_cycles", string>> & { counters: View[] } {
  return {
    counter_bits: String(map.counterBits),
    fresh_cycles: String(visitCycles * (map.counters.length + 2)),
    counters: map.counters.map(({ name, offset, standardName, unit, text }) => ({
      low: address(offset),
      high: address(offset + counterStride / 2),
      name,
      standard: standardName ?? "",
      unit,
      text,
    })),
  };
}
