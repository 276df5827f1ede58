/** Aligned words of the lanes for `pcs_rx`, and all that has to come out of it, cycle by cycle. */
import type { PcsHost } from "../../generator/views/pcs/host.ts";
import type { Model } from "../../sim/driver/model.ts";
import {
  bitsToHex,
  codeOf,
  copyBits,
  Descrambler,
  deinterleave,
  groupBits,
  joinPair,
  type LaneFormat,
  laneFormat,
  lineWords,
  PcsTransmitter,
  placeOf,
} from "../../sim/reference/pcs/index.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, portsOf, resetAll, setField } from "../rtl/link-bench.ts";

/** Chances of a codeword with errors, with too many of them, of a pair that breaks off, and of markers out of place. */
export interface RxLoad {
  readonly errors: number;
  readonly overload: number;
  readonly broken: number;
  readonly gap: number;
  readonly moved?: number;
}

interface Codeword {
  /** Symbols that are wrong, by their place in the codeword. */
  readonly wrong: readonly number[];
  readonly bad: boolean;
}

interface Pair {
  readonly codewords: readonly [Codeword, Codeword];
  /** As sent, and as they come. */
  readonly sent: Uint16Array;
  readonly words: readonly Uint8Array[];
  /** Begins with markers, and is said to. */
  readonly marker: boolean;
  readonly said: boolean;
  readonly status: number;
}

/** Stages of `pcs_rx` behind the memory: two of the gearbox, one of the descrambler; one more to collect slices. */
const gearboxStages = 2;
const descramblerStages = 1;

export class RxBench {
  readonly counts = { pairs: 0, bad: 0, corrected: 0, broken: 0, words: 0, marked: 0, symbols: 0, moved: 0 };
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #p;
  readonly #format: LaneFormat;
  readonly #transmitter: PcsTransmitter;
  readonly #descrambler = new Descrambler(0n);
  readonly #sizes;
  readonly #standIn: boolean;
  /** What has to be seen, by cycle. */
  readonly #words = new Map<number, { readonly groups: readonly string[]; readonly errors: number }>();
  readonly #stats = new Map<number, string>();
  readonly #errs = new Map<number, bigint>();
  readonly #status = new Map<number, number>();
  readonly #misplaced = new Set<number>();
  #sf = 0;
  #pending: { text: string; error: boolean }[] = [];
  #spoilt = true;
  #follows = false;
  #pairs = 0;

