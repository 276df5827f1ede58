/** A packet on its way through a network, with what is known about it. */
import type { AxisPacket } from "../bfm/axis.ts";

export interface FlowPacketOptions {
  /** LRH … ICRC; must not change afterwards. */
  readonly bytes: Uint8Array;
  /** Lane it is sent on. */
  readonly vl: number;
  /** Number of the host that sends it. */
  readonly source: number;
  /** Cycle in which it was generated; need not be whole. */
  readonly generated: number;
  /** Its latency counts. */
  readonly measured?: boolean;
  /** Marked as an error by the client that sends it. */
  readonly error?: boolean;
  /** Output that the management client asks for; 0 leaves it to the tables. */
  readonly given?: number;
}

export class FlowPacket implements AxisPacket {
  readonly bytes: Uint8Array;
  readonly vl: number;
  readonly error: boolean;
  readonly source: number;
  readonly generated: number;
  readonly measured: boolean;
  readonly given: number;
  /** Cycle in which its first beat went into the sending device, and that in which its start went onto the wire; -1 before. */
  entered = -1;
  wire = -1;

  constructor(options: FlowPacketOptions) {
    this.bytes = options.bytes;
    this.vl = options.vl;
    this.error = options.error ?? false;
    this.source = options.source;
    this.generated = options.generated;
    this.measured = options.measured ?? true;
    this.given = options.given ?? 0;
  }
}
