import type { AnyDesign } from "../../design/switch.ts";
import { deviceRegisters } from "../../elaborate/device-registers.ts";
import { blockAddressBits, type PlacedBlock } from "../../elaborate/register-model.ts";
import type { View } from "../../render/view.ts";
import { address, capital } from "../register-text.ts";
import { type GroupKind, type TopPort, type TopPortGroup, topPorts } from "../top-ports.ts";
import { clocksOf, periodText, summary, texts } from "./pieces.ts";

/** What a group of ports is as an interface: a standard bus, seen from the device. */
interface Bus {
  readonly name: string;
  readonly version: string;
  readonly mode: "master" | "slave";
}

/** Versions are those of Arm's own bus definitions (amba.com, AMBA4). */
const buses: Readonly<Partial<Record<GroupKind, Bus>>> = {
  sink: { name: "AXI4Stream", version: "r0p0_1", mode: "slave" },
  source: { name: "AXI4Stream", version: "r0p0_1", mode: "master" },
  registers: { name: "AXI4-Lite", version: "r0p0_0", mode: "slave" },
  memory: { name: "AXI4", version: "r0p0_0", mode: "master" },
};

/** Signals of these buses that are on the device as they are in the standard. */
const standard =
  /^(t(data|keep|valid|ready|last|user|dest|id)|a[wr](addr|len|valid|ready)|[wr](data|valid|ready|last)|wstrb|a?rid|[br]resp|b(valid|ready))$/u;

function interfaceView({ kind, prefix, title, ports }: TopPortGroup): View[] {
  const bus = buses[kind];
  if (bus === undefined) return [];
  const signals = ports
    .map(({ name }) => ({ physical: name, plain: name.slice(prefix.length) }))
    .filter(({ plain }) => standard.test(plain));
  return [
    {
      name: prefix.replace(/_$/u, ""),
      ...{ title: xml(title), bus: bus.name, version: bus.version },
      slave: bus.mode === "slave",
      memory: kind === "registers",
      clock: "clk",
      signals: signals.map(({ physical, plain }) => ({ physical, logical: plain.toUpperCase() })),
    },
  ];
}

function portView(design: AnyDesign, { name, direction, bits, note }: TopPort): View {
  const clock = clocksOf(design).find((one) => one.name === name);
  const ns = clock === undefined ? 0 : 1000 / clock.MHz;
  return {
    name,
    direction: direction === "input" ? "in" : "out",
    note: xml(clock?.what ?? note),
    noted: (clock?.what ?? note) !== "",
    vector: bits > 1,
    left: String(bits - 1),
    clock: clock !== undefined,
    period: periodText(ns),
    half: periodText(ns / 2),
  };
}

/** Blocks of registers, one for each port that has it. */
function addressBlocks(design: AnyDesign): View[] {
  const { blocks, portStride } = deviceRegisters(design);
  const view = ({ map, base }: PlacedBlock, port?: number): View => ({
    name: port === undefined ? map.id : `p${port}_${map.id}`,
    text: xml(`${capital(map.title)}${port === undefined ? "" : `, port ${port}`}`),
    base: address(base + portStride * (port ?? 0), 4),
    range: address(2 ** blockAddressBits, 4),
  });
  return blocks.flatMap((block) => {
    const { ports } = block;
    if (ports === undefined) return [view(block)];
    return Array.from({ length: ports.last - ports.first + 1 }, (_, at) => view(block, ports.first + at));
  });
}

/** Text between tags. */
function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** View of `deliverables/component.xml.hbs`: the device in IP-XACT, IEEE Std 1685-2014. */
export function componentView(design: AnyDesign, sources: readonly string[]): View {
  const groups = topPorts(design);
  return {
    device: design.name,
    summary: xml(summary(design)),
    interfaces: groups.flatMap(interfaceView),
    blocks: addressBlocks(design),
    ports: groups.flatMap(({ ports }) => ports.map((port) => portView(design, port))),
    sources: texts(sources),
  };
}
