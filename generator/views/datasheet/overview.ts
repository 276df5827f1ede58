import type { LinkDesign } from "../../design/link.ts";
import type { NicDesign } from "../../design/nic.ts";
import { portOf } from "../../design/port-of.ts";
import type { AnyDesign, SwitchDesign } from "../../design/switch.ts";
import type { View } from "../../render/view.ts";
import { drawLinkPort } from "../pictures/link-port.ts";
import { drawNic } from "../pictures/nic.ts";
import { drawPcs } from "../pictures/pcs.ts";
import { inlined } from "../pictures/svg.ts";
import { drawSwitch } from "../pictures/switch.ts";
import { bitsText, code, esc, figure, heading, list, num, type Section, text } from "./html.ts";
import { featuresOfEthernet, featuresOfNic, isEthernet } from "./nic-claims.ts";
import { memoriesOf, passagesOf, totalBits, totalCycles, totalNs } from "./performance.ts";
import type { Interface } from "./ports.ts";
import { drawSymbol } from "./symbol.ts";

/** What stands at the top of the page. */
export interface Title {
  readonly subtitle: string;
  readonly lead: string;
  readonly facts: readonly { readonly value: string; readonly unit: string; readonly label: string }[];
}

export function titleOf(design: AnyDesign): Title {
  const port = portOf(design);
  const passages = passagesOf(design);
  const ns = passages.reduce((sum, { stages }) => sum + totalNs(stages), 0);
  const cycles = passages.reduce((sum, { stages }) => sum + totalCycles(stages), 0);
  const facts = [
    ...(design.kind === "switch"
      ? [{ value: `${design.ports} × ${num(port.rateGbps)}`, unit: "Gb/s", label: "external ports" }]
      : [{ value: num(port.rateGbps), unit: "Gb/s", label: "rate of the wire, each way" }]),
    { value: num(port.datapathBits), unit: "bits", label: `datapath, at ${port.clockMHz} MHz` },
    {
      value: num(ns, 1),
      unit: "ns",
      label:
        design.kind === "switch"
          ? `MII to MII, ${cycles} cycles`
          : `${design.kind === "nic" ? "port, doorbells and keys, " : ""}both ways through, ${port.pcs === null ? `${cycles} cycles` : "lanes included"}`,
    },
    {
      value: bitsText(totalBits(memoriesOf(design))).split(" ")[0] ?? "",
      unit: bitsText(totalBits(memoriesOf(design))).split(" ")[1] ?? "",
      label: "memory",
    },
    { value: num(port.cableMeters), unit: "m", label: "of cable at full rate" },
    ...(isEthernet(design)
      ? [{ value: "RoCE v2", unit: "", label: "over IPv4 and IPv6" }]
      : [{ value: `${port.virtualLanes.data} + 1`, unit: "", label: "virtual lanes, VL15 with them" }]),
  ];
  return {
    subtitle: subtitleOf(design),
    lead: leadOf(design, port),
    facts,
  };
}

function subtitleOf(design: AnyDesign): string {
  if (design.kind === "nic") return subtitleOfNic(design);
  return design.kind === "switch" ? subtitleOfSwitch(design) : subtitleOfLink(design);
}

function subtitleOfNic({ port, queuePairs }: NicDesign): string {
  return `RDMA network adapter, ${num(port.rateGbps)} Gb/s, ${num(queuePairs)} queue pairs`;
}

function subtitleOfSwitch({ ports, port }: SwitchDesign): string {
  return `Lossless ${ports}-port switch, ${num(port.rateGbps)} Gb/s a port`;
}

function subtitleOfLink({ rateGbps, pcs }: LinkDesign): string {
  return `Lossless RDMA link port, ${num(rateGbps)} Gb/s${pcs === null ? "" : `, down to ${pcs.lanes.count === 1 ? "its lane" : `${pcs.lanes.count} lanes`}`}`;
}

function leadOf(design: AnyDesign, port: LinkDesign): string {
  const retry = isEthernet(design)
    ? "On Ethernet it speaks RoCE v2; pause frames keep its buffer from overflowing, and what the network loses is sent again by the queue pairs."
    : port.retry === "llr"
      ? "Credits keep its buffers from overflowing and a link-level retry sends again what the wire damages: each packet arrives once, unchanged and in the order of its lane."
      : "Credits keep its buffers from overflowing; packets that the wire damages are marked and left to the layer above.";
  return `${whatOf(design)} ${retry}`;
}

function whatOf(design: AnyDesign): string {
  if (design.kind === "switch")
    return `An InfiniBand switch core with ${design.ports} external ports, virtual output queues, a scheduler and a crossbar.`;
  if (design.kind === "nic")
    return "A network adapter with InfiniBand's reliable connections in hardware: software posts work requests, payload moves between host memory and wire without a copy.";
  return "One port of an InfiniBand link: packet streams on one side, the wire on the other.";
}

