import type { Field, Register } from "./register-model.ts";

/** A single register. */
export function one(name: string, offset: number, text: string, fields: readonly Field[]): Register {
  return { name, offset, text, fields };
}

/** A field that always reads as `value`. */
export function constant(name: string, lsb: number, bits: number, value: number, text: string): Field {
  return { name, lsb, bits, access: "ro", reset: [value], text };
}

/** A field that software sets and the port obeys. */
export function setting(
  name: string,
  lsb: number,
  bits: number,
  signal: string,
  reset: number,
  text: string,
): Field {
  return { name, lsb, bits, access: "rw", reset: [reset], signal, text };
}

/** A field that gives one pulse of one cycle for each 1 written. */
export function pulse(name: string, lsb: number, signal: string, text: string): Field {
  return { name, lsb, bits: 1, access: "w1", reset: [0], signal, text };
}

/** A field that shows what the port is doing; its signal is low in reset. */
export function state(name: string, lsb: number, bits: number, signal: string, text: string): Field {
  return { name, lsb, bits, access: "ro", reset: [0], signal, text };
}

/** A field that collects what the device sets through its input; software clears it by writing 1. */
export function event(name: string, lsb: number, signal: string, text: string): Field {
  return { name, lsb, bits: 1, access: "w1c", reset: [0], signal, text };
}

/** One bit for each of `bits` things, 32 a register. */
export function bitmap(name: string, offset: number, bits: number, text: string, field: Field): Register {
  const count = Math.ceil(bits / 32);
  return {
    name,
    offset,
    count,
    text,
    fields: [{ ...field, lsb: 0, bits: Math.min(32, bits), total: bits, reset: new Array(count).fill(0) }],
  };
}

/** Codes 0, 1, 2 … of an enumerated field. */
export function codes(...names: string[]): readonly { name: string; value: number }[] {
  return names.map((name, value) => ({ name, value }));
}
