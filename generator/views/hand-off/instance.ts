import type { AnyDesign } from "../../design/switch.ts";
import { deviceRegisters } from "../../elaborate/device-registers.ts";
import { hex, range } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { header, moduleName } from "../common.ts";
import { resetOf } from "../register-text.ts";
import { type TopPort, topPorts } from "../top-ports.ts";
import { clocksOf, summary } from "./pieces.ts";

/** Name of the bench that sees whether a simulator runs the device at all. */
export const smokeBench = (design: AnyDesign): string => moduleName(design, "smoke");

/** What a port is, for the comment beside it. */
function comment({ name, direction, clock, note }: TopPort): string {
  const way = direction === "input" ? "into the device" : "out of the device";
  const domain = clock === "clk" || clock === name ? "" : `, clock ${clock}`;
  return `${way}${domain}${note === "" ? "" : `: ${note}`}`;
}

function groupViews(design: AnyDesign): View[] {
  const groups = topPorts(design);
  return groups.map(({ title, ports }, at) => ({
    title:
      title === "" ? (at === 0 ? "Clock, and reset: synchronous, active high" : "Interrupt, a level") : title,
    ports: ports.map((port, index) => ({
      ...{ name: port.name, range: range(port.bits), comment: comment(port) },
      kind: port.direction === "input" ? "reg" : "wire",
      last: at === groups.length - 1 && index === ports.length - 1,
    })),
  }));
}

/** View of `deliverables/instance.v.hbs`: text to copy into a design that uses the device. */
export function instanceView(design: AnyDesign): View {
  return {
    header: header(design, `Text to copy: signals for every port of ${design.name}, and an instance of it.`),
    summary: summary(design),
    device: design.name,
    groups: groupViews(design),
  };
}

/** Clock cycles of reset, and those that a read may take: the counters clear themselves first. */
const resetCycles = 16;
const patience = 4096;

/** View of `deliverables/smoke.v.hbs`: reset, and a read of the register that tells the device's kind. */
export function smokeView(design: AnyDesign): View {
  const clocks = clocksOf(design);
  const names = clocks.map(({ name }) => name);
  const ports = topPorts(design).flatMap((group) => group.ports);
  const { addressBits, blocks } = deviceRegisters(design);
  // An adapter's own block stands behind that of its port
  const own = design.kind === "nic" ? blocks.at(-1) : blocks[0];
  const id = own?.map.groups[0]?.registers[0];
  if (own === undefined || id?.offset !== 0)
    throw new Error("the first register is that of the device's kind");
  return {
    header: header(design, `Does a simulator run ${design.name}? Reset, then a read of its register ID.`),
    module: smokeBench(design),
    device: design.name,
    groups: groupViews(design),
    clocks: clocks.map(({ name, MHz }) => ({ name, half: String(Math.floor(500_000 / MHz)) })),
    inputs: ports
      .filter(({ name, direction }) => direction === "input" && !names.includes(name))
      .map(({ name, bits }) => ({ name, zero: name === "rst" ? "1'b1" : `{${bits}{1'b0}}` })),
    id: hex(resetOf(id, 0), 32),
    address: own.base === 0 ? "" : hex(own.base, addressBits),
    reset_cycles: String(resetCycles),
    patience: String(patience),
  };
}
