/** What Python is told about a device: `lanewright.py` reads it. */
import type { Derived } from "../../generator/design/link.ts";
import { deviceRegisters } from "../../generator/elaborate/device-registers.ts";
import type { PlacedBlock } from "../../generator/elaborate/register-model.ts";
import type { GeneratedDevice } from "./device.ts";

/** Changes when a key changes its meaning or goes. */
const parametersVersion = 1;

/** The parameters of a run as JSON; every key is described in `docs/cocotb.md`. */
export function parametersText(
  device: GeneratedDevice,
  run: {
    readonly simulator: string;
    readonly toplevel: string;
    /** Ports of the top module. */
    readonly ports: readonly string[];
    readonly internals: boolean;
  },
): string {
  const { design, folder, name, top, sources } = device;
  const link = design.kind === "link" ? design : design.port;
  const numbers = design.kind === "link" ? design.derived : { ...design.port.derived, ...design.derived };
  const derived = Object.values(numbers) as readonly Derived[];
  const registers = deviceRegisters(design);
  const parameters = {
    version: parametersVersion,
    kind: design.kind,
    name,
    top,
    folder,
    sources,
    ...run,
    clockMHz: design.clockMHz,
    /** Whole picoseconds, and even, so that both halves of the period are whole ones. */
    clockPeriodPs: 2 * Math.round(500_000 / design.clockMHz),
    datapathBits: design.datapathBits,
    mtuBytes: design.mtuBytes,
    rateGbps: link.rateGbps,
    dataVls: link.virtualLanes.data,
    /** Numbers of the ports that have a wire: 0 of a link or adapter; 1 to N of a switch, whose management is port 0. */
    wires: design.kind === "switch" ? Array.from({ length: design.ports }, (_, index) => index + 1) : [0],
    derived: Object.fromEntries(derived.map(({ id, value }) => [id, value])),
    units: Object.fromEntries(derived.map(({ id, unit }) => [id, unit])),
    registers: {
      addressBits: registers.addressBits,
      portStride: registers.portStride,
      blocks: Object.fromEntries(registers.blocks.map((block) => [block.map.id, blockOf(block)])),
    },
    design,
  };
  return `${JSON.stringify(parameters, null, 1)}\n`;
}

/** One block: byte offsets of its registers with the fields of each, and of the low words of its counters. */
function blockOf({ map, base, ports }: PlacedBlock) {
  const all = map.groups.flatMap((group) => group.registers);
  return {
    base,
    ...(ports !== undefined && { ports: [ports.first, ports.last] }),
    registers: Object.fromEntries(
      all.map(({ name, offset, count, fields }) => [
        name,
        {
          offset,
          ...(count !== undefined && { count }),
          fields: Object.fromEntries(fields.map((field) => [field.name, [field.lsb, field.bits]])),
        },
      ]),
    ),
    counters: Object.fromEntries(map.counters.map(({ name, offset }) => [name, offset])),
  };
}
