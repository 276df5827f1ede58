import { describe, expect, it } from "vitest";
import { ethModules } from "../../generator/views/eth/index.ts";
import type { Model } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { pauseFrame, type Row, rowsOf, withFcs } from "./eth-wire.ts";
import { benchNic, openNicModule } from "./nic-bench.ts";
import { randomBytes } from "./records.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const rowBytes = 128;
const idle: Row = { data: new Uint8Array(rowBytes).fill(7), control: new Uint8Array(rowBytes / 8).fill(255) };

/** Columns in which frames start. */
const startsOf = ({ data, control }: Row): number[] =>
  Array.from({ length: rowBytes / 8 }, (_, at) => at).filter(
    (at) => control[at] === 1 && data[8 * at] === 0xfb,
  );

/** All that is not idle, in order; control characters as numbers above 255. */
function charactersOf(rows: readonly Row[]): Uint16Array {
  const all: number[] = [];
  for (const { data, control } of rows)
    for (const [at, value] of data.entries()) {
      const isControl = ((control[at >> 3]! >> (at & 7)) & 1) === 1;
      if (!isControl || value !== 7) all.push(isControl ? 256 + value : value);
    }
  return Uint16Array.from(all);
}

/** Frames, FCS included, of which the first that starts in a row is taken. */
function framesOf(rows: readonly Row[]): Uint8Array[] {
  const all: Uint8Array[] = [];
  let open: number[] | null = null;
  for (const row of rows) {
    let started = false;
    for (const [at, value] of row.data.entries()) {
      const isControl = ((row.control[at >> 3]! >> (at & 7)) & 1) === 1;
      if (!isControl) open?.push(value);
      else if (value === 0xfb) {
        open = started ? null : [];
        started = true;
      } else if (value === 0xfd && open !== null) {
        all.push(Uint8Array.from(open.slice(7)));
        open = null;
      }
    }
  }
  return all;
}

/** A row each cycle. @returns those that come out */
function pass(model: Model, rows: readonly Row[], look = (): void => undefined): Row[] {
  const out: Row[] = [];
  model.port("mii_link_up").set(1);
  for (const { data, control } of rows) {
    model.port("mii_rx_valid").set(1);
    model.port("mii_rxd").bytes.set(data);
    model.port("mii_rxc").bytes.set(control);
    model.eval();
    if (model.port("m_valid").get() === 1)
      out.push({
        data: model.port("m_data").bytes.slice(0, rowBytes),
        control: model.port("m_control").bytes.slice(0, rowBytes / 8),
      });
    look();
    model.step();
  }
  return out;
}

const frames = (rng: Rng, count: number, pauses: number): Uint8Array[] =>
  Array.from({ length: count }, () =>
    withFcs(
      rng.chance(pauses) ? pauseFrame(1, [1]) : randomBytes(rng, rng.range(60, rng.chance(0.8) ? 66 : 300)),
    ),
  );

describe("rows of 1024 bits", () => {
  const design = benchNic({ bits: 1024, mtuBytes: 256, frame: "ethernet" });
  const modules = ethModules(design).filter(([name]) => name === "eth_rx_rows" || name === "nic_fifo");
  const parts = modules.toSorted(([a]) => (a === "nic_fifo" ? -1 : 1));

  it("have one start each behind bursts of short frames, and all there was", { timeout: 60_000 }, () =>
    withSeed(seed, async (rng) => {
      const model = await openNicModule(design, parts);
      model.reset();
      let twice = 0;
      for (let burst = 0; burst < 25; burst += 1) {
        const rows = rowsOf(frames(rng, rng.range(2, 22), 0.1), rowBytes, () =>
          rng.chance(0.8) ? 1 : rng.range(1, 16),
        );
        twice += rows.filter((row) => startsOf(row).length > 1).length;
        const out = pass(model, [...rows, ...new Array<Row>(40).fill(idle)]);
        expect(out.filter((row) => startsOf(row).length > 1)).toEqual([]);
        expect(charactersOf(out)).toEqual(charactersOf(rows));
      }
      expect(twice).toBeGreaterThan(40);
      model.close();
    }),
  );

  it("lose no pause when there is no end of them", { timeout: 60_000 }, () =>
    withSeed(seed, async (rng) => {
      const model = await openNicModule(design, parts);
      model.reset();
      // short frames at every place in a row; pauses at random, of which twelve times two start in one row
      const all: Uint8Array[] = [];
      let [column, since, pairs] = [0, 0, 0];
      const add = (frame: Uint8Array): void => {
        all.push(withFcs(frame));
        column = (column + 2 + Math.ceil((all.at(-1)!.length + 1) / 8)) % (rowBytes / 8);
      };
      while (all.length < 3000) {
        since += 1;
        // a pause is 10 columns, one of them its start column, and has an idle one in front
        const paired = column + 1 + 11 < rowBytes / 8 && pairs < 12 && all.length > 300;
        if (since > 2 && rng.chance(paired ? 0.5 : 0.1)) {
          for (let left = paired ? 2 : 1; left > 0; left -= 1) add(pauseFrame(1, [rng.below(65536)]));
          pairs += Number(paired);
          since = 0;
        } else add(randomBytes(rng, rng.range(60, 66)));
      }
      expect(pairs).toBe(12);
      const rows = rowsOf(all, rowBytes, () => 1);
      let dropped = 0;
      const out = pass(model, [...rows, ...new Array<Row>(60).fill(idle)], () => {
        dropped += model.port("evt_drop").get();
      });
      const taken = framesOf(out);
      const second = out.filter((row) => startsOf(row).length > 1).length;
      expect([second > 100, dropped > 20]).toEqual([true, true]);
      expect(taken.length + second + dropped).toBe(all.length);
      const text = (frame: Uint8Array): string => Buffer.from(frame).toString("hex");
      const isPause = (frame: string): boolean => frame.startsWith("0180c2000001");
      const sent = all.map(text);
      expect(taken.map(text).filter(isPause)).toEqual(sent.filter(isPause));
      const known = new Set(sent);
      expect(taken.map(text).filter((frame) => !known.has(frame))).toEqual([]);
      model.close();
    }),
  );
});
