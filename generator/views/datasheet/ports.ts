/** The ports of the top module, read from the Verilog that is emitted. */

export interface Port {
  readonly name: string;
  readonly output: boolean;
  readonly bits: number;
  /** What stands behind it in a comment. */
  readonly text: string;
}

export interface PortGroup {
  /** The comment above the group. */
  readonly title: string;
  readonly ports: readonly Port[];
}

/** Ports of a module in the groups that its text has, each under the comment above it. */
export function portGroups(verilog: string): readonly PortGroup[] {
  const head = /\nmodule \w+ (?:#\([\s\S]*?\n\) )?\(\n([\s\S]*?)\n\);/u.exec(verilog)?.[1];
  if (head === undefined) throw new Error("the top module has no list of ports");
  return head
    .split(/\n\s*\n/u)
    .map((block) => {
      const lines = block.split("\n");
      const title = lines.flatMap((line) => /^\s*\/\/ ?(.*)$/u.exec(line)?.[1] ?? []).join(" ");
      return { title, ports: lines.flatMap(portOf) };
    })
    .filter(({ ports }) => ports.length > 0);
}

function portOf(line: string): readonly Port[] {
  const found = /^\s+(input|output)\s+wire\s+(?:\[(\d+):0\])?\s*(\w+),?(?:\s*\/\/ ?(.*))?$/u.exec(line);
  if (found === null) return [];
  const [, direction, high, name = "", text = ""] = found;
  return [{ name, output: direction === "output", bits: Number(high ?? 0) + 1, text }];
}

/** Ports of one kind that belong together: they have the start of their name in common. */
export interface Interface {
  /** Start of the names: `p0_tx`. */
  readonly prefix: string;
  readonly kind: "clock" | "stream" | "mii" | "lanes" | "axil" | "axi" | "status" | "other";
  readonly title: string;
  readonly ports: readonly Port[];
}

const kinds: readonly (readonly [RegExp, Interface["kind"], string])[] = [
  [/^(clk|rst)$/u, "clock", "Clock and reset"],
  [/^(p\d+_[tr]x)_(?:t\w+|vl_\w+)$/u, "stream", ""],
  [/^(p\d+_mii)_\w+$/u, "mii", ""],
  [/^(p\d+)_[tr]x_lane(?:_clk)?$/u, "lanes", ""],
  [/^(s_axil)_\w+$/u, "axil", "Registers, AXI4-Lite"],
  [/^(m_axi)_\w+$/u, "axi", "Host memory, AXI4"],
  [/^(p\d+_port_state|irq)$/u, "status", "Status"],
  [/^/u, "other", "Other ports"],
];

/** The ports of a module by interface; of a switch, port 1 stands for all that have a wire. */
export function interfacesOf(verilog: string): readonly Interface[] {
  const found = new Map<string, { kind: Interface["kind"]; title: string; prefix: string; ports: Port[] }>();
  for (const group of portGroups(verilog)) {
    for (const port of group.ports) {
      if (/^p(?:[2-9]|\d\d+)_/u.test(port.name)) continue;
      const match = kinds.find(([pattern]) => pattern.test(port.name));
      if (match === undefined) continue;
      const [pattern, kind, title] = match;
      const stem = pattern.exec(port.name)?.[1] ?? "";
      const key = ["clock", "status", "other"].includes(kind) ? kind : `${kind} ${stem}`;
      const one = found.get(key) ?? { kind, title: title || group.title, prefix: stem, ports: [] };
      one.ports.push(port);
      found.set(key, one);
    }
  }
  return [...found.values()];
}
