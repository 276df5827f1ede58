import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { requireTools } from "../../tools.ts";
import type { Unknown } from "./forms.ts";

/** A bit of a netlist: the number of a net, or a constant. */
export type Bit = number | "0" | "1" | "x" | "z";

export interface Cell {
  readonly name: string;
  /** For what cannot be said about its outputs. */
  readonly refusal: Unknown;
  readonly type: string;
  readonly ports: Readonly<Record<string, readonly Bit[]>>;
  readonly outputs: readonly Bit[];
  readonly parameters: Readonly<Record<string, string>>;
  /** Bits that shorter operands A and B are extended to; 0: they stay as they are. */
  readonly extendTo: number;
  /** A and B are numbers with a sign. */
  readonly signed: boolean;
}

export interface Netlist {
  readonly top: string;
  readonly inputs: ReadonlyMap<string, readonly Bit[]>;
  readonly outputs: ReadonlyMap<string, readonly Bit[]>;
  /** Every named signal, also those of instances (`instance.signal`). */
  readonly names: ReadonlyMap<string, readonly Bit[]>;
  /** The cell that drives a net; flip-flops are apart. */
  readonly drivers: ReadonlyMap<Bit, Cell>;
  /** Of each bit that a flip-flop holds: the net that it takes in. */
  readonly stateInputs: ReadonlyMap<Bit, Bit>;
  /** Bits of inputs, each with its name. */
  readonly inputBits: ReadonlyMap<Bit, string>;
  /** Numbers of nets are below this. */
  readonly nets: number;
}

/**
 * The netlist that Yosys makes of Verilog texts, without hierarchy. Nothing is optimized away but what drives nothing, so
 * that all names stay.
 * @param defines macros that are defined while the text is read
 */
export async function synthesize(
  top: string,
  texts: Iterable<string>,
  defines: readonly string[] = [],
): Promise<Netlist> {
  await requireTools(["yosys"]);
  const folder = mkdtempSync(join(tmpdir(), "lanewright-affine-"));
  try {
    const files = [...texts].map((text, at) => {
      const path = join(folder, `${at}.v`);
      writeFileSync(path, text);
      return path;
    });
    const out = join(folder, "netlist.json");
    const read = `read_verilog ${defines.map((name) => `-D${name}`).join(" ")} ${files.join(" ")}`;
    const steps = [read, `hierarchy -check -top ${top}`, "proc -norom", "flatten", "opt_clean"];
    await execa("yosys", ["-q", "-p", [...steps, `write_json ${out}`].join("; ")], { stdin: "ignore" });
    return parseNetlist(top, readFileSync(out, "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface YosysCell {
  readonly type: string;
  readonly parameters: Record<string, string>;
  readonly port_directions: Record<string, "input" | "output" | "inout">;
  readonly connections: Record<string, Bit[]>;
}

interface YosysModule {
  readonly ports: Record<string, { direction: string; bits: Bit[] }>;
  readonly cells: Record<string, YosysCell>;
  readonly netnames: Record<string, { bits: Bit[] }>;
}

/** Reads what `write_json` wrote of a flat module. */
export function parseNetlist(top: string, json: string): Netlist {
  const { modules } = JSON.parse(json) as { modules: Record<string, YosysModule> };
  const module = modules[top];
  if (module === undefined) throw new Error(`Yosys wrote no module ${top}`);
  const ports = (direction: string): Map<string, readonly Bit[]> =>
    new Map(
      Object.entries(module.ports)
        .filter(([, port]) => port.direction === direction)
        .map(([name, port]) => [name, port.bits]),
    );
  const cells = Object.entries(module.cells).map(([name, cell]) => cellOf(name, cell));
  return {
    top,
    inputs: ports("input"),
    outputs: ports("output"),
    names: new Map(Object.entries(module.netnames).map(([name, { bits }]) => [name, bits])),
    drivers: new Map(
      cells
        .filter(({ type }) => !isFlipFlop(type))
        .flatMap((cell) => cell.outputs.map((bit) => [bit, cell] as const)),
    ),
    stateInputs: new Map(
      cells
        .filter(({ type }) => isFlipFlop(type))
        .flatMap(({ ports: { Q, D } }) => Q!.map((bit, at) => [bit, D![at]!] as const)),
    ),
    inputBits: new Map(
      [...ports("input")].flatMap(([name, bits]) => bits.map((bit, at) => [bit, `${name}[${at}]`] as const)),
    ),
    nets:
      1 +
      Math.max(
        ...cells.map(({ ports: pins }) => largest(Object.values(pins).flat())),
        largest([...ports("input").values()].flat()),
      ),
  };
}

const largest = (bits: readonly Bit[]): number =>
  bits.reduce<number>((most, bit) => (typeof bit === "number" && bit > most ? bit : most), 0);

const isFlipFlop = (type: string): boolean => type === "$dff" || type === "$_DFF_P_";

/** Cells whose operands take part bit by bit. */
const extending = new Set(
  "and or xor xnor not pos eq ne add sub lt le gt ge".split(" ").map((name) => `$${name}`),
);

const width = (cell: YosysCell, port: string): number => cell.connections[port]?.length ?? 0;

function cellOf(name: string, cell: YosysCell): Cell {
  const outputs = Object.entries(cell.connections)
    .filter(([port]) => cell.port_directions[port] === "output")
    .flatMap(([, all]) => all);
  const kind = cell.type.replace(/^\$_?/, "").replace(/_$/, "");
  return {
    name,
    refusal: { unknown: `its ${kind} cell (${name}) combines data in a way that is not affine` },
    type: cell.type,
    ports: cell.connections,
    outputs,
    parameters: cell.parameters,
    signed: ["A_SIGNED", "B_SIGNED"].every((name) => /1$/.test(cell.parameters[name] ?? "0")),
    extendTo: !extending.has(cell.type) ? 0 : Math.max(...["A", "B", "Y"].map((port) => width(cell, port))),
  };
}
