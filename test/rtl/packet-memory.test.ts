import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderTemplate } from "../../generator/render/index.ts";
import { type PacketMemory, packetMemoryModules } from "../../generator/views/packet-memory.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { buildTexts } from "./build.ts";
import { fail, field, portsOf, resetAll, setField } from "./link-bench.ts";
import { type Outcome, RowLayout, withFlips } from "./packet-memory-faults.ts";

const protectedRows: readonly Omit<PacketMemory, "purpose">[] = [
  { rowBits: 64, depth: 16 },
  { rowBits: 70, depth: 100, firmBits: 1 },
  { rowBits: 35, depth: 64, firmBits: 11 },
  { rowBits: 256 + 4 + 12, depth: 40, firmBits: 9 },
];

function textsOf(protection: "none" | "secded", memory: PacketMemory): [string, string][] {
  const design = { name: "dut", memoryProtection: protection };
  return packetMemoryModules(design, { memory }).map(([suffix, template, view]) => [
    `dut_${suffix}`,
    renderTemplate(`${template}.v.hbs`, view),
  ]);
}

/** Bits of a row, drawn at random. */
const randomRow = (rng: Rng, bits: number): Uint8Array => {
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  rng.fill(bytes);
  if (bits % 8 !== 0) bytes[bytes.length - 1]! &= 2 ** (bits % 8) - 1;
  return bytes;
};

const title = ({ rowBits, depth, firmBits = 0 }: Omit<PacketMemory, "purpose">): string =>
  `${depth} rows of ${rowBits} bits, ${firmBits} of them firm`;

describe.each(protectedRows.map((one) => [title(one), one] as const))(
  "packet_memory, SECDED, %s",
  (_title, one) => {
    const memory = { ...one, purpose: "A memory." };
    const layout = new RowLayout(memory);
    let model: Model;

    beforeAll(async () => {
      const texts = textsOf("secded", memory).map(([name, text]): [string, string] => [
        name,
        name === "dut_memory" ? withFlips(text, layout.parts.length) : text,
      ]);
      model = openModel(await buildTexts("dut_memory", texts));
    });
    afterAll(() => model?.close());

    it("corrects every single wrong bit and tells of it once", async () => {
      await withSeed(1, (rng) => {
        const bench = new Bench(model, memory, rng);
        for (let bit = 0; bit < layout.parts.length; bit += 1) bench.writeAndRead([bit]);
        expect(bench.corrected).toBe(layout.parts.length);
      });
    });

    it("finds two wrong bits of a slice, corrects two in different slices, and firm bits with any two", async () => {
      await withSeed(2, (rng) => {
        const bench = new Bench(model, memory, rng);
        for (let at = 0; at < 3000; at += 1) bench.writeAndRead(layout.draw(rng));
        expect(bench.uncorrectable).toBeGreaterThan(300);
        expect(bench.corrected).toBeGreaterThan(300);
      });
    });

    it.runIf(layout.slices === 1 && memory.firmBits === undefined)(
      "tells of three wrong bits one way or the other",
      async () => {
        await withSeed(6, (rng) => {
          const bench = new Bench(model, memory, rng);
          for (let at = 0; at < 500; at += 1) bench.writeThree();
          expect(bench.corrected).toBeGreaterThan(100);
          expect(bench.uncorrectable).toBeGreaterThan(100);
        });
      },
    );

    it("writes and reads at once, holds what it shows, and tells of each read once", async () => {
      await withSeed(3, (rng) => {
        const bench = new Bench(model, memory, rng);
        bench.run(5000, layout);
        expect(bench.corrected).toBeGreaterThan(300);
        expect(bench.uncorrectable).toBeGreaterThan(100);
      });
    });

    it("gives the next row written wrong bits for a pulse of `inject`, and no other", async () => {
      await withSeed(4, (rng) => {
        const bench = new Bench(model, memory, rng);
        for (const delay of [0, 1, 5]) {
          for (const bits of [[], [0], [1], [0, 1]]) bench.inject(bits, delay, layout.outcome(bits));
        }
      });
    });
  },
);

describe("packet_memory without protection", () => {
  it("writes and reads at once and holds what it shows", async () => {
    const memory = { rowBits: 70, depth: 100, firmBits: 1, purpose: "A memory." };
    const model = openModel(await buildTexts("dut_memory", textsOf("none", memory)));
    await withSeed(5, (rng) => new Bench(model, memory, rng).run(5000));
    expect(model.ports.map(({ name }) => name).sort()).toEqual(
      ["clk", "rd_addr", "rd_data", "rd_en", "wr_addr", "wr_data", "wr_en"].sort(),
    );
    model.close();
  });
});

const fine: Outcome = { corrected: false, uncorrectable: false };

class Bench {
  corrected = 0;
  uncorrectable = 0;
  readonly #p;
  readonly #model: Model;
  readonly #memory: PacketMemory;
  readonly #rng: Rng;
  readonly #secded: boolean;
  readonly #rows: ({ bytes: Uint8Array; outcome: Outcome } | undefined)[];
  /** What the last read fetched, and whether the events of it are due. */
  #shown: { bytes: Uint8Array; outcome: Outcome } | undefined;
  #fresh = false;

