/**
 * Codes proved equal to their serial definitions, by linear algebra over GF(2): the netlist that Yosys makes of a module is
 * run for some clock cycles with an affine form in place of every bit, and what comes out is compared with the definition
 * run over the same forms. A solver cannot do that: the sums are too wide. Control inputs are constants, and each proof goes
 * through all of them that matter; data, and what registers held before, are free.
 */
import { portOf } from "../design/port-of.ts";
import type { AnyDesign } from "../design/switch.ts";
import { type AffineClaim, Refuted } from "./affine/claims.ts";
import { crcCheckClaims, crcGenClaims } from "./affine/crc.ts";
import { controlCheckClaims, controlSetClaims, startCheckClaims, startColumnClaims } from "./affine/crc8.ts";
import { type Netlist, synthesize } from "./affine/netlist.ts";
import { type Code, rsEncoderClaims, rsSyndromesClaims } from "./affine/reed-solomon.ts";
import { descramblerClaims, scramblerClaims } from "./affine/scrambler.ts";
import { icrc, vcrc } from "./affine/serial.ts";
import { waveOf } from "./affine/wave.ts";
import { sourcesOf } from "./sources.ts";
import type { AffineProof, DeviceFiles, ProofList, Verdict } from "./types.ts";

/** The proof of a module, by its name behind the device's. */
function affineProof(module: string, claims: readonly AffineClaim[], name = module): AffineProof {
  return {
    name,
    engine: "affine",
    properties: claims.map(({ label, says }) => ({ label, says })),
    decide: async (device) => {
      const netlist = await netlistOf(device, module);
      return claims.map((claim) => verdictOf(claim, netlist));
    },
  };
}

async function netlistOf(device: DeviceFiles, module: string): Promise<Netlist> {
  return await synthesize(
    `${device.name}_${module}`,
    sourcesOf(device, module).map(({ text }) => text),
  );
}

function verdictOf({ label, check }: AffineClaim, netlist: Netlist): Verdict {
  try {
    check(netlist);
    return { label, holds: true, detail: `${netlist.drivers.size} nets, all data free` };
  } catch (error) {
    if (!(error instanceof Refuted)) throw error;
    const { message: detail, machine, ones } = error;
    return { label, holds: false, detail, ...(ones !== undefined && { wave: waveOf(machine, ones) }) };
  }
}

/** The code on the lanes, when there is one. */
function codeOf(design: AnyDesign): Code | undefined {
  const { pcs } = portOf(design);
  if (pcs === null || !("codewordSymbols" in pcs.format)) return undefined;
  return { n: pcs.format.codewordSymbols, k: pcs.format.messageSymbols };
}

/** CRCs, scramblers and Reed-Solomon codes of a design. */
export const affineProofs: ProofList = (design) => {
  const port = portOf(design);
  const code = codeOf(design);
  return [
    affineProof("vcrc_gen", crcGenClaims(vcrc)),
    affineProof("vcrc_check", crcCheckClaims(vcrc)),
    ...(port.icrc === "endpoint"
      ? [affineProof("icrc_gen", crcGenClaims(icrc)), affineProof("icrc_check", crcCheckClaims(icrc))]
      : []),
    affineProof("llr_control", controlSetClaims, "control_set"),
    affineProof("llr_tx", startColumnClaims, "start_column"),
    affineProof("mac_rx", controlCheckClaims, "control_set_check"),
    affineProof("mac_rx_align", startCheckClaims, "start_column_check"),
    ...(port.pcs === null
      ? []
      : [affineProof("pcs_scrambler", scramblerClaims), affineProof("pcs_descrambler", descramblerClaims)]),
    ...(code === undefined
      ? []
      : [
          affineProof("rs_encoder", rsEncoderClaims(code)),
          affineProof("rs_syndromes", rsSyndromesClaims(code)),
        ]),
  ];
};
