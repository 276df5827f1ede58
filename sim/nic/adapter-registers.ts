/** Registers of an adapter as its driver uses them, beside those of its link port. */

/** Offsets in the adapter's block, bytes; `doc/registers.md` of its output. */
export const at = {
  id: 0x000,
  geometry: 0x004,
  workRequests: 0x008,
  depths: 0x00c,
  ownLid: 0x010,
  control: 0x014,
  status: 0x018,
  tableCommand: 0x020,
  qpQuery: 0x024,
  qpState: 0x028,
  tableData: 0x040,
  sqDoorbell: 0x080,
  rqDoorbell: 0x084,
  cqConsumer: 0x088,
  cqArm: 0x08c,
  cqEvent: 0x090,
  srqDoorbell: 0x094,
  srqEvent: 0x098,
  sqPush: 0x09c,
  madIndex: 0x0b0,
  madReceived: 0x0b4,
  madSend: 0x0b8,
  madControl: 0x0bc,
  sqPushData: 0x100,
} as const;

/** "LWN1". */
export const adapterId = 0x4c574e31;

/** Tables by their number in TABLE_COMMAND. */
export const table = { queuePair: 0, memoryRegion: 1, completionQueue: 2, sharedReceives: 3 } as const;

const [busy, pending, eventValid, eventTake] = [2 ** 31, 2 ** 31, 2 ** 31, 2 ** 30];

/** Reads and writes of 32 bits; {@link AxiLite} is one. Response 0 is OKAY. */
export interface RegisterAccess {
  read(address: number): { value: number; response: number };
  write(address: number, value: number): number;
}

/** What the adapter says of itself. */
export interface AdapterSizes {
  readonly mtuBytes: number;
  readonly queuePairs: number;
  readonly completionQueues: number;
  readonly memoryRegions: number;
  readonly wqeBytes: number;
  readonly inlineBytes: number;
  readonly scatterGather: number;
  readonly receiveScatter: number;
  /** Bytes of a work request that can come with its doorbell; 0: none. */
  readonly pushBytes: number;
  readonly sharedReceiveQueues: number;
  /** There are UD queue pairs. */
  readonly datagrams: boolean;
  /** There is a window for management packets. */
  readonly management: boolean;
}

/** The adapter's block of registers. Every access that is not answered OKAY throws, and so does what never ends. */
export class AdapterRegisters {
  readonly #access: RegisterAccess;
  readonly #base: number;
  readonly #polls: number;

  /**
   * @param base byte address of the adapter's block
   * @param polls reads after which a bit that does not change is an error
   */
  constructor(access: RegisterAccess, base = 0x1000, polls = 100_000) {
    this.#access = access;
    this.#base = base;
    this.#polls = polls;
  }

  read(offset: number): number {
    const { value, response } = this.#access.read(this.#base + offset);
    if (response !== 0)
      throw new Error(`read of adapter register 0x${offset.toString(16)}: response ${response}`);
    return value >>> 0;
  }

  write(offset: number, value: number): void {
    const response = this.#access.write(this.#base + offset, value >>> 0);
    if (response !== 0)
      throw new Error(`write of adapter register 0x${offset.toString(16)}: response ${response}`);
  }

  #wait(what: string, done: () => boolean): void {
    for (let poll = 0; poll < this.#polls; poll += 1) if (done()) return;
    throw new Error(`the adapter does not come to an end: ${what}`);
  }

  /** Waits until tables are cleared after reset, and looks who is there. */
  start(): AdapterSizes {
    const id = this.read(at.id);
    if (id !== adapterId) throw new Error(`no adapter at these registers: ID 0x${id.toString(16)}`);
    this.#wait("clearing of the tables", () => (this.read(at.status) & 1) === 1);
    const geometry = this.read(at.geometry);
    const requests = this.read(at.workRequests);
    const depths = this.read(at.depths);
    const logShared = (depths >>> 26) & 15;
    return {
      mtuBytes: 128 * 2 ** ((geometry >>> 8) & 7),
      queuePairs: 2 ** ((geometry >>> 12) & 31),
      completionQueues: 2 ** ((geometry >>> 18) & 31),
      memoryRegions: 2 ** ((geometry >>> 24) & 31),
      wqeBytes: requests & 511,
      inlineBytes: (requests >>> 12) & 255,
      scatterGather: (requests >>> 20) & 15,
      receiveScatter: (requests >>> 24) & 15,
      pushBytes: 16 * (requests >>> 28),
      management: depths >>> 31 === 1,
      datagrams: ((depths >>> 30) & 1) === 1,
      sharedReceiveQueues: logShared === 0 ? 0 : 2 ** logShared,
    };
  }

  /** Stores a row; @param words of 32 bits from word 0 on */
  storeRow(number: number, index: number, words: Uint32Array): void {
    for (const [word, value] of words.entries()) this.write(at.tableData + 4 * word, value);
    this.write(at.tableCommand, index + number * 2 ** 16);
    this.#wait("a row of a table", () => (this.read(at.tableCommand) & busy) === 0);
  }

  /**
   * Writes a work request into the window, in front of its doorbell: the words of it that are not 0.
   * @param producer as of the doorbell
   * @returns false when it does not fit, and nothing is written
   */
  push(qpn: number, producer: number, wqe: Uint8Array, pushBytes: number): boolean {
    const view = new DataView(wqe.buffer, wqe.byteOffset, wqe.byteLength);
    const words = Array.from({ length: wqe.length / 4 }, (_, at) => view.getUint32(4 * at, true));
    const used = [...words.entries()].filter(([, value]) => value !== 0);
    if (used.some(([word]) => 4 * word >= pushBytes)) return false;
    this.write(at.sqPush, qpn + (producer & 255) * 2 ** 16 + used.length * 2 ** 24);
    for (const [word, value] of used) this.write(at.sqPushData + 4 * word, value);
    return true;
  }

  /** State of a queue pair, a number of `ibv_qp_state`. */
  queryState(qpn: number): number {
    this.write(at.qpQuery, qpn);
    this.#wait("the state of a queue pair", () => (this.read(at.qpQuery) & pending) === 0);
    return this.read(at.qpState) & 7;
  }

  /** Takes the oldest event. @returns the completion queue (or what the register is of), or null without any */
  takeEvent(register: number = at.cqEvent): number | null {
    const event = this.read(register);
    if ((event & eventValid) === 0) return null;
    this.write(register, eventTake);
    return event & 0xffff;
  }
}
