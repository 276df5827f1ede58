import type { LinkDesign } from "../design/link.ts";
import { axisRegisterView } from "./axis-register.ts";
import { crcCheckView } from "./crc-check.ts";
import { crcGenView } from "./crc-gen.ts";
import { creditRxView, creditTxView } from "./credit.ts";
import { type FileOfDesign, fileOfModule, type ModuleFile } from "./files.ts";
import { icrcMaskView } from "./icrc-mask.ts";
import { icrcRxCrc, icrcRxView } from "./icrc-rx.ts";
import { icrcTxCrc, icrcTxView } from "./icrc-tx.ts";
import { linkCountersView, linkCsrView } from "./link-csr.ts";
import { linkPortView, linkTopView } from "./link-port.ts";
import {
  llrControlView,
  llrRxView,
  llrSessionView,
  llrTxView,
  replayBufferView,
  replayIndex,
  replayMemory,
} from "./llr.ts";
import { macRxAlignView, macRxView } from "./mac-rx.ts";
import { macTxView } from "./mac-tx.ts";
import { type PacketMemory, packetMemoryModules } from "./packet-memory.ts";
import { pcsModules } from "./pcs/index.ts";
import { portStateView } from "./port-state.ts";
import { sideBits } from "./ranges.ts";
import { rxEgressView } from "./rx-egress.ts";
import { txQueueView } from "./tx-queue.ts";
import { txSchedulerView } from "./tx-scheduler.ts";
import { vlArbiterView } from "./vl-arbiter.ts";
import { vlBufferView, vlMemory } from "./vl-buffer.ts";

/** The modules of a port that makes and checks the ICRC itself. */
function icrcModules(design: LinkDesign): readonly ModuleFile[] {
  return [
    ["icrc_mask", "link/icrc_mask", icrcMaskView(design)],
    ["icrc_gen", "link/crc_gen", crcGenView(design, icrcTxCrc)],
    ["icrc_tx", "link/icrc_tx", icrcTxView(design)],
    ["icrc_check", "link/crc_check", crcCheckView(design, icrcRxCrc(design))],
    ["icrc_rx", "link/icrc_rx", icrcRxView(design)],
  ];
}

/** What only a port with streams has: a register in front, and a receive buffer with its reader. */
function streamModules(design: LinkDesign): readonly ModuleFile[] {
  return [
    ["axis_register", "common/axis_register", axisRegisterView(design)],
    ["vl_rx_buffer", "link/vl_buffer", vlBufferView(design, "rx")],
    ["rx_egress", "link/rx_egress", rxEgressView(design)],
  ];
}

/**
 * The modules of a port, each after those that it instantiates, with the memories of those around it: they share the
 * modules of their code.
 */
export function linkModulesOf(
  design: LinkDesign,
  memoriesAround: Readonly<Record<string, PacketMemory>> = {},
): readonly ModuleFile[] {
  const retry = design.retry === "llr";
  const streams = design.role === "standalone";
  const rxSide = retry ? 25 : 5;
  return [
    ...packetMemoryModules(design, {
      vl_tx_memory: vlMemory(design, "tx"),
      ...(streams && { vl_rx_memory: vlMemory(design, "rx") }),
      ...(retry && { replay_memory: replayMemory(design), replay_index: replayIndex(design) }),
      ...memoriesAround,
    }),
    ...(streams ? streamModules(design) : []),
    ["vl_tx_buffer", "link/vl_buffer", vlBufferView(design, "tx")],
    ...(design.icrc === "endpoint" ? icrcModules(design) : []),
    ["tx_queue", "link/tx_queue", txQueueView(design)],
    ["vl_arbiter", "link/vl_arbiter", vlArbiterView(design)],
    ["tx_scheduler", "link/tx_scheduler", txSchedulerView(design)],
    ["credit_tx", "link/credit_tx", creditTxView(design)],
    ["credit_rx", "link/credit_rx", creditRxView(design)],
    ["vcrc_gen", "link/crc_gen", crcGenView(design, { kind: "vcrc", sideBits: sideBits(design) })],
    ["vcrc_check", "link/crc_check", crcCheckView(design, { kind: "vcrc", sideBits: rxSide })],
    ...(retry ? ([["replay_buffer", "link/replay_buffer", replayBufferView(design)]] as const) : []),
    ["llr_session", "link/llr_session", llrSessionView(design)],
    ["llr_control", "link/llr_control", llrControlView(design)],
    ["llr_tx", "link/llr_tx", llrTxView(design)],
    ["llr_rx", "link/llr_rx", llrRxView(design)],
    ["mac_tx", "mac/mac_tx", macTxView(design)],
    ["mac_rx_align", "mac/mac_rx_align", macRxAlignView(design)],
    ["mac_rx", "mac/mac_rx", macRxView(design)],
    ["port_state", "link/port_state", portStateView(design)],
    ...(design.pcs === null ? [] : pcsModules({ ...design, pcs: design.pcs })),
    ["link_counters", "common/counters", linkCountersView(design)],
    ["link_csr", "common/csr", linkCsrView(design)],
    ["link_port", "link/link_port", linkPortView(design)],
  ];
}

/** Every Verilog file of a stand-alone link, the top module last. */
export function linkFilesOf(design: LinkDesign): readonly FileOfDesign[] {
  return [
    ...linkModulesOf(design).map((one) => fileOfModule(design, one)),
    { path: `rtl/${design.name}.v`, template: "top/link.v.hbs", view: linkTopView(design) },
  ];
}
