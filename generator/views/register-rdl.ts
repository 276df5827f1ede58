import type { AnyDesign } from "../design/switch.ts";
import { deviceRegisters } from "../elaborate/device-registers.ts";
import {
  counterStride,
  type DeviceRegisters,
  type Field,
  fieldBits,
  type PlacedBlock,
  type Register,
  type RegisterMap,
} from "../elaborate/register-model.ts";
import { dec, hex } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { address, counterRuns } from "./register-text.ts";

/** View of `deliverables/registers.rdl.hbs`: the registers in SystemRDL 2.0, `doc/registers.rdl`. */
export function registerRdlView(design: AnyDesign): View {
  const device = deviceRegisters(design);
  return {
    device: design.name,
    address_bits: String(device.addressBits),
    blocks: device.blocks.map(({ map }) => blockView(map)),
    ...instancesOf(device),
  };
}

function blockView(map: RegisterMap): View {
  const registers = map.groups.flatMap((group) => group.registers);
  return {
    type: `${map.id}_regs`,
    title: text(`Registers of ${map.title}`),
    enums: registers.flatMap((register) =>
      register.fields.flatMap((field) =>
        field.codes === undefined
          ? []
          : [
              {
                name: enumName(register, field),
                entries: field.codes.map(({ name, value }) => ({ name, value: dec(value, field.bits) })),
              },
            ],
      ),
    ),
    registers: registers.map(registerView),
    counters: counterRuns(map).map(({ name, offset, count, increment, text: what, unit }) => ({
      name,
      place: placeText(offset, counterStride, count),
      text: text(`${what} (${unit})`),
      adds: increment > 1,
      increment: String(increment),
      bits: `[${map.counterBits - 1}:0]`,
    })),
    enables: enablesOf(map),
  };
}

/** A register, an array of like ones, or, where the elements start with other values, one instance for each. */
function registerView(register: Register): View {
  const { name, offset, count, fields } = register;
  const alike = fields.every(({ reset }) => new Set(reset).size === 1);
  return {
    name: text(register.text),
    alike,
    instance: name,
    type: `${name.toLowerCase()}_reg`,
    place: placeText(offset, 4, count),
    fields: fields.map((field) => ({
      text: text(field.unit === undefined ? field.text : `${field.text} (${field.unit})`),
      properties: propertiesOf(register, field),
      name: field.name,
      bits: `[${field.lsb + field.bits - 1}:${field.lsb}]`,
      alike,
      reset: hasReset(field) ? ` = ${hex(field.reset[0]!, field.bits)}` : "",
    })),
    elements: Array.from({ length: alike ? 0 : (count ?? 1) }, (_, index) => ({
      type: `${name.toLowerCase()}_reg`,
      instance: `${name}_${index}`,
      place: placeText(offset + 4 * index, 4, undefined),
      resets: fields.map((field) => ({
        instance: `${name}_${index}`,
        name: field.name,
        value: hex(field.reset[index]!, fieldBits(field, index)),
      })),
    })),
  };
}

/** Status shows what it likes from the first cycle on; everything else starts with its reset value. */
function hasReset({ access, signal }: Field): boolean {
  return access !== "ro" || signal === undefined;
}

function propertiesOf(register: Register, field: Field): string {
  const encode = field.codes === undefined ? "" : ` encode = ${enumName(register, field)};`;
  return `${behaviourOf(field)}${encode}`;
}

function behaviourOf({ access, signal, readBack, internal }: Field): string {
  if (access === "w1") return "sw = rw; hw = r; singlepulse;";
  if (access === "w1c") return "sw = rw; hw = w; level intr; woclr; precedence = hw;";
  if (access === "ro") return signal === undefined ? "sw = r; hw = na;" : "sw = r; hw = w;";
  if (readBack !== undefined) return "sw = rw; hw = rw; we; swmod;";
  return internal === true ? "sw = rw; hw = na;" : "sw = rw; hw = r;";
}

function enumName(register: Register, field: Field): string {
  return `${register.name.toLowerCase()}_${field.name.toLowerCase()}_e`;
}

/** Bits of the status register of an interrupt, each with the bit that lets it through. */
function enablesOf({ interrupt, groups }: RegisterMap): View[] {
  if (interrupt === undefined) return [];
  const status = groups.flatMap(({ registers }) => registers).find(({ name }) => name === interrupt.status);
  return (status?.fields ?? []).map(({ name }) => ({
    status: `${interrupt.status}.${name}`,
    enable: `${interrupt.enable}.${name}`,
  }));
}

function placeText(offset: number, stride: number, count: number | undefined): string {
  return count === undefined
    ? ` @ ${address(offset)}`
    : `[${count}] @ ${address(offset)} += ${address(stride, 1)}`;
}

/** The blocks of a device of one block at its own addresses; else the windows of the ports with their blocks. */
function instancesOf({
  blocks,
  portStride,
}: DeviceRegisters): Readonly<Record<"windows" | "instances", View[]>> {
  const typeOf = ({ map }: PlacedBlock) => `${map.id}_regs`;
  if (blocks.length === 1) {
    return {
      windows: [],
      instances: blocks.map((block) => ({ type: typeOf(block), name: "REGS", place: " @ 0x0" })),
    };
  }
  const last = Math.max(...blocks.map(({ ports }) => ports?.last ?? 0));
  if (last === 0) {
    return {
      windows: [],
      instances: blocks.map((block) => ({
        type: typeOf(block),
        name: block.map.id.toUpperCase(),
        place: ` @ ${address(block.base, 4)}`,
      })),
    };
  }
  const within = (port: number): View[] =>
    blocks
      .filter(({ ports }) => (ports === undefined ? port === 0 : port >= ports.first && port <= ports.last))
      .map((block) => ({
        type: typeOf(block),
        name: block.map.id.toUpperCase(),
        place: ` @ ${address(block.base, 4)}`,
      }));
  return {
    windows: [
      { type: "port0_window", title: "Window of port 0", blocks: within(0) },
      {
        type: "port_window",
        title: "Window of an external port; the array starts at port 1",
        blocks: within(1),
      },
    ],
    instances: [
      { type: "port0_window", name: "PORT0", place: " @ 0x0" },
      {
        type: "port_window",
        name: "PORT",
        place: `[${last}] @ ${address(portStride, 4)} += ${address(portStride, 4)}`,
      },
    ],
  };
}

/** A text between quotation marks, in ASCII. */
function text(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("…", "to").replaceAll("·", "*");
}
