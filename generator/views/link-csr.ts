import type { LinkDesign } from "../design/link.ts";
import { counterStride, type Field, type Register, type RegisterMap } from "../elaborate/register-model.ts";
import { linkRegisters } from "../elaborate/registers.ts";
import { dec, hex, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, localparam, moduleName } from "./common.ts";
import { counterLayout } from "./link-counters.ts";
import { linkCsrPorts } from "./link-csr-ports.ts";

/** View of `link/link_csr.v.hbs`: the AXI4-Lite register block of a link port, made from {@link linkRegisters}. */
export function linkCsrView(design: LinkDesign): View {
  const map = linkRegisters(design);
  const registers = map.groups.flatMap((group) => group.registers);
  return {
    header: header(design, "Registers of a link port: settings, commands, status, counters."),
    module: moduleName(design, "link_csr"),
    port_groups: portGroups(map),
    addresses: [...registers.map(({ name, offset }) => ({ name, offset })), firstCounter(map)].map(
      ({ name, offset }) => ({ name: addressOf(name), value: hex(offset, map.addressBits) }),
    ),
    params: resetParams(design, registers),
    mapped_ranges: mappedRanges(map).map((expression) => ({ expression })),
    settings: settingsOf(registers),
    writes: each(registers)
      .map(([register, index]) => ({ label: labelOf(register, index), fields: writesOf(register, index) }))
      .filter(({ fields }) => fields.length > 0),
    ...pulsesOf(registers),
    groups: map.groups.map((group) => ({
      title: group.title,
      data: dataOf(group.id),
      reads: each(group.registers)
        .map(([register, index]) => ({
          label: labelOf(register, index),
          fields: readsOf(register, index, dataOf(group.id)),
        }))
        .filter(({ fields }) => fields.length > 0),
    })),
    ...countersOf(design, map),
  };
}

function portGroups(map: RegisterMap): View[] {
  const groups = linkCsrPorts(map);
  const columns = Math.max(...groups.flatMap(({ ports }) => ports.map(({ bits }) => range(bits).length)));
  return groups.map(({ title, ports }, at) => ({
    titled: title !== "",
    title,
    ports: ports.map(({ name, direction, bits }, index) => ({
      declaration: `${direction === "out" ? "output reg " : "input  wire"} ${range(bits).padEnd(columns)} ${name}`,
      comma: at === groups.length - 1 && index === ports.length - 1 ? "" : ",",
    })),
  }));
}

/** Every element of every register, with its index. */
function each(registers: readonly Register[]): [Register, number][] {
  return registers.flatMap((register) =>
    Array.from({ length: register.count ?? 1 }, (_, index): [Register, number] => [register, index]),
  );
}

function addressOf(name: string): string {
  return `ADDR_${name}`;
}

function labelOf({ name, count }: Register, index: number): string {
  return count === undefined || index === 0 ? addressOf(name) : `${addressOf(name)} + ${hex(4 * index, 12)}`;
}

function dataOf(group: string): string {
  return `${group}_data_reg`;
}

/** Bits `lsb` … `lsb + bits - 1` of a vector; one bit is written without a colon. */
function slice(lsb: number, bits: number): string {
  return bits === 1 ? `[${lsb}]` : `[${lsb + bits - 1}:${lsb}]`;
}

/** The part of a field's signal that belongs to element `index` of its register. */
function signalOf(register: Register, field: Field, index: number): string {
  const name = field.internal === true ? `${field.signal}_reg` : `${field.signal}`;
  return register.count === undefined ? name : name + slice(field.bits * index, field.bits);
}

function resetName(register: Register, field: Field): string {
  return `RESET_${register.name}${register.fields.length > 1 ? `_${field.name}` : ""}`;
}

function resetParams(design: LinkDesign, registers: readonly Register[]): View[] {
  return registers.flatMap((register) =>
    register.fields.flatMap((field) => {
      if (field.derived === undefined) return [];
      const { unit, formula, overridden } = design.derived[field.derived];
      const comment = `${unit}: ${overridden ? "set in the description" : formula}`;
      return [localparam(resetName(register, field), dec(field.reset[0]!, field.bits), comment)];
    }),
  );
}

