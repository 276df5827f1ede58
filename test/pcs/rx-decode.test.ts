import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeModules } from "../../generator/views/pcs/rx-back-decode.ts";
import type { Model } from "../../sim/driver/model.ts";
import {
  blockBytes,
  copyBits,
  decodeBlock,
  encodeBlock,
  groupBits,
  groupBytes,
  header,
  transcode,
  untranscode,
  writeBits,
  writeErrorBlock,
} from "../../sim/reference/pcs/index.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { fail, portsOf, resetAll } from "../rtl/link-bench.ts";
import {
  benchHost,
  clean,
  lintTexts,
  openTexts,
  type RxShape,
  textsOf,
  titleOfShape,
} from "./rx-back-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = Number(process.env.LANEWRIGHT_LONG ?? "1");

/** Four beats a word of a group, two beats a word of two groups, one beat a word of two. */
const shapes: readonly RxShape[] = [
  { rateGbps: 200, fec: "rs544", symbolsPerClock: 8, datapathBits: 64 },
  { rateGbps: 200, fec: "rs272", symbolsPerClock: 16, datapathBits: 256 },
  { rateGbps: 200, fec: "rs544", symbolsPerClock: 16, datapathBits: 512 },
];

/** Columns by kind: all that the grammar has, and some that it has not. */
function drawColumn(rng: Rng): { readonly data: Uint8Array; readonly flags: number } {
  const data = new Uint8Array(8);
  rng.fill(data);
  const kind = rng.below(8);
  const characters = [0x07, 0x07, 0x07, 0x06, 0xfe];
  if (kind === 0) return { data: data.fill(0x07), flags: 0xff };
  if (kind === 1) {
    for (let i = 0; i < 8; i += 1) data[i] = rng.pick(characters);
    return { data, flags: 0xff };
  }
  if (kind === 2) {
    data[0] = 0xfb;
    return { data, flags: 1 };
  }
  if (kind === 3) {
    data[0] = rng.pick([0x9c, 0x5c]);
    data.fill(0, 4);
    if (rng.chance(0.3)) data[4] = rng.below(256);
    return { data, flags: 1 };
  }
  if (kind === 4) {
    data[0] = 0x5c;
    data[4] = (data[4]! & 0xf0) | 6;
    return { data, flags: 1 };
  }
  if (kind === 5) {
    const at = rng.below(8);
    data[at] = 0xfd;
    for (let i = at + 1; i < 8; i += 1) data[i] = rng.pick(characters);
    return { data, flags: (0xff << at) & 0xff };
  }
  return { data, flags: kind === 6 ? rng.below(256) : 0 };
}

/** A block that an encoder makes, or one like it with something wrong: a bit, a header. */
function drawBlock(rng: Rng, blocks: Uint8Array, at: number): void {
  const { data, flags } = drawColumn(rng);
  encodeBlock(data, Uint8Array.of(flags), 0, blocks, at);
  if (rng.chance(0.05)) blocks[at] = rng.below(4);
  if (rng.chance(0.1)) blocks[at + 1 + rng.below(8)]! ^= 1 << rng.below(8);
  if (rng.chance(0.1) && blocks[at] === header.control) blocks[at + 1] = rng.below(256);
}

/** A group, whatever its blocks are, and the columns that it stands for. */
function drawGroup(rng: Rng, error: boolean): { group: Uint8Array; data: Uint8Array; flags: Uint8Array } {
  const blocks = new Uint8Array(4 * blockBytes);
  for (let j = 0; j < 4; j += 1) drawBlock(rng, blocks, j * blockBytes);
  const group = transcode(blocks);
  if (rng.chance(0.1)) writeBits(group, rng.below(groupBits), 1, rng.below(2));
  if (rng.chance(0.05)) {
    rng.fill(group);
    group[groupBytes - 1]! &= 1;
  }
  untranscode(group, blocks);
  const data = new Uint8Array(32);
  const flags = new Uint8Array(4);
  for (let j = 0; j < 4; j += 1) {
    if (error) writeErrorBlock(blocks, j * blockBytes);
    decodeBlock(blocks, j * blockBytes, data, flags, j);
  }
  return { group, data, flags };
}

interface Beat {
  readonly data: Uint8Array;
  readonly flags: Uint8Array;
  readonly cycle: number;
}

class DecodeBench {
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #p;
  readonly #groups: number;
  readonly #beats: number;
  /** Beats that have to come, each in its cycle. */
  readonly #expected: Beat[] = [];
  #offered: readonly Pick<Beat, "data" | "flags">[] | undefined;
  words = 0;

