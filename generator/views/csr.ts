import {
  counterStride,
  type Field,
  fieldBits,
  type Register,
  type RegisterMap,
} from "../elaborate/register-model.ts";
import { dec, hex, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { header, localparam, moduleName } from "./common.ts";
import { counterLayout } from "./counters.ts";
import { clearedBySoftware, held, interruptOf } from "./csr-events.ts";
import {
  addressOf,
  each,
  labelOf,
  type Part,
  parts,
  placeOf,
  readOf,
  slice,
  storedIn,
} from "./csr-fields.ts";
import { csrPorts } from "./csr-ports.ts";

/** View of `common/csr.v.hbs`: the AXI4-Lite slave of the registers of `map`. */
export function csrView(design: { readonly name: string }, map: RegisterMap): View {
  const registers = map.groups.flatMap((group) => group.registers);
  const counted = map.counters.length > 0;
  return {
    header: header(
      design,
      `Registers of ${map.title}${counted ? ": settings, commands, status, counters" : ""}.`,
    ),
    module: moduleName(design, `${map.id}_csr`),
    port_groups: portGroups(map),
    addresses: [
      ...registers.map(({ name, offset }) => ({ name, offset })),
      ...(counted ? [{ name: "COUNTERS", offset: map.counterBase }] : []),
    ].map(({ name, offset }) => ({ name: addressOf(name), value: hex(offset, map.addressBits) })),
    ...resetParams(registers),
    unused: unusedBits(registers),
    mapped_ranges: mappedRanges(map).map((expression) => ({ expression })),
    ...held(registers),
    settings: parts(registers, "rw").map((part) => ({
      target: storedIn(part),
      reset: resetOf(part.register, part.field, part.index),
    })),
    steps: registers.flatMap(({ fields }) =>
      fields.flatMap(({ signal, bits, increment }) =>
        increment === undefined ? [] : [{ pulse: increment, target: `${signal}`, one: dec(1, bits) }],
      ),
    ),
    writes: each(registers)
      .map(([register, index]) => ({ label: labelOf(register, index), fields: writesOf(register, index) }))
      .filter(({ fields }) => fields.length > 0),
    pulses: pulsesOf(registers),
    ...clearedBySoftware(registers),
    ...interruptOf(map),
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
    counted,
    counters: counted ? [countersOf(design, map)] : [],
    merge:
      counted && map.counterBits > 32 ? "read_counter_reg ? counter_high_reg : group_data" : "group_data",
  };
}

function portGroups(map: RegisterMap): View[] {
  const groups = csrPorts(map);
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

function dataOf(group: string): string {
  return `${group}_data_reg`;
}

function resetName(register: Register, field: Field): string {
  return `RESET_${register.name}${register.fields.length > 1 ? `_${field.name}` : ""}`;
}

/** Derived numbers have a name and their formula; other reset values stand where they are used. */
function resetParams(registers: readonly Register[]): { derived_resets: boolean; params: View[] } {
  const params = registers.flatMap((register) =>
    register.fields.flatMap((field) => {
      if (field.derived === undefined) return [];
      const { unit, formula, overridden } = field.derived;
      const comment = `${unit}: ${overridden ? "set in the description" : formula}`;
      return [localparam(resetName(register, field), dec(field.reset[0]!, field.bits), comment)];
    }),
  );
  return { derived_resets: params.length > 0, params };
}

function resetOf(register: Register, field: Field, index: number): string {
  return field.derived === undefined ? dec(field.reset[index]!, field.bits) : resetName(register, field);
}

function writesOf(register: Register, index: number): View[] {
  return parts([register], "rw")
    .filter((part) => part.index === index)
    .map((part) => ({ target: storedIn(part), bits: placeOf(part) }));
}

function readsOf(register: Register, index: number, data: string): View[] {
  const readable = parts([register], "rw", "ro", "w1c").filter((part) => part.index === index);
  if (readable.length > 0 && readable.every(({ field }) => field.signal === undefined)) {
    const value = readable.reduce((sum, { field }) => sum + field.reset[index]! * 2 ** field.lsb, 0);
    return [{ target: data, value: hex(value, 32) }];
  }
  return readable.map((part) => ({
    target: fieldBits(part.field, index) === 32 ? data : data + placeOf(part),
    value: readOf(part),
  }));
}

/** Pulses of commands, and of writes that somebody waits for. */
function pulsesOf(registers: readonly Register[]): View[] {
  return registers.flatMap((register) =>
    register.fields.flatMap((field) => {
      const label = addressOf(register.name);
      const part: Part = { register, field, index: 0 };
      if (field.access === "w1")
        return [{ target: storedIn(part), label, when: `write_bits${slice(field.lsb, 1)}` }];
      const { strobe } = field;
      if (strobe === undefined) return [];
      return each([register]).map(([, index]) => ({
        target: register.count === undefined ? strobe : strobe + slice(index, 1),
        label: labelOf(register, index),
        when: "(|write_strobe_reg)",
      }));
    }),
  );
}

/** Runs of bits of the data bus that no register stores. */
function unusedBits(registers: readonly Register[]): View[] {
  const used = new Set(
    parts(registers, "rw", "w1", "w1c").flatMap(({ field, index }) =>
      Array.from({ length: fieldBits(field, index) }, (_, bit) => field.lsb + bit),
    ),
  );
  const runs: string[] = [];
  for (let bit = 0; bit < 32; bit += 1) {
    const first = bit;
    while (bit < 32 && !used.has(bit)) bit += 1;
    if (bit > first) runs.push(`write_bits${slice(first, bit - first)}`);
  }
  return runs.length === 0 ? [] : [{ bits: runs.join(", ") }];
}

/** Conditions on `address` of the runs of addresses that hold registers; alignment is checked apart from them. */
function mappedRanges(map: RegisterMap): string[] {
  const spans = map.groups.flatMap((group) =>
    group.registers.map(({ offset, count }) => ({ first: offset, last: offset + 4 * ((count ?? 1) - 1) })),
  );
  const { length } = map.counters;
  if (length > 0) spans.push({ first: map.counterBase, last: map.counterBase + counterStride * length - 4 });
  const runs: { first: number; last: number }[] = [];
  for (const span of spans.sort((a, b) => a.first - b.first)) {
    const run = runs.at(-1);
    if (run !== undefined && span.first === run.last + 4) run.last = span.last;
    else runs.push({ ...span });
  }
  return runs.map(({ first, last }) => {
    if (first === last) return `(address == ${hex(first, map.addressBits)})`;
    const lower = first === 0 ? "" : `address >= ${hex(first, map.addressBits)} && `;
    return `(${lower}address <= ${hex(last, map.addressBits)})`;
  });
}

function countersOf(design: { readonly name: string }, map: RegisterMap): View {
  const { events, indexBits, counterBits } = counterLayout(map);
  const wide = counterBits > 32;
  const high = `counter_value[${counterBits - 1}:32]`;
  const inputs = map.counters.map(({ signal, lane, increment, name }, index) => ({
    signal: lane === undefined ? signal : signal + slice(increment * lane, increment),
    name,
    index: String(index),
  }));
  return {
    counters_module: moduleName(design, `${map.id}_counters`),
    counter_range: range(counterBits),
    events_range: range(events),
    events: inputs
      .slice(0, events)
      .map((one, index) => ({ ...one, comma: index === 0 ? "" : "," }))
      .reverse(),
    amounts: inputs
      .slice(events)
      .map((one, index) => ({ ...one, comma: index === 0 ? "" : "," }))
      .reverse(),
    counter_index_bits: slice(Math.log2(counterStride), indexBits),
    wide_counters: wide,
    counter_low: counterBits >= 32 ? "counter_value[31:0]" : `{${dec(0, 32 - counterBits)}, counter_value}`,
    counter_high: counterBits === 64 ? high : `{${dec(0, 64 - counterBits)}, ${high}}`,
  };
}
