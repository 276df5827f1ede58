import type { LinkDesign } from "../design/link.ts";
import { linkRegisters } from "../elaborate/registers.ts";
import type { View } from "../render/view.ts";
import { header, indexBits, moduleName } from "./common.ts";
import { csrPorts } from "./csr-ports.ts";
import { lengthBits, range, ranges, sizes } from "./ranges.ts";

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

const streams = ["tdata", "tkeep", "tvalid", "tready", "tlast", "tuser"];
const mii = ["txd", "txc", "tx_ready", "rxd", "rxc", "rx_valid", "link_up"];
const lanes = ["tx_lane_clk", "tx_lane", "rx_lane_clk", "rx_lane"];
const axiLite = [
  ...["awaddr", "awvalid", "awready", "wdata", "wstrb", "wvalid", "wready", "bresp", "bvalid", "bready"],
  ...["araddr", "arvalid", "arready", "rdata", "rresp", "rvalid", "rready"],
];

/** The top module of a stand-alone link: port 0 under its numbered names. */
export function linkTopView(design: LinkDesign): View {
  const numbered = [
    ...streams.map((name) => `tx_${name}`),
    "tx_vl_room",
    ...streams.map((name) => `rx_${name}`),
    "rx_vl_enable",
    ...(design.pcs === null ? mii.map((name) => `mii_${name}`) : lanes),
    "port_state",
  ].map((port) => ({ port, wire: `p0_${port}` }));
  const plain = ["clk", "rst"].map((port) => ({ port, wire: port }));
  const bus = axiLite.map((name) => ({ port: `s_axil_${name}`, wire: `s_axil_${name}` }));
  const connections = [...plain, ...numbered, ...bus];
  return {
    header: header(design, "A stand-alone link: one port."),
    module: design.name,
    r: ranges(design),
    lanes: design.pcs !== null,
    line: design.pcs === null ? "" : range(design.pcs.derived.lineBits.value),
    connections: connections.map((connection, at) => ({
      ...connection,
      last: at === connections.length - 1,
    })),
  };
}
