import type { SwitchDesign } from "../../generator/design/switch.ts";
import { sparePages } from "../../generator/elaborate/switch-rules.ts";
import { filesOf } from "../../generator/views/index.ts";
import { drawGraph, type GraphEdge, type GraphNode } from "../../generator/views/pictures/graph.ts";

/** The input buffer: where the bytes are, and where the tickets that stand for packets. */
export function drawSwitchBuffer(design: SwitchDesign): string {
  const { derived: d, port } = design;
  const p = port.derived;
  const lanes = port.virtualLanes.data + 1;
  const outputs = d.internalPorts.value;
  const inPages = (beats: number): number => Math.ceil(beats / d.pageBeats.value);
  const outside = (id: string, name: string, note: string, column: number): GraphNode => ({
    ...{ id, name, notes: [note], kind: "outside", column },
  });
  const nodes: readonly GraphNode[] = [
    outside("write", "write side", "beats of the link", 0),
    outside("look-up", "route_lookup", "output and lane", 0),
    {
      id: "voq_pages",
      name: "voq_pages",
      notes: [
        "free pages in a ring",
        `${inPages(p.vlBufferBeats.value)} for each data VL,`,
        `${inPages(p.vl15BufferBeats.value)} for VL15, ${sparePages} spare`,
      ],
      column: 1,
    },
    {
      id: "voq_lists",
      name: "voq_lists",
      notes: [`${outputs} × ${lanes} queues of tickets,`, "copies to be made, drops"],
      column: 1,
    },
    {
      id: "voq_memory",
      name: "voq_memory",
      notes: [
        `${d.pagesPerPort.value * d.pageBeats.value} beats of ${design.datapathBits} bits,`,
        "each with the page behind",
      ],
      kind: "main",
      column: 2,
    },
    {
      id: "multicast_copier",
      name: "multicast_copier",
      notes: ["a ticket for each member,", `${d.multicastCopies.value} places a lane`],
      column: 2,
    },
    {
      id: "voq_reader",
      name: "voq_reader",
      notes: ["picks a lane and its first packet,", "reads it, gives its pages back"],
      column: 3,
    },
    outside("crossbar", "crossbar", "a beat a cycle", 4),
    outside("scheduler", "scheduler", "requests, matches, done", 4),
  ];
  const modules = new Set(filesOf(design).map(({ path }) => path.replace(/^rtl\/|\.v$/g, "")));
  for (const { name, kind } of nodes) {
    if (kind !== "outside" && !modules.has(`${design.name}_${name}`)) throw new Error(`no module ${name}`);
  }
  const edge = (from: string, to: string, kind = ""): GraphEdge => ({ from, to, kind });
  const title = `Input buffer of a switch (${design.name}): bytes below, tickets above`;
  return drawGraph(
    title,
    nodes,
    [
      edge("write", "voq_memory", "main"),
      edge("voq_memory", "crossbar", "main"),
      edge("write", "voq_pages"),
      edge("voq_pages", "voq_memory"),
      edge("look-up", "voq_lists"),
      edge("look-up", "multicast_copier"),
      edge("voq_lists", "multicast_copier"),
      edge("multicast_copier", "voq_lists"),
      edge("voq_lists", "voq_reader"),
      edge("voq_reader", "voq_memory"),
      edge("voq_reader", "voq_pages"),
      edge("scheduler", "voq_reader"),
      edge("voq_lists", "scheduler"),
    ],
    {
      direction: "RIGHT",
      extra: {
        "elk.partitioning.activate": "true",
        "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
      },
    },
  );
}
