/** Feeds rows to `mac_rx`, a cycle each, and collects what comes out. */
import type { Model } from "../../sim/driver/model.ts";
import {
  frameKind,
  message,
  notEligible,
  writeControl,
  writeIdle,
  writeStart,
} from "../../sim/reference/columns.ts";
import type { FoundFrame, FoundMessage } from "./mac-wire.ts";

/** Cycles from a row to the last output that it causes. */
const drainCycles = 24;

export class RxMonitor {
  readonly model: Model;
  readonly frames: FoundFrame[] = [];
  readonly messages: FoundMessage[] = [];
  /** Cycle (0 = that of the first row) in which the first beat of each frame was on the output. */
  readonly firstBeats: number[] = [];
  readonly events = { ctlBad: 0, symbolError: 0, overrun: 0, oversize: 0 };
  cycles = 0;
  readonly #p;
  readonly #idleData: Uint8Array;
  readonly #idleFlags: Uint8Array;
  #beats: Uint8Array[] = [];
  #open = false;
  #start: Pick<FoundFrame, "startOk" | "seq" | "kind"> | undefined;

  constructor(model: Model) {
    this.model = model;
    const port = (name: string) => model.port(name);
    this.#p = {
      rxd: port("mii_rxd").bytes,
      rxc: port("mii_rxc").bytes,
      rxValid: port("mii_rx_valid"),
      linkUp: port("mii_link_up"),
      data: port("m_data").bytes,
      bytes: port("m_bytes"),
      sop: port("m_sop"),
      eop: port("m_eop"),
      valid: port("m_valid"),
      startOk: port("m_start_ok"),
      flow: port("m_flow"),
      eligible: port("m_eligible"),
      seq: port("m_seq"),
      error: port("m_error"),
      poison: port("m_poison"),
      controlValid: port("ctl_valid"),
      message: port("ctl_message"),
      controlSeq: port("ctl_seq"),
      word: port("ctl_word"),
      ctlBad: port("evt_ctl_bad"),
      symbolError: port("evt_symbol_error"),
      overrun: port("evt_overrun"),
      oversize: port("evt_oversize"),
    };
    this.#idleData = new Uint8Array(this.#p.rxd.length);
    this.#idleFlags = new Uint8Array(this.#p.rxc.length);
    for (let at = 0; at < this.#idleFlags.length; at += 1) writeIdle(this.#idleData, this.#idleFlags, at);
    this.#p.linkUp.set(1);
    this.#p.rxValid.set(0);
    model.reset();
  }

  setLinkUp(up: boolean): void {
    this.#p.linkUp.set(up ? 1 : 0);
  }

  /** One cycle with a row. */
  row(data: Uint8Array, flags: Uint8Array): void {
    this.#p.rxd.set(data);
    this.#p.rxc.set(flags);
    this.#p.rxValid.set(1);
    this.#step();
  }

  /** One cycle without; what stands on the MII then means nothing: data, POISON, starts or idle. */
  gap(): void {
    const { rxd, rxc, rxValid } = this.#p;
    rxd.fill(0x5a);
    rxc.fill(0x00);
    for (let at = 0; at < rxc.length; at += 1) {
      if (this.cycles % 4 === 1) writeControl(rxd, rxc, at, message.poison, 0, 0);
      if (this.cycles % 4 === 2) writeStart(rxd, rxc, at, 5, frameKind.data);
      if (this.cycles % 4 === 3) writeIdle(rxd, rxc, at);
    }
    rxValid.set(0);
    this.#step();
  }

  /** One cycle with a row in which the module is reset. Nothing may come of what came before. */
  reset(data: Uint8Array, flags: Uint8Array): void {
    const rst = this.model.port("rst");
    const before = [this.messages.length, this.frames.length, ...Object.values(this.events)].join();
    rst.set(1);
    [this.#open, this.#beats] = [false, []];
    this.row(data, flags);
    rst.set(0);
    this.drain();
    const after = [this.messages.length, this.frames.length, ...Object.values(this.events)].join();
    if (before !== after || this.#p.valid.get() === 1) throw new Error("something outlives the reset");
  }

  /** All columns of a line, cut into rows behind `rotation` idle columns. @param hold draws gaps before a row */
  line(data: Uint8Array, flags: Uint8Array, rotation = 0, hold?: () => boolean): void {
    const columns = this.#idleFlags.length;
    const rowData = new Uint8Array(8 * columns);
    const rowFlags = new Uint8Array(columns);
    for (let from = -rotation; from < flags.length; from += columns) {
      while (hold?.() ?? false) this.gap();
      for (let at = 0; at < columns; at += 1) {
        const column = from + at;
        if (column < 0 || column >= flags.length) writeIdle(rowData, rowFlags, at);
        else {
          rowData.set(data.subarray(8 * column, 8 * column + 8), 8 * at);
          rowFlags[at] = flags[column]!;
        }
      }
      this.row(rowData, rowFlags);
    }
  }

  /** Idle until all is out. */
  drain(): void {
    for (let at = 0; at < drainCycles; at += 1) this.row(this.#idleData, this.#idleFlags);
    if (this.#open) throw new Error("a frame did not end");
  }

  #step(): void {
    const p = this.#p;
    this.model.step();
    this.cycles += 1;
    const { events } = this;
    events.ctlBad += p.ctlBad.get();
    events.symbolError += p.symbolError.get();
    events.overrun += p.overrun.get();
    events.oversize += p.oversize.get();
    if (p.controlValid.get() === 1)
      this.messages.push({ code: p.message.get(), seq: p.controlSeq.get(), word: p.word.get() });
    if (p.valid.get() === 1) this.#beat();
  }

  #beat(): void {
    const p = this.#p;
    const [sop, eop, count] = [p.sop.get() === 1, p.eop.get() === 1, p.bytes.get()];
    if (sop === this.#open) throw new Error(sop ? "m_sop inside a frame" : "a beat outside of a frame");
    if (count < 1 || count > p.data.length) throw new Error(`m_bytes is ${count}`);
    if (!eop && count !== p.data.length) throw new Error("a beat in the middle of a frame is not full");
    if (sop) {
      // a beat that is on the output behind edge n was so in cycle n
      this.firstBeats.push(this.cycles);
      this.#start = {
        startOk: p.startOk.get() === 1,
        seq: p.eligible.get() === 1 ? p.seq.get() : notEligible,
        kind: p.flow.get() === 1 ? frameKind.flowControl : frameKind.data,
      };
    }
    this.#beats.push(p.data.slice(0, count));
    this.#open = !eop;
    if (!eop) return;
    this.frames.push({
      ...this.#start!,
      bytes: Buffer.concat(this.#beats),
      damaged: p.error.get() === 1,
      poison: p.poison.get() === 1,
    });
    this.#beats = [];
  }
}
