import type { LinkDesign } from "../design/link.ts";
import { counterStride, type Field, type Register, type RegisterMap } from "../elaborate/register-model.ts";
import { linkRegisters } from "../elaborate/registers.ts";
import type { View } from "../render/view.ts";
import { visitCycles } from "./counters.ts";

/** View of `deliverables/regs.h.hbs`: the C header `sw/<name>_regs.h`. */
export function registerHeaderView(design: LinkDesign): View {
  const map = linkRegisters(design);
  const prefix = prefixOf(design);
  return {
    device: design.name,
    prefix,
    groups: map.groups.map(({ title, registers }) => ({
      title,
      registers: registers.map((register) => ({
        text: register.text,
        defines: aligned(registerDefines(`${prefix}_${register.name}`, register)),
      })),
    })),
    counter_defines: aligned([
      [`${prefix}_COUNTER_BITS`, `${map.counterBits}u`],
      ...map.counters.flatMap(({ name, offset }): Define[] => [
        [`${prefix}_${name}_LO_OFFSET`, c(offset, 3)],
        [`${prefix}_${name}_HI_OFFSET`, c(offset + 4, 3)],
      ]),
    ]),
  };
}

/** View of `deliverables/registers.md.hbs`: the register table `doc/registers.md`. */
export function registerTableView(design: LinkDesign): View {
  const map = linkRegisters(design);
  return {
    device: design.name,
    prefix: prefixOf(design),
    address_bits: String(map.addressBits),
    groups: map.groups.map(({ title, registers }) => {
      const codes = registers.flatMap(codeRows);
      return {
        title,
        rows: registers.flatMap((register) => tableRows(register)),
        coded: codes.length > 0,
        codes,
      };
    }),
    ...counterRows(map),
  };
}

type Define = readonly [name: string, value: string];

/** What stands in front of every name of the header. */
function prefixOf(design: LinkDesign): string {
  return design.name.toUpperCase();
}

/** Names padded to one width, so that the values stand below each other. */
function aligned(defines: readonly Define[]): View[] {
  const columns = Math.max(...defines.map(([name]) => name.length));
  return defines.map(([name, value]) => ({ name: name.padEnd(columns), value }));
}

function registerDefines(name: string, register: Register): Define[] {
  const array = register.count !== undefined;
  const fixed = register.fields.every(({ access, signal }) => access !== "ro" || signal === undefined);
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

/** What a read of element `index` gives after reset. */
function resetOf(register: Register, index: number): number {
  return register.fields.reduce((sum, { lsb, reset }) => sum + reset[index]! * 2 ** lsb, 0);
}

/** An unsigned C constant of at least `digits` hexadecimal digits. */
function c(value: number, digits: number): string {
  return `${address(value, digits)}u`;
}

function address(value: number, digits = 3): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

function tableRows(register: Register): View[] {
  const { offset, name, count, text } = register;
  return register.fields.map((field, index) => ({
    address: index > 0 ? "" : count === undefined ? address(offset) : `${address(offset)} + 4·i`,
    register: index > 0 ? "" : count === undefined ? name : `${name}, i = 0 … ${count - 1}`,
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

function counterRows(map: RegisterMap): View {
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
