import type { NicDesign } from "../../design/nic.ts";
import { drawGraph, type GraphEdge, type GraphNode } from "./graph.ts";
import { type Instance, instancesOf, netsOf, portsOf } from "./wiring.ts";

/** What stands around `nic_core`: the nets that lead there, and how it is shown. */
interface Around {
  readonly id: string;
  readonly pattern: RegExp;
  readonly node: Pick<GraphNode, "name" | "notes" | "kind">;
}

function around({ port, host, ethernet }: NicDesign): readonly Around[] {
  const outside = (name: string, note: string) => ({ name, notes: [note], kind: "outside" });
  return [
    { id: "software", pattern: /^(s_axil_|irq$)/u, node: outside("software", "AXI4-Lite, irq") },
    { id: "host", pattern: /^m_axi_/u, node: outside("host memory", `AXI4, ${host.dataBits} bits`) },
    {
      id: "link_port",
      pattern: /^[tr]x_t(?:data|valid|user)$/u,
      node:
        ethernet === null
          ? { name: "link_port", notes: [`ICRC, retry, credits; ${port.rateGbps} Gb/s`], kind: "main" }
          : { name: "eth_port", notes: [`RoCE v2, ICRC, pause; ${port.rateGbps} Gb/s`], kind: "main" },
    },
  ];
}

/** Rows of the picture, from the host's side down to the wire's; what has no row of its own stands in the middle. */
const rows: readonly (readonly string[])[] = [
  ["software", "host"],
  ["registers", "read_mux", "dma_write"],
  ["message_mux", "dma_read", "sq_fetch", "rq_fetch"],
  ["row_fan_out", "mr_table", "cq_writer", "qp_state", "flush_fan_out"],
  ["requester", "responder"],
  ["response_engine"],
  ["tx_mux"],
  ["builder", "parser"],
  ["link_port"],
];
const middle = rows.findIndex((row) => row.includes("responder"));

/** What a module is for, in the words of the picture. */
const tasks: Readonly<Record<string, string>> = {
  nic_rx_parser: "headers and payload apart",
  nic_responder: "requests of the peers",
  nic_response_engine: "ACK, NAK, READ responses",
  nic_requester: "work requests, retries",
  nic_tx_mux: "packets in turn",
  nic_tx_builder: "headers before payload",
  nic_dma_read: "payload to send",
  nic_dma_write: "payload received, CQEs",
  nic_axi_read_mux: "one AXI4 read channel",
  nic_message_mux: "short writes in turn",
  nic_mr_table: "keys, rights, ranges",
  nic_qp_state: "RESET ... ERR",
  nic_cq_writer: "completions, events",
  nic_registers: "doorbells, rows, counters",
  nic_fan_out: "to all who keep some",
};
const tasksOfInstances: Readonly<Record<string, string>> = {
  sq_fetch: "send work requests",
  rq_fetch: "receive requests, atomics",
  row_fan_out: "rows of queue pairs",
  flush_fan_out: "queue pairs that failed",
  fail_fan_out: "writes that failed",
};

/** Nets that say that something is handed over; the others only go with them. */
const handsOver = /(?:valid|_en|query|req|_tdata|_[rw]data)$/u;

/**
 * The modules of an adapter between host and link port, and who hands something to whom, read from the emitted Verilog.
 * @param texts of all modules of the device, by their names
 */
export function drawNic(design: NicDesign, texts: ReadonlyMap<string, string>): string {
  const prefix = `${design.name}_`;
  const body = String(texts.get(`${prefix}nic_core`));
  const instances = instancesOf(body, prefix);
  const outside = around(design);
  const nodes: readonly GraphNode[] = [
    ...outside.map(({ id, node }) => ({ id, ...node })),
    ...instances.map(({ module, name }) => {
      const short = module.replace(prefix, "");
      const task = tasksOfInstances[name] ?? tasks[short];
      const main = portsOf(String(texts.get(module)), design.datapathBits).some(isPayload);
      return { id: name, name: short, notes: task === undefined ? [] : [task], kind: main ? "main" : "" };
    }),
  ].map((node) => {
    const row = rows.findIndex((ids) => ids.includes(node.id));
    return { ...node, column: row < 0 ? middle : row };
  });
  const title = `Modules of an adapter (${design.name}) and what they hand to each other`;
  return drawGraph(title, nodes, edgesOf(body, instances, texts, design), {
    direction: "DOWN",
    extra: {
      "elk.partitioning.activate": "true",
      "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    },
  });
}

const isPayload = ({ name, wide }: { readonly name: string; readonly wide: boolean }): boolean =>
  wide && /(?:tdata|rdata|wdata)$/u.test(name);

function edgesOf(
  body: string,
  instances: readonly Instance[],
  texts: ReadonlyMap<string, string>,
  design: NicDesign,
): readonly GraphEdge[] {
  const outside = around(design);
  const endOf = (net: string): string | undefined => outside.find(({ pattern }) => pattern.test(net))?.id;
  const drivers = driversOf(body, instances, texts, endOf);
  const found = new Map<string, GraphEdge>();
  const add = (from: string, to: string, main: boolean): void => {
    if (from === to) return;
    const id = `${from} ${to}`;
    if (main || !found.has(id)) found.set(id, { from, to, kind: main ? "main" : "" });
  };
  for (const { module, name, wires } of instances) {
    const ports = new Map(
      portsOf(String(texts.get(module)), design.datapathBits).map((port) => [port.name, port]),
    );
    for (const [port, expression] of wires) {
      const known = ports.get(port);
      if (known === undefined) continue;
      for (const net of netsOf(expression).filter((one) => handsOver.test(one))) {
        const end = endOf(net);
        if (known.output) {
          if (end !== undefined) add(name, end, isPayload(known));
        } else for (const from of drivers.get(net) ?? []) add(from, name, isPayload(known));
      }
    }
  }
  return [...found.values()];
}

/** Who gives each net: instances, what stands outside, and behind an `assign` those of the nets in it. */
function driversOf(
  body: string,
  instances: readonly Instance[],
  texts: ReadonlyMap<string, string>,
  endOf: (net: string) => string | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  const drivers = new Map<string, Set<string>>();
  const give = (net: string, from: string): void => {
    drivers.set(net, (drivers.get(net) ?? new Set()).add(from));
  };
  for (const { module, name, wires } of instances) {
    const outputs = new Set(
      portsOf(String(texts.get(module)), 0).flatMap((port) => (port.output ? [port.name] : [])),
    );
    for (const [port, net] of wires) if (outputs.has(port)) for (const one of netsOf(net)) give(one, name);
  }
  for (const { name, output } of portsOf(body, 0)) {
    const end = endOf(name);
    if (end !== undefined && !output) give(name, end);
  }
  for (const [, net = "", expression = ""] of body.matchAll(/^ +(?:assign|wire) +(\w+) *= ([^;]*);/gmu)) {
    if (!handsOver.test(net)) continue;
    for (const one of netsOf(expression).filter((name) => handsOver.test(name)))
      for (const from of drivers.get(one) ?? []) give(net, from);
  }
  return drivers;
}
