import { type Change, changes } from "./change.ts";
import { portsOf, registersOf } from "./interfaces.ts";
import { type NumberChange, numberChanges, settingsOf } from "./numbers.ts";
import type { Side } from "./side.ts";

/** What changed between two designs. */
export interface Difference {
  readonly same: boolean;
  /** What is described, defaults filled in. */
  readonly settings: readonly Change[];
  readonly numbers: readonly NumberChange[];
  /** Ports of the top module. */
  readonly ports: readonly Change[];
  /** Blocks, registers, fields and counters. */
  readonly registers: readonly Change[];
  readonly files: readonly Change[];
}

/** Compares two designs. Where their names differ, files and modules are taken for the same without the name. */
export function compare(a: Side, b: Side): Difference {
  const settings = changes(settingsOf(a.design), settingsOf(b.design));
  const numbers = numberChanges(a.design, b.design);
  const ports = changes(portsOf(a.design), portsOf(b.design));
  const registers = changes(registersOf(a.design), registersOf(b.design));
  const files = fileChanges(a, b);
  const all = [settings, numbers, ports, registers, files];
  return { same: all.every((list) => list.length === 0), settings, numbers, ports, registers, files };
}

/** Paths without the device's name, and for each what there is: its lines. */
function fileChanges(a: Side, b: Side): readonly Change[] {
  const names = [a.design.name, b.design.name];
  const [before, after] =
    names[0] === names[1] ? [a.files, b.files] : [anonymous(a, names), anonymous(b, names)];
  const paths = [...before.keys(), ...[...after.keys()].filter((name) => !before.has(name))].sort();
  return paths
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => {
      const [one, other] = [before.get(name), after.get(name)];
      const gone = one?.split("\n") ?? [];
      const come = other?.split("\n") ?? [];
      return {
        what: name,
        ...(one !== undefined && { a: lines(count(gone, come)) }),
        ...(other !== undefined && { b: lines(count(come, gone)) }),
      };
    });
}

const lines = (number: number): string => `${number} line${number === 1 ? "" : "s"}`;

/** How many of the lines stand only here; all of them where the other file is not there. */
function count(own: readonly string[], others: readonly string[]): number {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return own.filter((line) => {
    const there = left.get(line) ?? 0;
    left.set(line, there - 1);
    return there <= 0;
  }).length;
}

/** Files without the names of both devices, and without the blanks that line up what stands below each other. */
function anonymous({ files }: Side, names: readonly string[]): ReadonlyMap<string, string> {
  const words = names.flatMap((name) => [name, name.toUpperCase()]).join("|");
  const pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${words})(?![A-Za-z0-9])`, "gu");
  const hide = (text: string): string => text.replaceAll(/ +/gu, " ").replaceAll(pattern, "NAME");
  return new Map([...files].map(([path, text]) => [hide(path), hide(text)]));
}