function settingsOf(registers: readonly Register[]): View[] {
  return each(registers).flatMap(([register, index]) =>
    fieldsOf(register, "rw").map((field) => ({
      target: signalOf(register, field, index),
      reset: field.derived === undefined ? dec(field.reset[index]!, field.bits) : resetName(register, field),
    })),
  );
}

function writesOf(register: Register, index: number): View[] {
  return fieldsOf(register, "rw").map((field) => ({
    target: signalOf(register, field, index),
    bits: slice(field.lsb, field.bits),
  }));
}

function readsOf(register: Register, index: number, data: string): View[] {
  const readable = register.fields.filter(({ access }) => access !== "w1");
  if (readable.length > 0 && readable.every(({ signal }) => signal === undefined)) {
    const value = readable.reduce((sum, { lsb, reset }) => sum + reset[index]! * 2 ** lsb, 0);
    return [{ target: data, value: hex(value, 32) }];
  }
  return readable.map((field) => ({
    target: field.bits === 32 ? data : data + slice(field.lsb, field.bits),
    value: signalOf(register, field, index),
  }));
}

function pulsesOf(registers: readonly Register[]): { pulses: View[]; internal_pulses: View[] } {
  const pulses = registers.flatMap((register) =>
    fieldsOf(register, "w1").map((field) => ({
      target: signalOf(register, field, 0),
      label: addressOf(register.name),
      bits: slice(field.lsb, 1),
      internal: field.internal === true,
    })),
  );
  return { pulses, internal_pulses: pulses.filter(({ internal }) => internal) };
}

function fieldsOf(register: Register, access: Field["access"]): Field[] {
  return register.fields.filter((field) => field.access === access);
}

/** Conditions on `address` of the runs of addresses that hold registers; alignment is checked apart from them. */
function mappedRanges(map: RegisterMap): string[] {
  const spans = map.groups.flatMap((group) =>
    group.registers.map(({ offset, count }) => ({ first: offset, last: offset + 4 * ((count ?? 1) - 1) })),
  );
  spans.push({ first: map.counterBase, last: map.counterBase + counterStride * map.counters.length - 4 });
  const runs: { first: number; last: number }[] = [];
  for (const span of spans.sort((a, b) => a.first - b.first)) {
    const run = runs.at(-1);
    if (run !== undefined && span.first === run.last + 4) run.last = span.last;
    else runs.push({ ...span });
  }
  return runs.map(({ first, last }) => {
    const lower = first === 0 ? "" : `address >= ${hex(first, map.addressBits)} && `;
    return `(${lower}address <= ${hex(last, map.addressBits)})`;
  });
}

function firstCounter(map: RegisterMap): { name: string; offset: number } {
  return { name: "COUNTERS", offset: map.counterBase };
}

function countersOf(design: LinkDesign, map: RegisterMap): View {
  const { events, indexBits, counterBits } = counterLayout(design);
  const wide = counterBits > 32;
  const high = `counter_value[${counterBits - 1}:32]`;
  return {
    counters_module: moduleName(design, "link_counters"),
    counter_range: range(counterBits),
    events_range: range(events),
    events: map.counters
      .slice(0, events)
      .map(({ signal, name }, index) => ({
        signal,
        name,
        index: String(index),
        comma: index === 0 ? "" : ",",
      }))
      .reverse(),
    amounts: map.counters
      .slice(events)
      .map(({ signal }) => signal)
      .reverse()
      .join(", "),
    counter_index_bits: slice(Math.log2(counterStride), indexBits),
    wide_counters: wide,
    merge: wide ? "read_counter_reg ? counter_high_reg : group_data" : "group_data",
    counter_low: counterBits >= 32 ? "counter_value[31:0]" : `{${dec(0, 32 - counterBits)}, counter_value}`,
    counter_high: counterBits === 64 ? high : `{${dec(0, 64 - counterBits)}, ${high}}`,
  };
}