  constructor(model: Model, memory: PacketMemory, rng: Rng) {
    this.#model = model;
    this.#memory = memory;
    this.#rng = rng;
    this.#secded = model.hasPort("inject");
    this.#rows = new Array(memory.depth).fill(undefined);
    this.#p = portsOf(model, ["wr_en", "wr_addr", "wr_data", "rd_en", "rd_addr", "rd_data"]);
    for (const port of model.ports) if (port.dir === "in") port.bytes.fill(0);
    if (this.#secded) resetAll(model);
  }

  /** One row with wrong bits, written and read. */
  writeAndRead(wrong: readonly number[]): void {
    const address = this.#rng.below(this.#memory.depth);
    const outcome = new RowLayout(this.#memory).outcome(wrong);
    this.#setWrite(address, wrong, outcome);
    this.#cycle();
    this.#setRead(address);
    this.#cycle();
    this.#cycle();
    this.#cycle();
  }

  /** One row with three wrong bits: it looks like one wrong bit, or like more than one. */
  writeThree(): void {
    const bits = this.#model.port("flip").bits;
    const wrong = new Set<number>();
    while (wrong.size < 3) wrong.add(this.#rng.below(bits));
    this.#setWrite(0, [...wrong], fine);
    this.#model.step();
    this.#p.wr_en.set(0);
    this.#p.rd_en.set(1);
    this.#p.rd_addr.set(0);
    this.#model.step();
    this.#p.rd_en.set(0);
    this.#model.step();
    const [corrected, not] = ["evt_corrected", "evt_uncorrectable"].map((name) =>
      this.#model.port(name).get(),
    );
    if (corrected === not)
      fail(this.#model, `three wrong bits: corrected is ${corrected}, and so is the other`);
    this.corrected += corrected!;
    this.uncorrectable += not!;
  }

  /** Writes and reads at random, never of one row in one cycle. */
  run(cycles: number, layout?: RowLayout): void {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const address = this.#rng.below(this.#memory.depth);
      const wrong = layout?.draw(this.#rng) ?? [];
      if (this.#rng.chance(0.6)) this.#setWrite(address, wrong, layout?.outcome(wrong) ?? fine);
      const from = this.#rng.below(this.#memory.depth);
      if (from !== address && this.#rows[from] !== undefined && this.#rng.chance(0.6)) this.#setRead(from);
      this.#cycle();
    }
  }

  /** A pulse of `inject`, after `delay` cycles a row, then one more that must be right. */
  inject(bits: readonly number[], delay: number, outcome: Outcome): void {
    this.#model.port("inject").set(bits.reduce((sum, bit) => sum | (1 << bit), 0));
    if (delay > 0) {
      this.#cycle();
      this.#model.port("inject").set(0);
      for (let at = 1; at < delay; at += 1) this.#cycle();
    }
    this.#setWrite(1, [], outcome);
    this.#cycle();
    this.#model.port("inject").set(0);
    this.#setWrite(2, [], fine);
    this.#cycle();
    for (const address of [1, 2]) {
      this.#setRead(address);
      this.#cycle();
      this.#cycle();
    }
    this.#cycle();
  }

  #setWrite(address: number, wrong: readonly number[], outcome: Outcome): void {
    const bytes = randomRow(this.#rng, this.#memory.rowBits);
    this.#p.wr_en.set(1);
    this.#p.wr_addr.set(address);
    this.#p.wr_data.bytes.set(bytes);
    if (this.#secded) {
      const flip = this.#model.port("flip");
      flip.bytes.fill(0);
      for (const bit of wrong) setField(flip, bit, 1, 1 - field(flip, bit, 1));
    }
    this.#pending = { address, row: { bytes, outcome } };
  }

  #pending: { address: number; row: { bytes: Uint8Array; outcome: Outcome } } | undefined;

  #setRead(address: number): void {
    this.#p.rd_en.set(1);
    this.#p.rd_addr.set(address);
    this.#reading = this.#rows[address];
  }

  #reading: { bytes: Uint8Array; outcome: Outcome } | undefined;

  /** An edge, and a look at what it brought. */
  #cycle(): void {
    const due = this.#fresh && this.#shown !== undefined ? this.#shown.outcome : fine;
    this.#model.step();
    if (this.#pending !== undefined) this.#rows[this.#pending.address] = this.#pending.row;
    this.#fresh = this.#reading !== undefined;
    this.#shown = this.#reading ?? this.#shown;
    this.#pending = undefined;
    this.#reading = undefined;
    for (const port of [this.#p.wr_en, this.#p.rd_en]) port.set(0);
    this.#rng.fill(this.#p.wr_data.bytes);
    this.#rng.fill(this.#p.rd_addr.bytes, 0, 1);
    this.#check(due);
  }

  #check(due: Outcome): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    const bad = this.#secded && this.#model.port("rd_uncorrectable").get() === 1;
    if (bad !== shown.outcome.uncorrectable) fail(this.#model, `rd_uncorrectable is ${bad}`);
    if (!bad && shown.bytes.some((byte, at) => byte !== this.#p.rd_data.bytes[at])) {
      fail(this.#model, "rd_data is not what was written");
    }
    this.#checkFirm(shown.bytes);
    if (!this.#secded) return;
    for (const name of ["corrected", "uncorrectable"] as const) {
      const pulse = this.#model.port(`evt_${name}`).get() === 1;
      if (pulse !== due[name]) fail(this.#model, `evt_${name} is ${pulse}`);
      this[name] += Number(pulse);
    }
  }

  /** The firm bits are right in any case. */
  #checkFirm(bytes: Uint8Array): void {
    const { rowBits, firmBits = 0 } = this.#memory;
    for (let bit = rowBits - firmBits; bit < rowBits; bit += 1) {
      const expected = (bytes[bit >> 3]! >> (bit & 7)) & 1;
      if (field(this.#p.rd_data, bit, 1) !== expected) fail(this.#model, `firm bit ${bit} is wrong`);
    }
  }
}
