import type { LinkDesign } from "../design/link.ts";
import { linkRegisters } from "../elaborate/registers.ts";
import type { View } from "../render/view.ts";
import { header, indexBits, moduleName } from "./common.ts";
import { csrPorts } from "./csr-ports.ts";
import { lengthBits, range, ranges, sizes } from "./ranges.ts";
import { topPorts, topPortsView } from "./top-ports.ts";

/** `link_port`: the modules of a port, wired. */
export function linkPortView(design: LinkDesign): View {
  const s = sizes(design);
  const retry = design.retry === "llr";
  const switched = design.role === "switchPort";
  const endpoint = design.icrc === "endpoint";
  const secded = design.memoryProtection === "secded";
  const memoryOutputs = secded && switched;
  const csr = csrPorts(linkRegisters(design))
    .flatMap(({ ports }) => ports)
    .filter(({ name }) => /^(cfg|cmd|sts|evt)_/.test(name));
  const { pcs } = design;
  const side = pcs === null ? "MII" : "lanes";
  const pcsSignals = csr.filter(({ name }) => isOfPcs(name));
  const isOutput = (name: string): boolean => memoryOutputs && /^evt_memory/.test(name);
  return {
    header: header(design, `One port of a lossless link: streams on one side, the ${side} on the other.`),
    lanes: pcs !== null,
    wireSide: pcs === null ? "MII" : "pcs -> lanes",
    wireSideIn: pcs === null ? "MII" : "pcs <- lanes",
    line: pcs === null ? "" : range(pcs.derived.lineBits.value),
    pcsSignals: pcsSignals.map(({ name }, at) => ({ name, last: at === pcsSignals.length - 1 })),
    module: moduleName(design, "link_port"),
    device: design.name,
    r: ranges(design),
    retry,
    switched,
    endpoint,
    secded,
    withoutReplay: secded && !retry,
    memoryOutputs,
    plain: !switched && !endpoint,
    toQueue: switched ? "tx" : "in",
    fromClient: endpoint ? "plain_tx" : "in",
    toClient: endpoint ? "out" : "rx",
    wordIndex: range(indexBits(s.words)),
    dataLengths: `[${lengthBits(design) * s.N - 1}:0]`,
    rxSide: range(retry ? 25 : 5),
    csr: csr.map(({ name }) => ({ name })),
    csrWires: csr
      .filter(({ name }) => !isOutput(name))
      .map(({ name, bits }) => ({ name, range: range(bits) })),
  };
}

/** Settings, status and events that `pcs` has as ports of the same names. */
function isOfPcs(name: string): boolean {
  return /^(cfg_degrade|sts_pcs|evt_pcs|evt_fec)_/.test(name);
}

/** The top module of a stand-alone link: port 0 under its numbered names. */
export function linkTopView(design: LinkDesign): View {
  const wires = topPorts(design).flatMap(({ ports }) => ports.map(({ name }) => name));
  return {
    header: header(design, "A stand-alone link: one port."),
    module: design.name,
    ports_of: topPortsView(design),
    connections: wires.map((wire, at) => ({
      ...{ port: wire.replace(/^p0_/u, ""), wire },
      last: at === wires.length - 1,
    })),
  };
}