  constructor(model: Model, rng: Rng, groups: number) {
    resetAll(model);
    this.#model = model;
    this.#rng = rng;
    const names = ["s_data", "s_error", "s_valid", "s_ready", "mii_rxd", "mii_rxc", "mii_rx_valid"] as const;
    this.#p = portsOf(model, names);
    this.#groups = groups;
    this.#beats = (groups * 256) / this.#p.mii_rxd.bits;
  }

  cycle(load: number): void {
    const p = this.#p;
    if (this.#offered === undefined && this.#rng.chance(load)) this.#offer();
    p.s_valid.set(this.#offered === undefined ? 0 : 1);
    if (this.empty && p.s_ready.get() === 0) fail(this.#model, "nothing inside, and not ready");
    const taken = this.#offered !== undefined && p.s_ready.get() === 1;
    if (taken) {
      const now = this.#model.cycle;
      for (const [at, beat] of this.#offered!.entries())
        this.#expected.push({ ...beat, cycle: now + 2 + at });
      this.#offered = undefined;
      this.words += 1;
    }
    this.#model.step();
    this.#check();
  }

  get empty(): boolean {
    return this.#expected.length === 0;
  }

  #offer(): void {
    const p = this.#p;
    const word = new Uint8Array(p.s_data.bytes.length);
    const data = new Uint8Array(32 * this.#groups);
    const flags = new Uint8Array(4 * this.#groups);
    let errors = 0;
    for (let g = 0; g < this.#groups; g += 1) {
      const error = this.#rng.chance(0.1);
      const drawn = drawGroup(this.#rng, error);
      if (error) errors += 1 << g;
      copyBits(drawn.group, 0, word, g * groupBits, groupBits);
      data.set(drawn.data, 32 * g);
      flags.set(drawn.flags, 4 * g);
    }
    p.s_data.bytes.set(word);
    p.s_error.set(errors);
    const [bytes, count] = [p.mii_rxd.bytes.length, p.mii_rxc.bytes.length];
    this.#offered = Array.from({ length: this.#beats }, (_, at) => ({
      data: data.subarray(bytes * at, bytes * at + bytes),
      flags: flags.subarray(count * at, count * at + count),
    }));
  }

  #check(): void {
    const p = this.#p;
    const next = this.#expected[0];
    const due = next?.cycle === this.#model.cycle;
    if (due !== (p.mii_rx_valid.get() === 1)) fail(this.#model, due ? "no beat" : "a beat too many");
    if (!due) return;
    this.#expected.shift();
    const [got, want] = [p.mii_rxd.bytes, next!.data].map((bytes) => Buffer.from(bytes).toString("hex"));
    const [gotFlags, wantFlags] = [p.mii_rxc.bytes, next!.flags].map((one) =>
      Buffer.from(one).toString("hex"),
    );
    if (got !== want || gotFlags !== wantFlags)
      fail(this.#model, `column ${got} flags ${gotFlags}, not ${want} flags ${wantFlags}`);
  }
}

describe.each(shapes.map((shape) => [titleOfShape(shape), shape] as const))("pcs_decode, %s", (_, shape) => {
  const host = benchHost(shape);
  const texts = textsOf(host, decodeModules(host));
  const groups = host.pcs.derived.groupsPerWord.value;
  let model: Model;
  beforeAll(async () => {
    model = await openTexts("dut_pcs_decode", texts);
  });
  afterAll(() => {
    model.close();
  });

  it("gives the columns of every group, right ones and wrong ones, 2 cycles later", () =>
    withSeed(seed, (rng) => {
      const bench = new DecodeBench(model, rng, groups);
      while (bench.words * groups < 4000 * long) bench.cycle(bench.words % 200 < 100 ? 1 : 0.4);
      while (!bench.empty) bench.cycle(0);
    }));

  it("takes a word for as many beats as it holds, without a gap", () =>
    withSeed(seed, (rng) => {
      const bench = new DecodeBench(model, rng, groups);
      const beats = (256 * groups) / shape.datapathBits;
      bench.cycle(1);
      for (let cycle = 0; cycle < 20 * beats; cycle += 1) bench.cycle(1);
      expect(bench.words).toBe(21);
    }));

  it("is clean for every linter", async () => {
    expect(await lintTexts("dut_pcs_decode", texts)).toEqual(clean);
  });
});
