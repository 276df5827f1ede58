import type { Form } from "./forms.ts";
import { type Machine, valueAt } from "./machine.ts";

/**
 * Inputs and outputs of a machine's cycles as a VCD, where exactly the variables of `ones` are 1. A cycle takes 10 ns, and
 * the clock rises at its end. What is not affine shows as x.
 */
export function waveOf(machine: Machine, ones: Form): string {
  const ports = [...machine.netlist.inputs, ...machine.netlist.outputs].filter(([name]) => name !== "clk");
  const lines = [
    "$timescale 1ns $end",
    `$scope module ${machine.netlist.top} $end`,
    "$var wire 1 c clk $end",
  ];
  for (const [at, [name, bits]] of ports.entries()) {
    lines.push(
      `$var wire ${bits.length} p${at} ${name}${bits.length > 1 ? ` [${bits.length - 1}:0]` : ""} $end`,
    );
  }
  lines.push("$upscope $end", "$enddefinitions $end");
  for (const [number, cycle] of machine.cycles.entries()) {
    lines.push(`#${10 * number}`, number === 0 ? "0c" : "1c");
    for (const [at, [name]] of ports.entries()) {
      const bits = cycle.get(name).map((value) => valueAt(value, ones));
      lines.push(`b${bits.reverse().join("")} p${at}`);
    }
    lines.push(`#${10 * number + 5}`, "0c");
  }
  return `${[...lines, `#${10 * machine.cycles.length}`, "1c"].join("\n")}\n`;
}
