import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import { layOut } from "./layout.ts";
import { type Box, labelledBox, line, type Point, picture, widthOf } from "./svg.ts";

export interface GraphNode {
  readonly id: string;
  readonly name: string;
  /** Lines in small letters below the name. */
  readonly notes: readonly string[];
  /** Class of the box: main, outside, or nothing. */
  readonly kind?: string;
  /** Columns go from left to right; edges against them are drawn without bending round. */
  readonly column?: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Class of the line: main or nothing. */
  readonly kind?: string;
}

export interface GraphOptions {
  readonly direction: "RIGHT" | "DOWN";
  readonly extra?: Readonly<Record<string, string>>;
}

const margin = 12;

/** Lays a graph out in layers and draws it. The same graph gives the same bytes. */
export function drawGraph(
  title: string,
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  options: GraphOptions,
): string {
  const columns = new Map(nodes.map(({ id, column }) => [id, column ?? 0]));
  const backwards = ({ from, to }: GraphEdge) => (columns.get(from) ?? 0) > (columns.get(to) ?? 0);
  const root: ElkNode = {
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": options.direction,
      "elk.edgeRouting": "ORTHOGONAL",
      "elk.randomSeed": "1",
      "elk.layered.spacing.nodeNodeBetweenLayers": "34",
      "elk.layered.spacing.edgeNodeBetweenLayers": "12",
      "elk.spacing.nodeNode": "22",
      "elk.spacing.edgeNode": "12",
      "elk.spacing.edgeEdge": "9",
      ...options.extra,
    },
    children: nodes.map(({ id, name, notes, column }) => ({
      id,
      ...(column === undefined ? {} : { layoutOptions: { "elk.partitioning.partition": String(column) } }),
      width: widthOf(name, notes),
      height: 26 + 15 * notes.length,
    })),
    edges: edges.map((edge, index) => ({
      id: `e${index}`,
      sources: [backwards(edge) ? edge.to : edge.from],
      targets: [backwards(edge) ? edge.from : edge.to],
      layoutOptions: { "elk.layered.priority.straightness": edge.kind === "main" ? "10" : "0" },
    })),
  };
  const laid = layOut(root);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const boxes = (laid.children ?? []).flatMap((child) => {
    const node = byId.get(child.id);
    return node ? labelledBox(moved(child), node.name, node.notes, node.kind) : [];
  });
  const lines = edges.map((edge, index) => {
    const points = pointsOf(laid.edges?.[index]);
    return line(backwards(edge) ? points.toReversed() : points, edge.kind);
  });
  const width = Math.ceil((laid.width ?? 0) + 2 * margin);
  const height = Math.ceil((laid.height ?? 0) + 2 * margin);
  return picture(title, width, height, [...lines, ...boxes]);
}

function moved({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): Box {
  return { x: x + margin, y: y + margin, width, height };
}

function pointsOf(edge: ElkExtendedEdge | undefined): readonly Point[] {
  return (edge?.sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) =>
    [startPoint, ...(bendPoints ?? []), endPoint].map(({ x, y }) => ({ x: x + margin, y: y + margin })),
  );
}
