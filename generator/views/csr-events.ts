import { fieldBits, type Register, type RegisterMap } from "../elaborate/register-model.ts";
import { dec } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { each, heldRegisters, inputOf, labelOf, parts, placeOf, storedIn } from "./csr-fields.ts";

/** What is held inside of the block: declarations, what is kept of an answer, and bits of the block's own. */
export function held(registers: readonly Register[]): Record<"held" | "read_backs" | "flags", View[]> {
  const fields = registers.flatMap((register) => register.fields);
  return {
    held: heldRegisters(registers).map(({ range: bits, name }) => ({
      declaration: bits === "" ? name : `${bits} ${name}`,
    })),
    read_backs: fields.flatMap(({ readBack, bits }) =>
      readBack === undefined ? [] : [{ ...readBack, target: `${readBack.signal}_reg`, zero: dec(0, bits) }],
    ),
    flags: parts(registers, "ro").flatMap((part) => {
      const { flag } = part.field;
      return flag === undefined ? [] : [{ target: storedIn(part), set: flag.set, clear: flag.clear }];
    }),
  };
}

export function clearedBySoftware(registers: readonly Register[]): {
  sticky: boolean;
  clears: View[];
  stickies: View[];
} {
  const every = parts(registers, "w1c");
  const own = registers.filter(({ fields }) => fields.some(({ access }) => access === "w1c"));
  const clearOf = (register: Register, index: number) =>
    `clear_${register.name.toLowerCase()}${register.count === undefined ? "" : `_${index}`}`;
  return {
    sticky: every.length > 0,
    clears: each(own).map(([register, index]) => ({
      name: clearOf(register, index),
      label: labelOf(register, index),
    })),
    stickies: every.map((part) => {
      const bits = fieldBits(part.field, part.index);
      return {
        target: storedIn(part),
        zero: dec(0, bits),
        set: inputOf(part),
        cleared: bits === 32 ? "write_bits" : `write_bits${placeOf(part)}`,
        mask:
          bits === 1
            ? clearOf(part.register, part.index)
            : `{${bits}{${clearOf(part.register, part.index)}}}`,
      };
    }),
  };
}

/** The level that tells software; status and enable bits are paired by their names. */
export function interruptOf({ interrupt, groups }: RegisterMap): { interrupts: View[] } {
  if (interrupt === undefined) return { interrupts: [] };
  const registers = groups.flatMap((group) => group.registers);
  const fieldsOf = (name: string) =>
    parts(
      registers.filter((one) => one.name === name),
      "rw",
      "w1c",
    );
  const enables = new Map(fieldsOf(interrupt.enable).map((part) => [part.field.name, storedIn(part)]));
  const terms = fieldsOf(interrupt.status).flatMap((part) => {
    const enable = enables.get(part.field.name);
    return enable === undefined ? [] : [{ status: storedIn(part), enable }];
  });
  return { interrupts: [{ signal: interrupt.signal, terms }] };
}
