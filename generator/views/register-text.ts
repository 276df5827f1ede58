import type { DeviceRegisters, PlacedBlock, Register, RegisterMap } from "../elaborate/register-model.ts";

/** An address as the documents write it. */
export function address(value: number, digits = 3): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** What a read of element `index` gives after reset. */
export function resetOf(register: Register, index: number): number {
  return register.fields.reduce((sum, { lsb, reset }) => sum + reset[index]! * 2 ** lsb, 0);
}

/** `text` as the start of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What stands in front of a block's names: the block's own name where a device has several. */
export function infixOf({ blocks }: DeviceRegisters, { map }: PlacedBlock): string {
  return blocks.length === 1 ? "" : `${map.id}_`;
}

/** One counter, or `count` of them that follow each other: one a lane. */
export interface CounterRun {
  readonly name: string;
  readonly offset: number;
  readonly count?: number;
  readonly increment: number;
  readonly text: string;
  readonly unit: string;
}

/** The counters of a block, those of the lanes taken together under the name of their input. */
export function counterRuns({ counters }: RegisterMap): readonly CounterRun[] {
  return counters
    .filter(({ lane }) => lane === undefined || lane === 0)
    .map(({ name, offset, lane, signal, increment, text, unit }) => {
      const one = { name, offset, increment, text, unit };
      if (lane === undefined) return one;
      return {
        ...one,
        name: signal.replace(/^evt_/u, "").toUpperCase(),
        count: counters.filter((other) => other.signal === signal).length,
        text: text.replace(/, VL0$/u, ", an element a lane, VL15 last"),
      };
    });
}
