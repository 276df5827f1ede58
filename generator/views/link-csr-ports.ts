import type { Register, RegisterMap } from "../elaborate/register-model.ts";

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

/** Ports of the register block, in the order in which the module declares them. */
export function linkCsrPorts(map: RegisterMap): readonly CsrPortGroup[] {
  const registers = map.groups.flatMap((group) => group.registers);
  return [
    { title: "", ports: [input("clk"), input("rst")] },
    { title: "AXI4-Lite access to the registers", ports: axiLite(map.addressBits) },
    { title: "settings", ports: signals(registers, "rw", "out") },
    { title: "commands: one cycle each", ports: signals(registers, "w1", "out") },
    { title: "status", ports: signals(registers, "ro", "in") },
    {
      title: "events: one cycle each; an amount goes with the pulse of its packet",
      ports: map.counters.map(({ signal, increment }) => input(signal, increment)),
    },
  ];
}

function signals(registers: readonly Register[], access: string, direction: "in" | "out"): CsrPort[] {
  return registers.flatMap(({ fields, count }) =>
    fields.flatMap(({ signal, bits, internal, access: own }) =>
      own !== access || signal === undefined || internal === true
        ? []
        : [{ name: signal, direction, bits: bits * (count ?? 1) }],
    ),
  );
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
