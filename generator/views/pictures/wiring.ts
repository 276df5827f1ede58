/** What is wired to what inside of a module, read from the emitted Verilog. */

export interface Instance {
  readonly module: string;
  readonly name: string;
  /** Port of the instance and the expression that it is wired to. */
  readonly wires: readonly (readonly [port: string, net: string])[];
}

export interface PortOfModule {
  readonly name: string;
  readonly output: boolean;
  /** As wide as the datapath. */
  readonly wide: boolean;
}

/** The modules of the device that a module holds. @param prefix what the names of all modules begin with */
export function instancesOf(text: string, prefix: string): readonly Instance[] {
  const pattern = new RegExp(`^\\s+(${prefix}\\w+) (?:#\\(.*?\\) )?(\\w+) \\(\\n(.*?)\\n\\s+\\);`, "gms");
  return [...text.matchAll(pattern)].map(([, module = "", name = "", list = ""]) => ({
    module,
    name,
    wires: [...list.matchAll(/\.(\w+)\s*\((.*?)\)(?=,?\s*(?:\n|$))/g)].map(
      ([, port = "", net = ""]) => [port, net] as const,
    ),
  }));
}

/** Ports of a module of a datapath of so many bits. */
export function portsOf(text: string, datapathBits: number): readonly PortOfModule[] {
  const range = `[${datapathBits - 1}:0]`;
  return [...text.matchAll(/^\s+(input|output)\s+(?:wire|reg)\s+(\[[^\]]*\])?\s*(\w+)/gm)].map(
    ([, direction, bits, name = ""]) => ({
      name,
      output: direction === "output",
      wide: bits === range || /^[tr]x_lane$/.test(name),
    }),
  );
}

/** Names in an expression. */
export function netsOf(net: string): readonly string[] {
  return net.match(/[a-z]\w*/g) ?? [];
}
