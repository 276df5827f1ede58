import { type Access, type Counter, type RegisterMap, signalBits } from "../elaborate/register-model.ts";

/** One port of the register block. */
export interface CsrPort {
  readonly name: string;
  readonly direction: "in" | "out";
  readonly bits: number;
}

export interface CsrPortGroup {
  /** What stands above the group; empty for clock and reset. */
  readonly title: string;
  readonly ports: readonly CsrPort[];
}

/** Ports of a register block, in the order in which the module declares them. */
export function csrPorts(map: RegisterMap): readonly CsrPortGroup[] {
  const fields = map.groups.flatMap(({ registers }) =>
    registers.flatMap((register) => register.fields.map((field) => ({ register, field }))),
  );
  const signals = (access: Access, direction: "in" | "out"): CsrPort[] =>
    fields.flatMap(({ register, field }) =>
      field.access !== access || field.signal === undefined || field.internal || field.flag
        ? []
        : [{ name: field.signal, direction, bits: signalBits(register, field) }],
    );
  const strobes = fields.flatMap(({ register, field: { strobe } }) =>
    strobe === undefined ? [] : [output(strobe, register.count)],
  );
  const flags = fields.flatMap(({ field: { flag, internal, signal } }) =>
    flag === undefined || internal || signal === undefined ? [] : [output(signal)],
  );
  const readBacks = fields.flatMap(({ field: { readBack, bits } }) =>
    readBack === undefined ? [] : [input(readBack.pulse), input(readBack.signal, bits)],
  );
  const interrupt = map.interrupt === undefined ? [] : [output(map.interrupt.signal)];
  const groups = [
    { title: "", ports: [input("clk"), input("rst")] },
    { title: "AXI4-Lite access to the registers", ports: axiLite(map.addressBits) },
    { title: "settings", ports: [...signals("rw", "out"), ...flags] },
    { title: "commands: one cycle each", ports: [...strobes, ...signals("w1", "out")] },
    { title: "status", ports: [...readBacks, ...signals("ro", "in")] },
    { title: "what sets the bits that software clears", ports: signals("w1c", "in") },
    { title: "interrupt: high as long as an enabled bit is set", ports: interrupt },
    {
      title: "events: one cycle each; an amount goes with the pulse of its packet",
      ports: counted(map.counters),
    },
  ];
  return groups.filter(({ ports }) => ports.length > 0);
}

/** The inputs that count; one that counts for each lane is a vector. */
function counted(counters: readonly Counter[]): CsrPort[] {
  const bits = new Map<string, number>();
  for (const { signal, increment } of counters) bits.set(signal, (bits.get(signal) ?? 0) + increment);
  return [...bits].map(([signal, width]) => input(signal, width));
}

function axiLite(addressBits: number): CsrPort[] {
  return [
    input("s_axil_awaddr", addressBits),
    input("s_axil_awvalid"),
    output("s_axil_awready"),
    input("s_axil_wdata", 32),
    input("s_axil_wstrb", 4),
    input("s_axil_wvalid"),
    output("s_axil_wready"),
    output("s_axil_bresp", 2),
    output("s_axil_bvalid"),
    input("s_axil_bready"),
    input("s_axil_araddr", addressBits),
    input("s_axil_arvalid"),
    output("s_axil_arready"),
    output("s_axil_rdata", 32),
    output("s_axil_rresp", 2),
    output("s_axil_rvalid"),
    input("s_axil_rready"),
  ];
}

function input(name: string, bits = 1): CsrPort {
  return { name, direction: "in", bits };
}

function output(name: string, bits = 1): CsrPort {
  return { name, direction: "out", bits };
}
