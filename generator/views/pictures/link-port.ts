import type { AnyPcsDesign } from "../../design/any-pcs.ts";
import type { LinkDesign } from "../../design/link.ts";
import { drawGraph, type GraphEdge, type GraphNode } from "./graph.ts";
import { type Instance, instancesOf, netsOf, portsOf } from "./wiring.ts";

/** An outside end of the port: the pattern of its nets, and how it is shown. */
interface End {
  readonly id: string;
  readonly name: string;
  readonly pattern: RegExp;
  readonly notes: readonly string[];
}

const packetNets = "(?:tdata|tkeep|tvalid|tlast|tuser)$";

function endsOf(design: LinkDesign): readonly End[] {
  const client: readonly End[] =
    design.role === "standalone"
      ? [
          end("client-tx", "packets to send", `^tx_${packetNets}`, "tx stream"),
          end("client-rx", "packets received", `^rx_${packetNets}`, "rx stream"),
        ]
      : [
          end("client-tx", "packets to send", `^tx_${packetNets}`, "from the crossbar"),
          end("client-rx", "packets received", "^wr_", "to voq_buffer"),
        ];
  const wire: readonly End[] =
    design.pcs === null
      ? [
          end("mii-tx", "MII out", "^mii_tx[dc]$", "to the PHY"),
          end("mii-rx", "MII in", "^mii_rx[dc]$", "from the PHY"),
        ]
      : [
          end("mii-tx", "lanes out", "^tx_lane$", laneText(design.pcs)),
          end("mii-rx", "lanes in", "^rx_lane$", laneText(design.pcs)),
        ];
  return [...client, ...wire];
}

function end(id: string, name: string, pattern: string, note: string): End {
  return { id, name, pattern: new RegExp(pattern), notes: [note] };
}

function laneText({ lanes: { count, gbps } }: AnyPcsDesign): string {
  return `${count} × ${gbps} Gb/s`;
}

/** Rows of the picture, from the client's side down to the wire's. */
const columns: readonly (readonly string[])[] = [
  ["client-tx", "client-rx"],
  ["icrc_rx"],
  ["axis_register", "rx_egress"],
  ["icrc_tx"],
  ["tx_queue", "vl_rx_buffer"],
  ["tx_scheduler", "credit_tx", "credit_rx", "llr_rx", "port_state_machine"],
  ["vcrc_gen", "vcrc_check", "llr_session"],
  ["llr_tx", "llr_control"],
  ["mac_tx", "mac_rx"],
  ["pcs"],
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
  icrc_tx: "appends the ICRC",
  icrc_rx: "checks and strips it",
  pcs: "codes, corrects, aligns",
};

/** Left out: the register block and its counters are wired to everything. */
const everywhere = new Set(["link_csr"]);

/**
 * The modules of `link_port` and what drives what, read from the emitted Verilog.
 * @param texts of all modules of the device, by their names
 */
export function drawLinkPort(design: LinkDesign, texts: ReadonlyMap<string, string>): string {
  const ends = endsOf(design);
  const prefix = `${design.name}_`;
  const body = String(texts.get(`${prefix}link_port`));
  const instances = instancesOf(body, prefix).filter(({ name }) => !everywhere.has(name));
  const inside = (module: string) =>
    instancesOf(String(texts.get(module)), prefix).map((one) => one.module.replace(prefix, ""));
  const places = columnsOf([...ends, ...instances.map(({ name }) => ({ id: name }))].map(({ id }) => id));
  const columnOf = (id: string): number => places.get(id) ?? 0;
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
  return drawGraph(title, nodes, connections(body, instances, texts, { design, ends }), {
    direction: "DOWN",
    extra: {
      "elk.partitioning.activate": "true",
      "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    },
  });
}

/** Modules that are named one by one in a box; more are counted. */
const namedInside = 4;

function notesOf(name: string, inside: readonly string[]): readonly string[] {
  const task = tasks[name];
  const names = [...new Set(inside)];
  const within =
    names.length > namedInside ? [`${names.length} modules inside`] : names.map((one) => `with ${one}`);
  return [...(task === undefined ? [] : [task]), ...within];
}

/** Rows that hold something, numbered through; what has no row of its own stands beside the CRCs, in the middle. */
function columnsOf(ids: readonly string[]): ReadonlyMap<string, number> {
  const rows = columns.filter((row) => row.some((id) => ids.includes(id)));
  const middle = rows.findIndex((row) => row.includes("vcrc_gen"));
  return new Map(
    ids.map((id) => {
      const column = rows.findIndex((row) => row.includes(id));
      return [id, column < 0 ? middle : column];
    }),
  );
}

function connections(
  body: string,
  instances: readonly Instance[],
  texts: ReadonlyMap<string, string>,
  { design, ends }: { readonly design: LinkDesign; readonly ends: readonly End[] },
): readonly GraphEdge[] {
  const ports = (instance: Instance) =>
    new Map(
      portsOf(String(texts.get(instance.module)), design.datapathBits).map((port) => [port.name, port]),
    );
  const drivers = new Map<string, string>();
  for (const instance of instances) {
    for (const [port, net] of instance.wires) {
      if (ports(instance).get(port)?.output) for (const name of netsOf(net)) drivers.set(name, instance.name);
    }
  }
  for (const { name, output } of portsOf(body, design.datapathBits)) {
    const end = ends.find(({ pattern }) => pattern.test(name));
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
      const end = ends.find(({ pattern }) => pattern.test(net));
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
  return portsOf(text, design.datapathBits).some(({ wide }) => wide);
}
