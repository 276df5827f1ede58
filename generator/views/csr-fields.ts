import {
  type Access,
  type Field,
  fieldBits,
  type Register,
  signalBits,
} from "../elaborate/register-model.ts";
import { hex, range } from "../render/verilog.ts";

/** One field of one element of a register. */
export interface Part {
  readonly register: Register;
  readonly field: Field;
  readonly index: number;
}

/** Every element of every register, with its index. */
export function each(registers: readonly Register[]): [Register, number][] {
  return registers.flatMap((register) =>
    Array.from({ length: register.count ?? 1 }, (_, index): [Register, number] => [register, index]),
  );
}

/** Every field of every element of the registers that software uses in one of these ways. */
export function parts(registers: readonly Register[], ...access: readonly Access[]): Part[] {
  return each(registers).flatMap(([register, index]) =>
    register.fields
      .filter((field) => access.includes(field.access))
      .map((field) => ({ register, field, index })),
  );
}

/** Bits `lsb` … `lsb + bits - 1` of a vector; one bit is written without a colon. */
export function slice(lsb: number, bits: number): string {
  return bits === 1 ? `[${lsb}]` : `[${lsb + bits - 1}:${lsb}]`;
}

/** Where a part stands in its 32-bit register. */
export function placeOf({ field, index }: Part): string {
  return slice(field.lsb, fieldBits(field, index));
}

/** A register that holds a field inside of the block; undefined for one that is a port. */
function heldName({ access, internal, signal = "" }: Field): string | undefined {
  if (access === "w1c") return `${signal.replace(/^set_/u, "")}_reg`;
  return internal === true ? `${signal}_reg` : undefined;
}

/** The slice of a signal that belongs to the element of a part. */
function elementOf({ register, field, index }: Part, name: string): string {
  return signalBits(register, field) === 1 ? name : sliceOf({ register, field, index }, name);
}

function sliceOf({ register, field, index }: Part, name: string): string {
  return register.count === undefined ? name : name + slice(field.bits * index, fieldBits(field, index));
}

/** What a part is stored in, or driven by. */
export function storedIn(part: Part): string {
  return elementOf(part, heldName(part.field) ?? `${part.field.signal}`);
}

/** The input that sets a part which software clears. */
export function inputOf(part: Part): string {
  return elementOf(part, `${part.field.signal}`);
}

/** What software reads of a part. */
export function readOf(part: Part): string {
  const { readBack } = part.field;
  return readBack === undefined ? storedIn(part) : `${readBack.signal}_reg`;
}

/** Declarations of what the fields are held in inside of the block, each once: range and name. */
export function heldRegisters(registers: readonly Register[]): { range: string; name: string }[] {
  return registers.flatMap((register) =>
    register.fields.flatMap((field) => {
      const held = heldName(field);
      const back = field.readBack;
      return [
        ...(held === undefined ? [] : [{ range: range(signalBits(register, field)), name: held }]),
        ...(back === undefined ? [] : [{ range: range(field.bits), name: `${back.signal}_reg` }]),
      ];
    }),
  );
}

/** Name of the address of a register. */
export function addressOf(name: string): string {
  return `ADDR_${name}`;
}

/** Address of an element of a register, as a constant expression. */
export function labelOf({ name, count }: Register, index: number): string {
  return count === undefined || index === 0 ? addressOf(name) : `${addressOf(name)} + ${hex(4 * index, 12)}`;
}
