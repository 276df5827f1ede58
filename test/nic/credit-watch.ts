/** Looks at what a requester sends and is told: no message beyond the peer's receive requests but one probe. */
import type { TransportPacket } from "../../sim/reference/rc/index.ts";
import { serialAdd, serialCompare } from "../../sim/reference/rc/serial.ts";
import { creditTable, noCredits } from "../../sim/reference/rc/syndrome.ts";

/** First and Only packets of SEND, of WRITE; READ, atomics. */
const sends = new Set([0x00, 0x04, 0x05, 0x17]);
const writes = new Set([0x06, 0x0a, 0x0b]);
const answered = new Set([0x0c, 0x13, 0x14]);

/** One queue pair. The watch knows of answers before the requester does, so that it never asks for too much. */
export class CreditWatch {
  readonly #mtu: number;
  #next: number | null = null;
  #acknowledged: number | null = null;
  #ssn = 0;
  #lsn: number | null = 0;
  /** Messages beyond the credits. */
  probes = 0;

  constructor(mtu: number) {
    this.#mtu = mtu;
  }

  sends({ opcode, psn, reth, ackRequest }: TransportPacket): void {
    if (opcode >= 0x0d && opcode <= 0x12) return;
    this.#next ??= psn;
    this.#acknowledged ??= psn;
    if (psn !== this.#next) return;
    const packets = opcode === 0x0c ? Math.max(1, Math.ceil(reth!.length / this.#mtu)) : 1;
    this.#next = serialAdd(psn, packets);
    if (!sends.has(opcode) && !writes.has(opcode) && !answered.has(opcode)) return;
    this.#ssn++;
    if (!sends.has(opcode) || this.#lsn === null || serialCompare(this.#ssn, this.#lsn) <= 0) return;
    this.probes++;
    if (this.#acknowledged !== psn)
      throw new Error(`message ${this.#ssn} is sent, the peer takes ${this.#lsn}, and others are open`);
    if (!ackRequest) throw new Error(`the probe ${this.#ssn} asks for no answer`);
  }

  hears({ opcode, psn, aeth }: TransportPacket): void {
    if (opcode < 0x0d || opcode > 0x12 || this.#acknowledged === null) return;
    const nak = opcode === 0x11 && aeth!.syndrome >> 5 !== 0;
    const limit = nak ? psn : serialAdd(psn, 1);
    if (serialCompare(limit, this.#acknowledged) > 0) this.#acknowledged = limit;
    if (aeth === undefined || aeth.syndrome >> 5 !== 0) return;
    const code = aeth.syndrome & 31;
    const told = code === noCredits ? null : serialAdd(aeth.msn, creditTable[code]!);
    if (told === null || this.#lsn === null || serialCompare(told, this.#lsn) > 0) this.#lsn = told;
  }
}