  constructor(model: Model, rng: Rng, host: PcsHost, period: number) {
    const { format, derived } = host.pcs;
    resetAll(model);
    this.#model = model;
    this.#rng = rng;
    const s = ["s_line", "s_valid", "s_first", "s_marker", "m_data", "m_error", "m_valid"] as const;
    const stat = ["stat_valid", "stat_uncorrectable", "stat_corrected", "err_valid", "err_symbols"] as const;
    this.#p = portsOf(model, [...s, ...stat, "am_sf", "misplaced"]);
    this.#format = laneFormat(format.rateGbps as 400, format.fec as "rs544");
    this.#transmitter = new PcsTransmitter(this.#format, { periodPairs: period });
    this.#standIn = model.hasPort("bench_errors");
    let slice = 1;
    while (slice * derived.codewordClocks.value < format.groups) slice *= 2;
    this.#sizes = {
      symbols: derived.symbolsPerClock.value,
      clocks: derived.codewordClocks.value,
      groups: derived.groupsPerWord.value,
      slice,
      late: derived.decoderCycles.value + derived.codewordClocks.value,
      collect: derived.groupsPerWord.value > slice ? 1 : 0,
      period,
    };
  }

  /** The next pair of the stream, whole or broken off. */
  pair(load: RxLoad): void {
    const pair = this.#drawPair(load);
    const { clocks } = this.#sizes;
    const breaks = this.#rng.chance(load.broken);
    const words = breaks ? this.#rng.range(1, clocks - 1) : clocks;
    if (breaks) {
      this.counts.broken += 1;
      this.#follows = false;
    } else this.#expect(pair);
    for (let at = 0; at < words; at += 1) this.#drive(pair, at);
    if (this.#rng.chance(load.gap) || (breaks && this.#rng.chance(0.5)))
      this.idle(this.#rng.range(1, 2 * clocks));
  }

  /** Cycles without words; a pair behind them does not follow the one before. */
  idle(cycles: number): void {
    this.#follows = false;
    this.#p.s_valid.set(0);
    for (let at = 0; at < cycles; at += 1) {
      this.#rng.fill(this.#p.s_line.bytes);
      this.#p.s_first.set(this.#rng.below(2));
      this.#step();
    }
  }

  /** Lets all that is inside come out. */
  drain(): void {
    this.idle(this.#sizes.late + this.#sizes.clocks + 8);
    const left = [this.#words, this.#stats, this.#errs, this.#status, this.#misplaced].map(
      ({ size }) => size,
    );
    if (left.some((size) => size > 0)) fail(this.#model, `still to come: ${left.join(", ")}`);
  }

  #drawPair(load: RxLoad): Pair {
    const transmitter = this.#transmitter;
    const marker = this.#pairs++ % this.#sizes.period === 0;
    if (marker) transmitter.status = this.#rng.below(8);
    const group = new Uint8Array(33);
    for (let left = transmitter.room; left > 0; left -= 1) {
      this.#rng.fill(group);
      transmitter.pushGroup(group);
    }
    const sent = transmitter.takePair()!;
    const codewords = [this.#drawErrors(load), this.#drawErrors(load)] as const;
    const got = sent.slice();
    for (const [which, { wrong, bad }] of codewords.entries()) {
      if (this.#standIn && !bad) continue;
      for (const at of wrong) got[placeOf(this.#format, which as 0 | 1, at)]! ^= this.#rng.range(1, 1023);
    }
    const words = lineWords(this.#format, got, this.#sizes.symbols);
    const said = marker !== this.#rng.chance(load.moved ?? 0);
    return { codewords, sent, words, marker, said, status: transmitter.status };
  }

  #drawErrors(load: RxLoad): Codeword {
    const { n, t } = codeOf(this.#format);
    const bad = this.#rng.chance(load.overload);
    const count = bad
      ? this.#rng.range(t + 1, t + 6)
      : this.#rng.chance(load.errors)
        ? this.#rng.range(1, t)
        : 0;
    const wrong = new Set<number>();
    while (wrong.size < count)
      wrong.add(this.#rng.chance(0.2) ? n - 1 - this.#rng.below(4) : this.#rng.below(n));
    return { wrong: [...wrong], bad };
  }

  #drive(pair: Pair, at: number): void {
    const p = this.#p;
    p.s_line.bytes.set(pair.words[at]!);
    p.s_valid.set(1);
    p.s_first.set(at === 0 ? 1 : 0);
    p.s_marker.set(at === 0 ? (pair.said ? 1 : 0) : this.#rng.below(2));
    if (this.#standIn) this.#tell(pair, at);
    this.#step();
  }

  /** What the stand-ins find. */
  #tell({ codewords }: Pair, word: number): void {
    const { symbols, clocks } = this.#sizes;
    const errors = this.#model.port("bench_errors");
    errors.bytes.fill(0);
    for (const [which, { wrong }] of codewords.entries()) {
      for (const at of wrong)
        if (Math.floor(at / symbols) === word) setField(errors, which * symbols + (at % symbols), 1, 1);
    }
    const last = word === clocks - 1;
    const verdict = codewords.map(({ bad }) => (last ? bad : this.#rng.chance(0.5)));
    this.#model.port("bench_uncorrectable").set((verdict[0] ? 1 : 0) + (verdict[1] ? 2 : 0));
    const [a, b] = codewords.map(({ wrong }) => (last ? wrong.length & 31 : this.#rng.below(32)));
    this.#model.port("bench_count").set(a! + 32 * b!);
  }

  #expect(pair: Pair): void {
    const { counts } = this;
    const { late, clocks, symbols } = this.#sizes;
    const begin = this.#model.cycle + late;
    const bad = pair.codewords.some((one) => one.bad);
    const flags = (test: (one: Codeword) => boolean): string =>
      pair.codewords.map((one) => (test(one) ? 1 : 0)).join("");
    this.#stats.set(begin, `${flags((one) => one.bad)} ${flags((one) => !one.bad && one.wrong.length > 0)}`);
    if (!bad) {
      for (let word = 0; word < clocks; word += 1)
        this.#errs.set(begin + 1 + word, this.#wrongIn(pair, word));
    }
    counts.pairs += 1;
    if (bad) counts.bad += 1;
    const moved = pair.said !== pair.marker;
    if (moved && !bad) {
      counts.moved += 1;
      this.#misplaced.add(begin + 1);
    }
    if (!this.#follows) this.#spoilt = true;
    this.#follows = true;
    const bits = joinPair(this.#format, deinterleave(this.#format, pair.sent));
    const { groups, markerGroups } = this.#format;
    const markers = pair.said ? markerGroups : 0;
    const out = (group: number): number =>
      begin + Math.ceil(((group + 1) * groupBits) / (20 * symbols)) - 1 + gearboxStages;
    if (pair.marker && !bad && !moved) this.#status.set(out(markerGroups - 1), pair.status);
    for (let group = markers; group < groups; group += 1)
      this.#expectGroup(bits, group, bad || moved, out(group));
  }

  #expectGroup(bits: Uint8Array, index: number, bad: boolean, cycle: number): void {
    const group = new Uint8Array(33);
    copyBits(bits, groupBits * index, group, 0, groupBits);
    this.#descrambler.run(group, 0, groupBits);
    const error = bad || this.#spoilt;
    this.#spoilt = bad;
    if (error) this.counts.marked += 1;
    this.#pending.push({ text: bitsToHex(group, groupBits), error });
    if (this.#pending.length < this.#sizes.groups) return;
    const groups = this.#pending.map(({ text, error: wrong }) => (wrong ? "" : text));
    const errors = this.#pending.reduce((sum, one, at) => sum + (one.error ? 2 ** at : 0), 0);
    this.#words.set(cycle + descramblerStages + this.#sizes.collect, { groups, errors });
    this.#pending = [];
  }

  /** Symbols of a word that were wrong, those of PCS lane i together, as a number. */
  #wrongIn({ codewords }: Pair, word: number): bigint {
    const { pcsLanes } = this.#format;
    const { symbols } = this.#sizes;
    const rows = (2 * symbols) / pcsLanes;
    let set = 0n;
    for (const [which, { wrong }] of codewords.entries()) {
      for (const at of wrong) {
        if (Math.floor(at / symbols) !== word) continue;
        const place = placeOf(this.#format, which as 0 | 1, at) - 2 * symbols * word;
        set |= 1n << BigInt((place % pcsLanes) * rows + Math.floor(place / pcsLanes));
        this.counts.symbols += 1;
      }
    }
    return set;
  }

  #step(): void {
    this.#model.step();
    this.#checkWord();
    this.#checkStats();
  }

  #checkWord(): void {
    const p = this.#p;
    const { cycle } = this.#model;
    const due = this.#words.get(cycle);
    if ((due !== undefined) !== (p.m_valid.get() === 1))
      fail(this.#model, due ? "no word" : "a word too many");
    if (due === undefined) return;
    this.#words.delete(cycle);
    this.counts.words += 1;
    if (p.m_error.get() !== due.errors) fail(this.#model, `errors ${p.m_error.get()}, not ${due.errors}`);
    const group = new Uint8Array(33);
    for (const [at, text] of due.groups.entries()) {
      if (text === "") continue;
      copyBits(p.m_data.bytes, at * groupBits, group, 0, groupBits);
      const got = bitsToHex(group, groupBits);
      if (got !== text) fail(this.#model, `group ${at} of a word is ${got}, not ${text}`);
    }
  }

  #checkStats(): void {
    const p = this.#p;
    const { cycle } = this.#model;
    const stat = this.#stats.get(cycle);
    this.#stats.delete(cycle);
    const pair = (value: number): string => `${value & 1}${value >> 1}`;
    const got = `${pair(p.stat_uncorrectable.get())} ${pair(p.stat_corrected.get())}`;
    if ((stat !== undefined) !== (p.stat_valid.get() === 1)) fail(this.#model, `verdict ${got}, not ${stat}`);
    if (stat !== undefined && stat !== got) fail(this.#model, `verdict ${got}, not ${stat}`);
    const err = this.#errs.get(cycle);
    this.#errs.delete(cycle);
    if ((err !== undefined) !== (p.err_valid.get() === 1))
      fail(this.#model, "symbols of a pair that do not count");
    const symbols = p.err_symbols;
    if (
      err !== undefined &&
      (err !== 0n || symbols.bytes.some((byte) => byte !== 0)) &&
      err !== symbols.getBig()
    )
      fail(this.#model, `wrong symbols ${symbols.getBig().toString(16)}, not ${err.toString(16)}`);
    if (this.#misplaced.delete(cycle) !== (p.misplaced.get() === 1)) fail(this.#model, "misplaced");
    this.#sf = this.#status.get(cycle) ?? this.#sf;
    this.#status.delete(cycle);
    if (p.am_sf.get() !== this.#sf) fail(this.#model, `am_sf ${p.am_sf.get()}, not ${this.#sf}`);
  }
}