function features(design: AnyDesign): readonly string[] {
  const port = portOf(design);
  return [
    ...(design.kind === "switch"
      ? [
          `Aggregate ${num(design.derived.aggregateGbps.value)} Gb/s; ${design.scheduler.kind === "islip" ? `iSLIP of ${design.scheduler.iterations} round${design.scheduler.iterations === 1 ? "" : "s"}` : "wavefront"} a cycle, a guard against starvation`,
          `${num(design.tables.unicastEntries)} unicast and ${num(design.tables.multicastEntries)} multicast rows, exchanged under load`,
        ]
      : []),
    ...(design.kind === "nic" ? featuresOfNic(design) : []),
    ...(isEthernet(design) ? featuresOfEthernet(design) : featuresOfPort(design)),
    ...(port.memoryProtection === "secded" ? ["Memories with SECDED"] : []),
    "AXI4-Lite registers; counters by the names of SAI and InfiniBand",
    "Plain Verilog-2005, no vendor primitives, no dependencies",
  ];
}

function featuresOfPort(design: AnyDesign): readonly string[] {
  const port = portOf(design);
  const { forwarding, retry, pcs, icrc, derived } = port;
  const plural = design.kind === "switch" ? "each port has " : "";
  return [
    `InfiniBand framing with ${port.virtualLanes.data} data lane${port.virtualLanes.data === 1 ? "" : "s"} and VL15, MTU ${num(port.mtuBytes)} bytes`,
    `Credit flow control, ${num(derived.creditsPerVl.value)} blocks of ${derived.creditBlockBytes.value} bytes a lane`,
    ...(retry === "llr"
      ? [
          `Link-level retry: ${plural}${num(derived.replayBytes.value)} bytes of replay buffer, go-back-N, one NACK a gap`,
        ]
      : []),
    `${forwarding === "cut-through" ? "Cut-through" : "Store-and-forward"}; ${icrc === "pass" ? "ICRC passed through" : "ICRC made and checked"}`,
    ...(pcs === null
      ? []
      : [
          `${pcs.format.fec === "none" ? "64B/66B, no FEC" : `FEC ${pcs.format.fec}`} on ${pcs.lanes.count} lane${pcs.lanes.count === 1 ? "" : "s"} of ${pcs.lanes.gbps} Gb/s`,
        ]),
  ];
}

export function overviewSection(
  design: AnyDesign,
  texts: ReadonlyMap<string, string>,
  interfaces: readonly Interface[],
): Section {
  const port = portOf(design);
  return {
    id: "overview",
    title: "Overview",
    parts: [
      list(features(design).map(esc)),
      heading("Block diagram", "block-diagram"),
      ...(design.kind === "switch"
        ? [
            figure(
              inlined(drawSwitch(design, texts)),
              "The switch, from MII to MII; thick lines carry packets",
              "diagram-switch",
            ),
            text(
              `Each ${code("switch_port")} holds a ${code("link_port")}; the next diagram opens it. It is drawn from the emitted Verilog; the register block, which is wired to everything, is left out.`,
            ),
          ]
        : design.kind === "nic"
          ? [
              figure(
                inlined(drawNic(design, texts)),
                "The adapter between host and link port; thick lines carry payload",
                "diagram-nic",
              ),
              text(
                isEthernet(design)
                  ? "An arrow says who hands something over. Drawn from the emitted Verilog."
                  : `An arrow says who hands something over. The next diagram opens ${code("link_port")}. Both are drawn from the emitted Verilog; the register block of the port, which is wired to everything, is left out.`,
              ),
            ]
          : [
              text(
                "Drawn from the emitted Verilog; thick lines carry packets. The register block, which is wired to everything, is left out.",
              ),
            ]),
      ...(isEthernet(design)
        ? []
        : [
            figure(
              inlined(drawLinkPort(port, texts)),
              "Modules of a link port and what drives what",
              "diagram-port",
            ),
          ]),
      ...pcsPicture(design),
      heading("Ports at a glance", "symbol"),
      figure(
        drawSymbol(
          design.name,
          interfaces,
          design.kind === "switch" && design.ports > 1 ? `likewise p2 … p${design.ports}` : "",
        ),
        "Top module with its ports",
        "diagram-ports",
      ),
    ],
  };
}

function pcsPicture(design: AnyDesign): readonly View[] {
  if (design.kind !== "link" || design.pcs?.kind !== "clause119") return [];
  const svg = drawPcs(design.name, design.clockMHz, design.pcs);
  return [figure(inlined(svg), "The PCS from the MII to the lanes and back", "diagram-pcs")];
}
