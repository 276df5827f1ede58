import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mrTableModules } from "../../generator/views/nic/mr-table.ts";
import type { Model } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { fail, resetAll } from "../rtl/link-bench.ts";
import { benchNic, openNicModule, random64 } from "./nic-bench.ts";

/** A region as the host wrote it. */
interface Region {
  readonly variant: number;
  readonly valid: boolean;
  readonly allows: boolean;
  readonly rights: number;
  readonly pd: number;
  readonly iova: bigint;
  readonly length: bigint;
  readonly host: bigint;
  /** Two bits of the row are wrong. */
  readonly damaged: boolean;
}

interface Request {
  readonly key: number;
  readonly va: bigint;
  readonly bytes: number;
  readonly pd: number;
  readonly right: number;
  readonly since: number;
  /** What the row may have been while the request was under way. */
  readonly rows: Region[];
}

type Reason = "ok" | "key" | "pd" | "right" | "range";
interface Answer {
  readonly reason: Reason;
  readonly address: bigint;
  readonly may: boolean;
}

const none: Region = {
  variant: 0,
  valid: false,
  allows: false,
  rights: 0,
  pd: 0,
  iova: 0n,
  length: 0n,
  host: 0n,
  damaged: false,
};
const all64 = (1n << 64n) - 1n;

/** The rules over integers without limit. */
function judge(row: Region, { key, va, bytes, pd, right }: Request, regions: number): Answer {
  const known =
    key >>> 8 < regions &&
    row.valid &&
    !row.damaged &&
    row.variant === (key & 255) &&
    row.iova + row.length <= 1n << 64n;
  const inside = va >= row.iova && va + BigInt(bytes) <= row.iova + row.length;
  const reason = !known
    ? "key"
    : row.pd !== pd
      ? "pd"
      : (right & ~row.rights) !== 0
        ? "right"
        : inside
          ? "ok"
          : "range";
  return { reason, address: (row.host + va - row.iova) & all64, may: known && row.pd === pd && row.allows };
}

function rowBits(row: Region): bigint {
  const low = row.variant | (Number(row.valid) << 8) | (Number(row.allows) << 9) | (row.rights << 10);
  return (
    BigInt(low) | (BigInt(row.pd) << 16n) | (row.iova << 64n) | (row.length << 128n) | (row.host << 192n)
  );
}

class Bench {
  readonly model: Model;
  readonly rng: Rng;
  readonly regions: number;
  readonly secded: boolean;
  readonly rows: Region[];
  readonly open: Request[][] = [[], [], []];
  readonly seen: Record<Reason, number> = { ok: 0, key: 0, pd: 0, right: 0, range: 0 };
  readonly waits: number[][] = [[], [], []];
  allowed = 0;
  wrong = 0;

  constructor(model: Model, rng: Rng, regions: number) {
    this.model = model;
    this.rng = rng;
    this.regions = regions;
    this.secded = model.hasPort("inject");
    this.rows = new Array<Region>(regions).fill(none);
    resetAll(model);
    // Until the rows are cleared
    for (let cycle = 0; cycle < regions + 8; cycle += 1) model.step();
  }

  randomRegion(): Region {
    const { rng } = this;
    const length = rng.chance(0.1)
      ? 1n << BigInt(rng.below(49))
      : BigInt(1 + rng.below(rng.chance(0.5) ? 40 : 1 << 20));
    // Regions at the very end of the 64-bit space, and such that pretend to go on beyond it.
    const at = rng.chance(0.3) ? all64 + 1n - length + BigInt(rng.range(-2, 2)) : random64(rng);
    const iova = at > all64 ? all64 : at < 0n ? 0n : at;
    return {
      variant: rng.below(4),
      valid: rng.chance(0.85),
      allows: rng.chance(0.5),
      rights: rng.below(16),
      pd: rng.below(3),
      iova,
      length,
      host: random64(rng),
      damaged: this.secded && rng.chance(0.05),
    };
  }

