import { describe, expect, it } from "vitest";
import { depthsOf } from "../../generator/synth/depth.ts";
import type { Cell, Netlist } from "../../generator/synth/netlist.ts";
import { graphOf } from "../../generator/synth/timing-graph.ts";

/** Depth of netlists made by hand, where the count is plain. */
const lut = (name: string, inputs: readonly number[], output: number): Cell => {
  const pins = Object.fromEntries(inputs.map((net, at) => [`I${at}`, [net]]));
  return { name, type: `LUT${inputs.length}`, pins: { ...pins, O: [output] } };
};
const register = (name: string, d: number, q: number): Cell => ({
  name,
  type: "FDRE",
  pins: { C: [0], CE: [-1], D: [d], R: [-1], Q: [q] },
});
const net = (
  cells: readonly Cell[],
  names: Record<number, string>,
  ports: Netlist["ports"] = {},
  nets = 40,
): Netlist => ({ ports, cells, names, nets });
const depths = (netlist: Netlist, below: Readonly<Record<string, Netlist>> = {}) =>
  depthsOf(graphOf("top", new Map([["top", netlist], ...Object.entries(below)])), (key) => key);

describe("depth", () => {
  it("counts LUTs between registers, and names what lies between", () => {
    const cells = [
      register("a", 9, 1),
      lut("l1", [1, 2], 3),
      lut("l2", [3, 1], 4),
      lut("l3", [4], 5),
      register("b", 5, 6),
      lut("l4", [6], 7),
      register("c", 7, 8),
    ];
    const { paths, through } = depths(net(cells, { 1: "a_reg", 3: "x", 4: "y", 6: "b_reg", 8: "c_reg" }));
    expect(through.get("top")).toBe(3);
    const [path] = paths;
    expect(path).toMatchObject({ levels: 3, carryBits: 0, wideMuxes: 0 });
    const signals = [path?.start, ...(path?.steps ?? []), path?.end].map((step) => [
      step?.signal,
      step?.level,
    ]);
    expect(signals).toEqual([
      ["a_reg", 0],
      ["x", 1],
      ["y", 2],
      ["b_reg", 3],
    ]);
  });

  it("takes a carry chain for one level and counts its bits, wide multiplexers for none", () => {
    const carry: Cell = {
      name: "c",
      type: "CARRY4",
      pins: {
        CI: [-1],
        CYINIT: [-1],
        DI: [-1, -1, -1, -1],
        S: [2, 10, 11, 12],
        O: [13, 14, 15, 16],
        CO: [17, 18, 19, 20],
      },
    };
    const more: Cell = {
      name: "d",
      type: "CARRY4",
      pins: {
        CI: [20],
        CYINIT: [-1],
        DI: [-1, -1, -1, -1],
        S: [-1, -1, -1, -1],
        O: [21, 22, 23, 24],
        CO: [25, 26, 27, 28],
      },
    };
    const wide: Cell = { name: "m", type: "MUXF7", pins: { I0: [22], I1: [-1], S: [-1], O: [29] } };
    const cells = [register("a", 30, 1), lut("l", [1], 2), carry, more, wide, register("b", 29, 31)];
    expect(depths(net(cells, { 1: "a", 31: "b" })).paths[0]).toMatchObject({
      levels: 2,
      carryBits: 3 + 2,
      wideMuxes: 1,
      start: { signal: "a" },
      end: { signal: "b" },
    });
  });

  it("goes over the borders of modules, both ways, and ends at memories", () => {
    const inner = net(
      [lut("l", [1], 2)],
      { 1: "in", 2: "out" },
      {
        in: { input: true, nets: [1] },
        out: { input: false, nets: [2] },
        copy: { input: false, nets: [1] },
      },
    );
    const instance: Cell = { name: "u", type: "inner", pins: { in: [1], out: [2], copy: [3] } };
    const memory: Cell = { name: "mem.0.0", type: "RAMB36E2", pins: { ADDRARDADDR: [5], DOUTADOUT: [1] } };
    const cells = [instance, memory, lut("x", [2, 3], 4), lut("y", [4], 5)];
    const { paths, through } = depths(net(cells, { 2: "w" }), { inner });
    expect([through.get("inner"), through.get("top")]).toEqual([3, 3]);
    expect(paths[0]).toMatchObject({
      start: { signal: "mem" },
      steps: [{ instance: "u", module: "inner", signal: "out", level: 1 }],
      end: { signal: "mem.0.0.ADDRARDADDR", level: 3 },
    });
  });

  it("is that of the address for memories that are read without a clock", () => {
    const ram: Cell = { name: "r", type: "RAM32M", pins: { ADDRA: [1], DOA: [2], DIA: [3], WE: [4] } };
    const cells = [register("a", 9, 1), ram, lut("l", [2], 5), register("b", 5, 6), lut("w", [1], 4)];
    expect(depths(net(cells, { 1: "a", 6: "b" })).paths[0]).toMatchObject({
      levels: 2,
      end: { signal: "b" },
    });
  });
});
