import type { AnyDesign } from "../../design/switch.ts";
import type { View } from "../../render/view.ts";
import { header, moduleName } from "../common.ts";
import { type TopPort, topPorts } from "../top-ports.ts";
import { clocksOf } from "./pieces.ts";

/** Output bits that are folded into one flip-flop: a tree of few 4-input LUTs. */
const foldBits = 64;

/** Name of the module that stands around the device where an FPGA has fewer pins than the device has ports. */
export const pinsModule = (design: AnyDesign): string => moduleName(design, "pins");

/** Names of its pins: clocks of the device, then one bit in and one out for each clock. */
export function pinNames(design: AnyDesign): readonly string[] {
  return [
    ...clocksOf(design).map(({ name }) => name),
    ...chains(design).flatMap(({ name }) => [`${name}_in`, `${name}_out`]),
  ];
}

/** Inputs and outputs of one clock. */
interface Chain {
  readonly clock: string;
  /** What the names of its signals begin with. */
  readonly name: string;
  readonly inputs: readonly TopPort[];
  readonly outputs: readonly TopPort[];
}

function chains(design: AnyDesign): readonly Chain[] {
  const clocks = clocksOf(design).map(({ name }) => name);
  const ports = topPorts(design)
    .flatMap(({ ports }) => ports)
    .filter(({ name }) => !clocks.includes(name));
  return clocks.map((clock) => {
    const own = ports.filter((port) => port.clock === clock);
    const of = (direction: string) => own.filter((port) => port.direction === direction);
    return { clock, name: clock.replace(/_?clk$/u, "") || "pin", inputs: of("input"), outputs: of("output") };
  });
}

const sum = (ports: readonly TopPort[]): number => ports.reduce((bits, port) => bits + port.bits, 0);

/** A port as a slice of a vector. */
function slices(vector: string, ports: readonly TopPort[]): View[] {
  let at = 0;
  return ports.map(({ name, bits }) => {
    const from = at;
    at += bits;
    const index = bits === 1 ? `[${from}]` : `[${at - 1}:${from}]`;
    return { port: name, wire: `${vector}${index}` };
  });
}

/** View of `deliverables/pins.v.hbs`: every input from a shift register, every output folded into one flip-flop. */
export function pinsView(design: AnyDesign): View {
  const all = chains(design);
  const connections = [
    ...clocksOf(design).map(({ name }) => ({ port: name, wire: name })),
    ...all.flatMap(({ name, inputs, outputs }) => [
      ...slices(`${name}_shift_reg`, inputs),
      ...slices(`${name}_results`, outputs),
    ]),
  ];
  return {
    header: header(design, `${design.name} behind few pins, for a trial of place and route alone.`),
    module: pinsModule(design),
    device: design.name,
    clocks: all.map(({ clock }) => ({ clock })),
    chains: all.map(({ name, clock, inputs, outputs }, at) => {
      const folds = Math.ceil(sum(outputs) / foldBits);
      return {
        ...{ name, clock, last: at === all.length - 1 },
        shift_last: String(Math.max(1, sum(inputs)) - 1),
        shifts: sum(inputs) > 1,
        results: sum(outputs) > 0,
        result_last: String(Math.max(1, sum(outputs)) - 1),
        fold_last: String(Math.max(1, folds) - 1),
        folds: Array.from({ length: folds }, (_, fold) => ({
          name,
          fold: String(fold),
          from: String(fold * foldBits),
          bits: String(Math.min(foldBits, sum(outputs) - fold * foldBits)),
        })),
      };
    }),
    connections: connections.map((one, at) => ({ ...one, last: at === connections.length - 1 })),
  };
}