  /** A request near the edges of what the row grants. */
  randomRequest(): Request {
    const { rng, rows, regions } = this;
    const index = rng.below(regions);
    const row = rows[index]!;
    // What a damaged row looks like when nobody puts it right.
    const wrong = row.damaged && rng.chance(0.5) ? row.variant ^ 3 : row.variant;
    const variant = rng.chance(0.1) ? rng.below(256) : wrong;
    const beyond = rng.chance(0.05) ? regions * (1 + rng.below(2 ** 24 / regions - 1)) : 0;
    const bytes = rng.chance(0.1) ? rng.next() : rng.below(rng.chance(0.5) ? 40 : 4097);
    const edges = [row.iova, row.iova + row.length, row.iova + row.length - BigInt(bytes)];
    const near = rng.pick(edges) + BigInt(rng.range(-1, 1));
    const inside = row.iova + (row.length > 0n ? random64(rng) % row.length : 0n);
    const va = rng.chance(0.5) ? near : inside;
    return {
      key: ((index + beyond) * 256 + variant) >>> 0,
      va: va & all64,
      bytes:
        rng.chance(0.5) && va < row.iova + row.length
          ? Number((row.iova + row.length - va) & 0xffffffffn)
          : bytes,
      pd: rng.chance(0.9) ? row.pd : rng.below(3),
      right: rng.chance(0.7) ? row.rights & rng.below(16) : rng.below(16),
      since: this.model.cycle,
      rows: [row],
    };
  }

  change(index: number, row: Region): void {
    this.rows[index] = row;
    for (const requests of this.open)
      for (const one of requests) if (one.key >>> 8 === index) one.rows.push(row);
  }

  /** One cycle: hands over what the loads draw, judges what comes. */
  cycle(load: number, writes: number, kills: number): void {
    const { model, rng } = this;
    let written: { index: number; row: Region } | undefined;
    let killed: number | undefined;
    if (rng.chance(writes) && this.#pending === undefined)
      this.#pending = { index: rng.below(this.regions), row: this.randomRegion() };
    const offer = this.#pending;
    model.port("mrt_valid").set(offer === undefined ? 0 : 1);
    if (this.secded) model.port("inject").set(0);
    if (offer !== undefined) {
      model.port("mrt_index").set(offer.index);
      model.port("mrt_data").setBig(rowBits(offer.row));
      if (model.port("mrt_ready").get() === 1) {
        written = offer;
        this.#pending = undefined;
        // The row is the next one written.
        if (offer.row.damaged) model.port("inject").set(3);
      }
    }
    const kill = rng.chance(kills);
    model.port("inv_valid").set(Number(kill));
    const victim = rng.below(this.regions);
    model.port("inv_index").set(victim);
    if (kill && model.port("inv_ready").get() === 1) killed = victim;
    const taken: [number, Request][] = [];
    for (const n of [0, 1, 2]) {
      const asks = this.#asks[n] ?? (rng.chance(load) ? this.randomRequest() : undefined);
      model.port(`c${n}_valid`).set(asks === undefined ? 0 : 1);
      if (asks === undefined) continue;
      for (const name of ["key", "bytes", "pd", "right"] as const)
        model.port(`c${n}_${name}`).set(asks[name]);
      model.port(`c${n}_va`).setBig(asks.va);
      const ready = model.port(`c${n}_ready`).get() === 1;
      this.#asks[n] = ready ? undefined : asks;
      if (ready) taken.push([n, { ...asks, since: model.cycle, rows: [] }]);
    }
    model.step();
    if (written !== undefined) this.change(written.index, written.row);
    if (killed !== undefined) this.change(killed, { ...this.rows[killed]!, valid: false });
    for (const [n, request] of taken) {
      request.rows.push(this.rows[request.key >>> 8] ?? none);
      this.open[n]!.push(request);
    }
    this.#judge();
  }

  #pending: { index: number; row: Region } | undefined;
  readonly #asks: (Request | undefined)[] = [];

  #judge(): void {
    const { model } = this;
    const reasons = (["key", "pd", "right", "range"] as const).filter(
      (name) => model.port(`evt_refused_${name}`).get() === 1,
    );
    let refused = 0;
    for (const n of [0, 1, 2]) {
      if (model.port(`c${n}_done`).get() === 0) continue;
      const request = this.open[n]!.shift();
      if (request === undefined) fail(model, `client ${n} is answered and did not ask`);
      this.waits[n]!.push(model.cycle - request.since);
      const ok = model.port(`c${n}_ok`).get() === 1;
      const reason = ok ? "ok" : (reasons[0] ?? "ok");
      if (!ok) refused += 1;
      const address = model.port(`c${n}_address`).getBig();
      const may = model.port(`c${n}_may_invalidate`).get() === 1;
      const right = request.rows
        .map((row) => judge(row, request, this.regions))
        .some((one) => one.reason === reason && one.may === may && (!ok || one.address === address));
      if (!right) fail(model, `client ${n}: ${reason}, ${address.toString(16)}, may invalidate ${may}`);
      this.seen[reason] += 1;
      this.allowed += Number(may);
    }
    if (reasons.length !== refused) fail(model, `${refused} refused, events ${reasons.join()}`);
    if (this.secded) this.wrong += model.port("evt_uncorrectable").get();
  }

