/** Netlists as Yosys' `write_json` has them, cut down to what area and depth are counted from. */

export interface Cell {
  readonly name: string;
  readonly type: string;
  /** Nets at each pin, bit 0 first; -1 for a constant. */
  readonly pins: Readonly<Record<string, readonly number[]>>;
  /** Parameters of memories and of flip-flops that say what is clocked; of others none. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A mapped module. Instances of others are cells with the other's name as type. */
export interface Netlist {
  readonly ports: Readonly<Record<string, { readonly input: boolean; readonly nets: readonly number[] }>>;
  readonly cells: readonly Cell[];
  /** Names that stand in the Verilog, with their bit. */
  readonly names: Readonly<Record<number, string>>;
  /** Nets are numbered below this. */
  readonly nets: number;
}

type RawBits = readonly (number | string)[];

interface RawModule {
  readonly ports: Readonly<Record<string, { readonly direction: string; readonly bits: RawBits }>>;
  readonly cells: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly connections: Readonly<Record<string, RawBits>>;
        readonly parameters: Readonly<Record<string, string>>;
      }
    >
  >;
  readonly netnames: Readonly<
    Record<string, { readonly hide_name: number; readonly bits: RawBits; readonly offset?: number }>
  >;
}

const nets = (bits: RawBits): number[] => bits.map((bit) => (typeof bit === "number" ? bit : -1));

/** The modules of what `write_json` wrote, by their names. */
export function readNetlists(json: string): (name: string) => Netlist {
  const { modules } = JSON.parse(json) as { readonly modules: Readonly<Record<string, RawModule>> };
  return (name) => {
    const raw = modules[name];
    if (raw === undefined) throw new RangeError(`Yosys wrote no module ${name}`);
    return netlistOf(raw);
  };
}

function netlistOf(raw: RawModule): Netlist {
  const cells = Object.entries(raw.cells).map(([cell, { type, connections, parameters }]) => {
    const pins = Object.fromEntries(Object.entries(connections).map(([pin, bits]) => [pin, nets(bits)]));
    return type.startsWith("$mem") ? { name: cell, type, pins, parameters } : { name: cell, type, pins };
  });
  const ports = Object.entries(raw.ports).map(([port, { direction, bits }]) => {
    return [port, { input: direction === "input", nets: nets(bits) }] as const;
  });
  const highest = (pins: Readonly<Record<string, readonly number[]>>): number =>
    Object.values(pins).reduce((most, bits) => bits.reduce((a, b) => Math.max(a, b), most), 0);
  const inCells = cells.reduce((most, { pins }) => Math.max(most, highest(pins)), 0);
  const inPorts = highest(Object.fromEntries(ports.map(([port, { nets }]) => [port, nets])));
  return {
    ports: Object.fromEntries(ports),
    cells,
    names: publicNames(raw),
    nets: Math.max(inCells, inPorts) + 1,
  };
}

/** Names that Yosys makes up for signals which it puts between cells. */
const madeUp = /_(SB_(LUT4|CARRY|DFF\w*)|LUT\d|CCU2C|TRELLIS_\w+|PFUMX|L6MUX21)_/;

/** Of several names the shortest, then the first of the alphabet. */
function publicNames(raw: RawModule): Record<number, string> {
  const names: Record<number, string> = {};
  for (const [name, { hide_name, bits, offset = 0 }] of Object.entries(raw.netnames)) {
    if (hide_name !== 0 || madeUp.test(name)) continue;
    bits.forEach((bit, at) => {
      if (typeof bit !== "number") return;
      const full = bits.length === 1 ? name : `${name}[${at + offset}]`;
      const old = names[bit];
      if (old === undefined || full.length < old.length || (full.length === old.length && full < old))
        names[bit] = full;
    });
  }
  return names;
}
