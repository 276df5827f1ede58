import type { LinkDesign } from "../../generator/design/link.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { filesOf } from "../../generator/views/index.ts";
import { drawGraph, type GraphEdge, type GraphNode } from "./graph.ts";

interface Instance {
  readonly module: string;
  readonly name: string;
  /** Port of the instance and the expression that it is wired to. */
  readonly wires: readonly (readonly [port: string, net: string])[];
}

interface Port {
  readonly name: string;
  readonly output: boolean;
  /** As wide as the datapath. */
  readonly wide: boolean;
}

/** Outside ends of the port: the prefix of its nets, and how it is shown. */
const ends = [
  {
    id: "client-tx",
    name: "packets to send",
    prefix: /^tx_(tdata|tkeep|tvalid|tlast|tuser)$/,
    notes: ["tx stream"],
  },
  {
    id: "client-rx",
    name: "packets received",
    prefix: /^rx_(tdata|tkeep|tvalid|tlast|tuser)$/,
    notes: ["rx stream"],
  },
  { id: "mii-tx", name: "MII out", prefix: /^mii_tx[dc]$/, notes: ["to the PHY"] },
  { id: "mii-rx", name: "MII in", prefix: /^mii_rx[dc]$/, notes: ["from the PHY"] },
] as const;

/** Rows of the picture, from the client's side down to the wire's. */
const columns: readonly (readonly string[])[] = [
  ["client-tx", "client-rx"],
  ["axis_register", "rx_egress"],
  ["tx_queue", "vl_rx_buffer"],
  ["tx_scheduler", "credit_tx", "credit_rx", "llr_rx", "port_state_machine"],
  ["vcrc_gen", "vcrc_check", "llr_session"],
  ["llr_tx", "llr_control"],
  ["mac_tx", "mac_rx"],
  ["mii-tx", "mii-rx"],
];

/** What a module is for, in the words of the picture. */
const tasks: Readonly<Record<string, string>> = {
  axis_register: "registers the ready path",
  tx_queue: "a queue for each lane",
  tx_scheduler: "chooses, then reads",
  vcrc_gen: "appends the VCRC",
  llr_tx: "numbers, keeps, sends again",
  mac_tx: "packs columns",
  mac_rx: "unpacks columns",
  vcrc_check: "checks the VCRC",
  llr_rx: "judges, orders, asks again",
  vl_rx_buffer: "a region for each lane",
  rx_egress: "lanes in turn",
  credit_tx: "FCTBS, CL",
  credit_rx: "ABR, FCCL",
  llr_session: "INIT handshake",
  llr_control: "ACK, NACK, INIT sets",
  port_state: "Down ... Active",
};

/** Left out: the register block and its counters are wired to everything. */
const everywhere = new Set(["link_csr"]);

