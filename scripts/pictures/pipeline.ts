import { drawGraph, type GraphEdge, type GraphNode } from "../../generator/views/pictures/graph.ts";

const nodes: readonly GraphNode[] = [
  { id: "description", name: "my_link.ts", notes: ["or .json", "what you write"], kind: "outside" },
  { id: "dsl", name: "dsl", notes: ["typed builder,", "keeps call sites"] },
  { id: "description/", name: "description", notes: ["JSON Schema,", "defaults"] },
  { id: "elaborate", name: "elaborate", notes: ["design model: every", "number with its formula"] },
  { id: "check", name: "check", notes: ["rules between", "the numbers"] },
  { id: "views", name: "views", notes: ["strings for", "each template"] },
  { id: "render", name: "render", notes: ["Handlebars,", "Verilog literals"] },
  { id: "emit", name: "emit", notes: ["all files or none,", "manifest"] },
  {
    id: "rtl-out",
    name: "rtl-out/my_link",
    notes: ["Verilog, filelist,", "registers, design.json"],
    kind: "main",
  },
  { id: "explain", name: "explain", notes: ["numbers, latency,", "line rate, memories"], kind: "outside" },
  { id: "lint", name: "lint", notes: ["Verilator, Icarus,", "Yosys"], kind: "outside" },
  {
    id: "simulate",
    name: "simulate",
    notes: ["two ports, a cable", "with faults, traffic"],
    kind: "outside",
  },
];

const chain = [
  "description",
  "dsl",
  "description/",
  "elaborate",
  "check",
  "views",
  "render",
  "emit",
  "rtl-out",
];

/** From the description to the files, and what is done with them. */
export function drawPipeline(): string {
  const edges: readonly GraphEdge[] = [
    ...chain.slice(1).map((to, index) => ({ from: String(chain[index]), to, kind: "main" })),
    { from: "check", to: "explain" },
    { from: "rtl-out", to: "lint" },
    { from: "rtl-out", to: "simulate" },
  ];
  const wrapped = {
    "elk.layered.wrapping.strategy": "MULTI_EDGE",
    "elk.aspectRatio": "2.4",
    "elk.layered.wrapping.additionalEdgeSpacing": "30",
  };
  return drawGraph("From a description to a simulated link", nodes, edges, {
    direction: "RIGHT",
    extra: wrapped,
  });
}
