import { type Arc, arcsOf } from "./cells.ts";
import type { Cell, Netlist } from "./netlist.ts";

/** A module where it stands in a device. */
export interface Place {
  /** Instances from the top down, `port0/mac_tx`; empty for the top. */
  readonly instance: string;
  readonly key: string;
  readonly netlist: Netlist;
  /** Nets of the graph by the nets of the module. */
  readonly nets: Int32Array;
}

/** All nets of a device and the ways between them, through the borders of modules. */
export interface Graph {
  readonly nets: number;
  readonly places: readonly Place[];
  /** Ways through cells; parallel arrays. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly levels: readonly number[];
  readonly carryBits: readonly number[];
  readonly wideMuxes: readonly number[];
  /** Index into `places` of the cell that a way leads through. */
  readonly at: readonly number[];
  /** By net: the place of the cell that drives it, and its net there; -1 at inputs of the top. */
  readonly driver: Int32Array;
  readonly driverNet: Int32Array;
  readonly driverCell: readonly (Cell | undefined)[];
  /** By net: a cell or port that it ends at, as an index into `ends`, -1 for none. */
  readonly end: Int32Array;
  readonly ends: readonly End[];
}

export interface End {
  readonly place: number;
  /** Undefined where the net leaves the top. */
  readonly cell?: Cell;
  readonly pin: string;
}

/** Pins by which cells send; all others take. */
const outputPins =
  /^(O|Q|Q\d+|Y|Z|CO|COUT|S[01]|DO[A-H]?|SPO|DPO|DOUT\w*|DOA\w*|DOB\w*|RDATA|RD_DATA|P|LO|CASDO\w*)$/;

/**
 * The graph of `top`, whose instances are looked up in `netlists` by their type. Instances that are not there end and
 * begin paths, as registers do.
 */
export function graphOf(top: string, netlists: ReadonlyMap<string, Netlist>): Graph {
  const places: Place[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const levels: number[] = [];
  const carryBits: number[] = [];
  const wideMuxes: number[] = [];
  const at: number[] = [];
  const ends: End[] = [];
  const endOf: [net: number, end: number][] = [];
  const drivers: [net: number, place: number, local: number, cell: Cell][] = [];
  let count = 0;

  const join = (into: number, out: number, place: number, way?: Arc): void => {
    from.push(into);
    to.push(out);
    levels.push(way?.levels ?? 0);
    carryBits.push(way?.carryBits ?? 0);
    wideMuxes.push(way?.wideMuxes ?? 0);
    at.push(place);
  };
  const enter = (
    key: string,
    netlist: Netlist,
    instance: string,
    bound: ReadonlyMap<number, number>,
  ): void => {
    const place = places.length;
    const nets = Int32Array.from({ length: netlist.nets }, (_, local) => bound.get(local) ?? count++);
    places.push({ instance, key, netlist, nets });
    const net = (local: number): number => (local < 0 ? -1 : (nets[local] ?? -1));
    for (const cell of netlist.cells) {
      const below = netlists.get(cell.type);
      if (below !== undefined) {
        const inner = new Map<number, number>();
        const sides = Object.entries(below.ports).sort(([, a], [, b]) => Number(b.input) - Number(a.input));
        for (const [port, pins] of sides) {
          pins.nets.forEach((local, bit) => {
            const outer = net(cell.pins[port]?.[bit] ?? -1);
            if (local < 0 || outer < 0) return;
            const first = inner.get(local);
            if (first === undefined) inner.set(local, outer);
            else if (!pins.input) join(first, outer, place); // one net of the module at two of its ports
          });
        }
        enter(cell.type, below, instance === "" ? cell.name : `${instance}/${cell.name}`, inner);
        continue;
      }
      const arcs = arcsOf(cell).filter((arc) => arc.from >= 0 && arc.to >= 0);
      for (const arc of arcs) join(net(arc.from), net(arc.to), place, arc);
      const through = new Set(arcs.map((arc) => arc.from));
      for (const [pin, bits] of Object.entries(cell.pins)) {
        const sends = outputPins.test(pin);
        for (const local of bits) {
          if (local < 0) continue;
          if (sends) drivers.push([net(local), place, local, cell]);
          else if (!through.has(local)) endOf.push([net(local), ends.push({ place, cell, pin }) - 1]);
        }
      }
    }
  };

  const netlist = netlists.get(top);
  if (netlist === undefined) throw new RangeError(`there is no netlist of ${top}`);
  enter(top, netlist, "", new Map());
  for (const [port, { input, nets }] of Object.entries(netlist.ports)) {
    if (input) continue;
    for (const local of nets)
      if (local >= 0) endOf.push([places[0]?.nets[local] ?? 0, ends.push({ place: 0, pin: port }) - 1]);
  }
  const end = new Int32Array(count).fill(-1);
  for (const [net, index] of endOf) if (end[net] === -1) end[net] = index;
  const driver = new Int32Array(count).fill(-1);
  const driverNet = new Int32Array(count).fill(-1);
  const driverCell = new Array<Cell | undefined>(count);
  for (const [net, place, local, cell] of drivers) {
    driver[net] = place;
    driverNet[net] = local;
    driverCell[net] = cell;
  }
  return {
    ...{ nets: count, places, from, to, levels, carryBits, wideMuxes, at },
    ...{ driver, driverNet, driverCell, end, ends },
  };
}