/** The modules of `link_port` and what drives what, read from the Verilog that the design amounts to. */
export function drawLinkPort(design: LinkDesign): Promise<string> {
  const texts = new Map(
    filesOf(design).map(({ path, template, view }) => [
      path.replace(/^rtl\/|\.v$/g, ""),
      renderTemplate(template, view),
    ]),
  );
  const prefix = `${design.name}_`;
  const body = String(texts.get(`${prefix}link_port`));
  const instances = instancesOf(body, prefix).filter(({ name }) => !everywhere.has(name));
  const inside = (module: string) =>
    instancesOf(String(texts.get(module)), prefix).map((one) => one.module.replace(prefix, ""));
  const nodes: readonly GraphNode[] = [
    ...ends.map(({ id, name, notes }) => ({ id, name, notes, kind: "outside", column: columnOf(id) })),
    ...instances.map(({ module, name }) => ({
      id: name,
      name: module.replace(prefix, ""),
      notes: notesOf(module.replace(prefix, ""), inside(module)),
      kind: carriesPackets(String(texts.get(module)), design) ? "main" : "",
      column: columnOf(name),
    })),
  ];
  const title = `Modules of a link port (${design.name}) and what they tell each other`;
  return drawGraph(title, nodes, connections(body, instances, texts, design), {
    direction: "DOWN",
    extra: {
      "elk.partitioning.activate": "true",
      "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    },
  });
}

function notesOf(name: string, inside: readonly string[]): readonly string[] {
  const task = tasks[name];
  return [...(task === undefined ? [] : [task]), ...[...new Set(inside)].map((one) => `with ${one}`)];
}

function columnOf(id: string): number {
  const column = columns.findIndex((ids) => ids.includes(id));
  if (column < 0) throw new Error(`the picture of the link port has no column for ${id}`);
  return column;
}

function connections(
  body: string,
  instances: readonly Instance[],
  texts: ReadonlyMap<string, string>,
  design: LinkDesign,
): readonly GraphEdge[] {
  const ports = (instance: Instance) =>
    new Map(portsOf(String(texts.get(instance.module)), design).map((port) => [port.name, port]));
  const drivers = new Map<string, string>();
  for (const instance of instances) {
    for (const [port, net] of instance.wires) {
      if (ports(instance).get(port)?.output) for (const name of netsOf(net)) drivers.set(name, instance.name);
    }
  }
  for (const { name, output } of portsOf(body, design)) {
    const end = ends.find(({ prefix }) => prefix.test(name));
    if (end && !output) drivers.set(name, end.id);
  }
  for (const [, net, from] of body.matchAll(/wire\s[^;=]*?(\w+)\s*= (\w+_valid) &&/g)) {
    const driver = drivers.get(String(from));
    if (driver) drivers.set(String(net), driver);
  }
  for (const [, left, right] of body.matchAll(/assign \{([^}]*)\}\s*= (\w+);/g)) {
    const driver = drivers.get(String(right));
    if (driver) for (const name of netsOf(String(left))) drivers.set(name, driver);
  }
  const found = new Map<string, GraphEdge>();
  const add = (from: string | undefined, to: string, wide: boolean) => {
    if (!from || from === to) return;
    const id = `${from} ${to}`;
    if (wide || !found.has(id)) found.set(id, { from, to, kind: wide ? "main" : "" });
  };
  for (const instance of instances) {
    for (const [name, net] of instance.wires) {
      const port = ports(instance).get(name);
      const end = ends.find(({ prefix }) => prefix.test(net));
      if (port?.output) {
        if (end) add(instance.name, end.id, port.wide);
      } else if (port && !/^(clk|rst)$/.test(name)) {
        for (const one of netsOf(net)) add(drivers.get(one), instance.name, port.wide);
      }
    }
  }
  return [...found.values()].filter(
    ({ from, to, kind }) => kind === "main" || !found.get(`${to} ${from}`)?.kind,
  );
}

function carriesPackets(text: string, design: LinkDesign): boolean {
  return portsOf(text, design).some(({ wide }) => wide);
}

function instancesOf(text: string, prefix: string): readonly Instance[] {
  const pattern = new RegExp(`^\\s+(${prefix}\\w+) (?:#\\(.*?\\) )?(\\w+) \\(\\n(.*?)\\n\\s+\\);`, "gms");
  return [...text.matchAll(pattern)].map(([, module = "", name = "", list = ""]) => ({
    module,
    name,
    wires: [...list.matchAll(/\.(\w+)\s*\((.*?)\)(?=,?\s*(?:\n|$))/g)].map(
      ([, port = "", net = ""]) => [port, net] as const,
    ),
  }));
}

function portsOf(text: string, design: LinkDesign): readonly Port[] {
  const range = `[${design.datapathBits - 1}:0]`;
  return [...text.matchAll(/^\s+(input|output)\s+(?:wire|reg)\s+(\[[^\]]*\])?\s*(\w+)/gm)].map(
    ([, direction, bits, name = ""]) => ({ name, output: direction === "output", wide: bits === range }),
  );
}

/** Names in an expression. */
function netsOf(net: string): readonly string[] {
  return net.match(/[a-z]\w*/g) ?? [];
}
