/** Packets of subnet management (VL15, queue pair 0) through the window of an adapter's registers. */
import { type AdapterRegisters, at } from "./adapter-registers.ts";
import { VerbsError } from "./verbs.ts";

/** Words of a packet: LRH 2, BTH 3, DETH 2, MAD 64. */
const words = 71;
const [release, send] = [1, 2];

export class ManagementWindow {
  readonly #registers: AdapterRegisters;

  constructor(registers: AdapterRegisters) {
    this.#registers = registers;
  }

  /** Packets received that wait. */
  get waiting(): number {
    return (this.#registers.read(at.madControl) >>> 24) & 7;
  }

  /** Takes the oldest packet, LRH to MAD; null without any. */
  receive(): Uint8Array | null {
    if (this.waiting === 0) return null;
    const view = new DataView(new ArrayBuffer(4 * words));
    for (let index = 0; index < words; index += 1) {
      this.#registers.write(at.madIndex, index);
      view.setUint32(4 * index, this.#registers.read(at.madReceived), true);
    }
    this.#registers.write(at.madControl, release);
    return new Uint8Array(view.buffer);
  }

  /** Sends a packet, LRH to MAD; its PktLen counts the ICRC. Throws VerbsError. */
  send(packet: Uint8Array): void {
    if (packet.length !== 4 * words)
      throw new VerbsError("EINVAL", `a management packet of ${packet.length} bytes; it has ${4 * words}`);
    if (this.#registers.read(at.madControl) >>> 31 === 1)
      throw new VerbsError("EBUSY", "the last management packet has not gone out yet");
    const view = new DataView(packet.buffer, packet.byteOffset);
    this.#registers.write(at.madIndex, 0);
    for (let index = 0; index < words; index += 1)
      this.#registers.write(at.madSend, view.getUint32(4 * index, true));
    this.#registers.write(at.madControl, send);
  }
}
