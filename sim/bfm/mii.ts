/** The MII side of a port as the channel sees it: arrays for the beats and three signals back. */
import type { SimModel } from "./ports.ts";

/** One end of a cable. A beat is W/8 bytes of data and W/64 bytes of flags (bit j of byte i: byte j of column i). */
export interface MiiEnd {
  /** What the port sends in this cycle. */
  readonly txData: Uint8Array;
  readonly txFlags: Uint8Array;
  /** What arrives at the port in this cycle; written by the channel. */
  readonly rxData: Uint8Array;
  readonly rxFlags: Uint8Array;
  /** The beat on tx goes onto the wire in this cycle. */
  setTxReady(ready: boolean): void;
  /** The beat on rx is one from the wire. */
  setRxValid(valid: boolean): void;
  setLinkUp(up: boolean): void;
}

/** The MII of a simulated device. @param prefix of the ports, as `p0` for `p0_mii_txd` */
export function modelMii(model: SimModel, prefix = "p0"): MiiEnd {
  const txd = model.port(`${prefix}_mii_txd`);
  const dataBytes = txd.bits >> 3;
  const flagBytes = txd.bits >> 6;
  const txReady = model.port(`${prefix}_mii_tx_ready`);
  const rxValid = model.port(`${prefix}_mii_rx_valid`);
  const linkUp = model.port(`${prefix}_mii_link_up`);
  return {
    txData: txd.bytes.subarray(0, dataBytes),
    txFlags: model.port(`${prefix}_mii_txc`).bytes.subarray(0, flagBytes),
    rxData: model.port(`${prefix}_mii_rxd`).bytes.subarray(0, dataBytes),
    rxFlags: model.port(`${prefix}_mii_rxc`).bytes.subarray(0, flagBytes),
    setTxReady: (ready) => txReady.set(ready ? 1 : 0),
    setRxValid: (valid) => rxValid.set(valid ? 1 : 0),
    setLinkUp: (up) => linkUp.set(up ? 1 : 0),
  };
}