  quiet(): void {
    for (let cycle = 0; cycle < 40; cycle += 1) this.cycle(0, 0, 0);
    expect(this.open).toEqual([[], [], []]);
  }
}

describe.each([
  ["none", 16],
  ["secded", 64],
] as const)("nic_mr_table, protection %s, %i regions", (memoryProtection, regions) => {
  let model: Model;
  beforeAll(async () => {
    const design = benchNic({ memoryProtection, memoryRegions: regions });
    model = await openNicModule(design, mrTableModules(design));
  }, 300_000);
  afterAll(() => model?.close());

  it.each([
    [1, 0.9, 0.03, 0.01],
    [2, 0.3, 0.2, 0.1],
    [3, 0.15, 0.02, 0.3],
  ])("answers as the rules say, seed %i, load %f", async (seed, load, writes, kills) => {
    await withSeed(seed, (rng) => {
      const bench = new Bench(model, rng, regions);
      for (let cycle = 0; cycle < 4000; cycle += 1) bench.cycle(load, writes, kills);
      bench.quiet();
      expect(bench.seen.key).toBeGreaterThan(50);
      if (kills < 0.2)
        for (const reason of ["ok", "pd", "right", "range"] as const)
          expect(bench.seen[reason], reason).toBeGreaterThan(20);
      if (kills < 0.2) expect(bench.allowed).toBeGreaterThan(20);
      if (memoryProtection === "secded" && kills < 0.2) expect(bench.wrong).toBeGreaterThan(5);
    });
  });

  it("answers after five cycles, and clients share it", async () => {
    await withSeed(4, (rng) => {
      const bench = new Bench(model, rng, regions);
      for (let round = 0; round < 50; round += 1) {
        bench.cycle(0.3, 0, 0);
        bench.quiet();
        if (round === 0) for (const waits of bench.waits) waits.length = 0;
        for (const waits of bench.waits) for (const wait of waits) expect(wait).toBeLessThanOrEqual(7);
      }
      const least = bench.waits.map((waits) => Math.min(...waits));
      expect(least).toEqual([5, 5, 5]);
      for (const waits of bench.waits) waits.length = 0;
      for (let cycle = 0; cycle < 300; cycle += 1) bench.cycle(1, 0, 0);
      // Three clients without pause: a request a cycle, each client one in three.
      for (const { length } of bench.waits) expect(length).toBeGreaterThan(95);
    });
  });
});
