/** Drives `pcs_tx` with words of groups, and holds its lanes against the reference model. */
import type { PcsHost } from "../../generator/views/pcs/host.ts";
import type { Model } from "../../sim/driver/model.ts";
import { copyBits } from "../../sim/reference/pcs/bits.ts";
import { blockBytes, writeErrorBlock } from "../../sim/reference/pcs/blocks.ts";
import { lineWords, muxLanes } from "../../sim/reference/pcs/distribution.ts";
import { laneFormat } from "../../sim/reference/pcs/format.ts";
import { groupBits, groupBytes, transcode } from "../../sim/reference/pcs/transcode.ts";
import { PcsTransmitter } from "../../sim/reference/pcs/transmitter.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, portsOf, resetAll } from "../rtl/link-bench.ts";

const errorGroup = ((): Uint8Array => {
  const blocks = new Uint8Array(4 * blockBytes);
  for (let at = 0; at < blocks.length; at += blockBytes) writeErrorBlock(blocks, at);
  return transcode(blocks);
})();

export class TxLineBench {
  readonly #model: Model;
  readonly #host: PcsHost;
  readonly #rng: Rng;
  readonly #latency: number;
  readonly #reference: PcsTransmitter;
  /** Groups of a slice: as many as the lanes need in a clock, in powers of 2. */
  readonly #sliceGroups: number;
  /** tx_am_sf of each pair. */
  readonly #status: number[] = [];

  /** @param latency clocks from a slice to its word on the lanes */
  constructor(model: Model, host: PcsHost, rng: Rng, latency: number) {
    const { format, derived } = host.pcs;
    this.#model = model;
    this.#host = host;
    this.#rng = rng;
    this.#latency = latency;
    const fec = format.fec === "rs272" ? "rs272" : "rs544";
    this.#reference = new PcsTransmitter(laneFormat(format.rateGbps === 400 ? 400 : 200, fec), {
      scramblerState: 0n,
      prbsState: 0x1ff,
      periodPairs: derived.markerPeriodCodewords.value,
    });
    this.#sliceGroups = 2 ** Math.ceil(Math.log2(Math.max(1, format.groups / derived.codewordClocks.value)));
    model.step(100 + rng.below(100)); // so that the reset has something to undo
    resetAll(model);
  }

  /** @param gaps probability that the next word is late, by up to two pairs of codewords */
  run(pairs: number, gaps: number): { pairs: number; underruns: number } {
    const p = portsOf(this.#model, ["s_data", "s_valid", "s_ready", "am_sf", "tx_lane", "evt_underrun"]);
    const { codewordClocks, groupsPerWord } = this.#host.pcs.derived;
    const clocks = codewordClocks.value;
    const parts = groupsPerWord.value / this.#sliceGroups;
    const sent: Uint8Array[] = [];
    const state = { part: 0, late: gaps > 0 ? clocks : 0, started: false, underrun: false, underruns: 0 };
    this.#status.push(0);
    this.#fill(p.s_data.bytes);
    for (let clock = -1; clock < pairs * clocks + this.#latency; clock += 1) {
      if (clock > 0 && clock % clocks === Math.floor(clocks / 2)) {
        this.#status.push(this.#rng.below(8));
        p.am_sf.set(this.#status.at(-1)!);
      }
      p.s_valid.set(state.late === 0 ? 1 : 0);
      this.#model.eval();
      if ((p.evt_underrun.get() === 1) !== state.underrun) fail(this.#model, "evt_underrun is wrong");
      if (clock >= this.#latency) sent.push(p.tx_lane.bytes.slice());
      const take = clock >= 0 && this.#takes(clock);
      const last = take && state.part === parts - 1;
      const valid = state.late === 0;
      if ((p.s_ready.get() === 1) !== last) fail(this.#model, `s_ready is ${!last} at clock ${clock}`);
      state.underrun = take && !valid && state.started;
      if (state.underrun) state.underruns += 1;
      if (take) this.#push(valid ? p.s_data.bytes : undefined, state.part);
      state.started ||= valid;
      this.#model.step();
      if (take && valid) state.part = last ? 0 : state.part + 1;
      if (!valid) state.late -= 1;
      else if (last) {
        this.#fill(p.s_data.bytes);
        if (this.#rng.chance(gaps)) state.late = 1 + this.#rng.below(this.#rng.chance(0.1) ? 2 * clocks : 6);
      }
    }
    this.#compare(sent, pairs);
    return { pairs, underruns: state.underruns };
  }

  /** Whether a slice of data is taken: each as late as it may be, markers first. */
  #takes(clock: number): boolean {
    const { format, derived } = this.#host.pcs;
    const clocks = derived.codewordClocks.value;
    const marked = Math.floor(clock / clocks) % derived.markerPeriodCodewords.value === 0;
    const sliceBits = this.#sliceGroups * groupBits;
    const slices = (end: number): number =>
      Math.ceil(Math.min(format.groups * groupBits, end * derived.lineBits.value) / sliceBits);
    const at = clock % clocks;
    const taken = slices(at + 1);
    return taken > slices(at) && (!marked || taken > format.markerGroups / this.#sliceGroups);
  }

  /** Gives the reference a slice of `word`, or of error blocks. */
  #push(word: Uint8Array | undefined, part: number): void {
    const group = new Uint8Array(groupBytes);
    for (let at = 0; at < this.#sliceGroups; at += 1) {
      if (word !== undefined) {
        copyBits(word, (part * this.#sliceGroups + at) * groupBits, group, 0, groupBits);
      }
      this.#reference.status = this.#status[this.#reference.pairs] ?? 0;
      this.#reference.pushGroup(word === undefined ? errorGroup : group);
    }
  }

  #fill(word: Uint8Array): void {
    this.#rng.fill(word);
    const over = 8 * word.length - groupBits * this.#host.pcs.derived.groupsPerWord.value;
    word[word.length - 1]! &= 0xff >> over;
  }

  #compare(sent: readonly Uint8Array[], pairs: number): void {
    const { format, lanes, derived } = this.#host.pcs;
    let at = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      const symbols = this.#reference.takePair();
      if (symbols === undefined) fail(this.#model, `pair ${pair} was not sent`);
      for (const word of lineWords(this.#reference.format, symbols, derived.symbolsPerClock.value)) {
        const muxed = muxLanes(word, derived.lineBits.value, format.pcsLanes, lanes.count);
        if (Buffer.compare(muxed, sent[at]!) !== 0) {
          fail(this.#model, `pair ${pair}, word ${at % derived.codewordClocks.value} is wrong`);
        }
        at += 1;
      }
    }
  }
}
