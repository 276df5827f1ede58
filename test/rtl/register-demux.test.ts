import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerDemuxView } from "../../generator/views/switch/register-demux.ts";
import type { Model } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { AxilMonkey } from "./axil-monkey.ts";
import { openBlock, switchOf } from "./csr-bench.ts";
import { DemuxPages } from "./register-demux-bench.ts";

/** Ports, bits of an address. Three ports have as many pages as their address can tell. */
const sizes = [
  [2, 15],
  [3, 15],
  [80, 20],
] as const;

describe.each(sizes)("register_demux of %i ports", (ports, addressBits) => {
  const pages = 2 * (ports + 1);
  let model: Model;
  beforeAll(async () => {
    const design = switchOf(`demux_${ports}`, ports, 2);
    model = await openBlock(design, [["register_demux", "switch/register_demux", registerDemuxView(design)]]);
  }, 300_000);
  afterAll(() => model?.close());

  function start(
    rng: Rng,
    idle: number,
    slow: number,
  ): { bus: AxilMonkey; blocks: DemuxPages; step(): void } {
    for (const port of model.ports) if (port.dir === "in" && port.name !== "clk") port.bytes.fill(0);
    model.reset(2);
    const blocks = new DemuxPages(model, rng, pages, slow);
    const bus = new AxilMonkey(model, rng, idle, rng.chance(0.5));
    return {
      bus,
      blocks,
      step() {
        blocks.drive();
        blocks.sample();
        bus.step();
      },
    };
  }

  it("has as many address bits as its pages need", () => {
    expect(model.port("s_axil_awaddr").bits).toBe(addressBits);
    expect(model.port("m_axil_arvalid").bits).toBe(pages);
  });

  it.each([
    [0, 0, 41],
    [0.5, 0.5, 42],
    [0, 0.9, 43],
    [0.9, 0, 44],
  ])(
    "leads every access to its page and its answer back, bus idle %f, blocks slow %f",
    async (idle, slow, seed) => {
      await withSeed(seed, (rng) => {
        const { bus, blocks, step } = start(rng, idle, slow);
        const address = () => {
          const page = rng.chance(0.3) ? rng.below(2 ** (addressBits - 12)) : rng.below(pages);
          return 4096 * page + rng.below(4096);
        };
        const written: { address: number; data: number; strobe: number }[] = [];
        const read: number[] = [];
        for (let round = 0; round < 250; round += 1) {
          if (rng.chance(0.6)) {
            written.push({ address: address(), data: rng.next(), strobe: rng.below(16) });
            bus.write(written.at(-1)!);
          }
          if (rng.chance(0.6)) {
            read.push(address());
            bus.read(read.at(-1)!);
          }
          for (let cycle = rng.below(30); cycle > 0; cycle -= 1) step();
        }
        for (let cycle = 0; !bus.idle; cycle += 1) {
          expect(cycle, "everything is answered").toBeLessThan(100_000);
          step();
        }

        const there = (at: number) => at >>> 12 < pages;
        expect(
          blocks.writes.map(({ page, address: at, data, strobe }) => ({ page, at, data, strobe })),
        ).toEqual(
          written
            .filter((one) => there(one.address))
            .map(({ address: at, data, strobe }) => ({ page: at >>> 12, at: at & 4095, data, strobe })),
        );
        expect(blocks.reads.map(({ page, address: at }) => ({ page, at }))).toEqual(
          read.filter(there).map((at) => ({ page: at >>> 12, at: at & 4095 })),
        );
        const writeAnswers = [...blocks.writes];
        expect(bus.writeAnswers.map(({ response }) => response)).toEqual(
          written.map((one) => (there(one.address) ? writeAnswers.shift()!.response : 2)),
        );
        const readAnswers = [...blocks.reads];
        expect(bus.readAnswers.map(({ data, response }) => ({ data, response }))).toEqual(
          read.map((at) => {
            const answer = there(at) ? readAnswers.shift()! : { data: 0, response: 2 };
            return { data: answer.data, response: answer.response };
          }),
        );
        expect(bus.readAnswers.some(({ response }) => response === 2)).toBe(true);
      });
    },
  );

  it("reaches every page", async () => {
    await withSeed(45, (rng) => {
      const { bus, blocks, step } = start(rng, 0, 0.1);
      for (let page = 0; page < pages; page += 1) {
        bus.read(4096 * page + 4 * page);
        bus.write({ address: 4096 * page + 8, data: page, strobe: 15 });
      }
      while (!bus.idle) step();
      const every = Array.from({ length: pages }, (_, page) => page);
      expect(blocks.reads.map(({ page, address }) => [page, address])).toEqual(
        every.map((page) => [page, 4 * page]),
      );
      expect(blocks.writes.map(({ page, data }) => [page, data])).toEqual(every.map((page) => [page, page]));
    });
  });

  it("forgets a transaction in reset, and serves the next one", async () => {
    await withSeed(46, (rng) => {
      for (let round = 0; round < 40; round += 1) {
        const before = start(rng, 0, 0.3);
        before.bus.read(4096 * rng.below(pages));
        before.bus.write({ address: 4096 * rng.below(pages), data: rng.next(), strobe: 15 });
        for (let cycle = rng.below(16); cycle > 0; cycle -= 1) before.step();
        const { bus, blocks, step } = start(rng, 0, 0.3);
        for (const name of ["s_axil_bvalid", "s_axil_rvalid", "m_axil_bready", "m_axil_rready"]) {
          expect(model.port(name).getBig(), name).toBe(0n);
        }
        for (const name of ["awvalid", "wvalid", "arvalid"]) {
          expect(model.port(`m_axil_${name}`).getBig(), name).toBe(0n);
        }
        const page = rng.below(pages);
        bus.read(4096 * page + 12);
        bus.write({ address: 4096 * page + 16, data: 5, strobe: 3 });
        while (!bus.idle) step();
        expect(blocks.reads.map((one) => [one.page, one.address])).toEqual([[page, 12]]);
        expect(blocks.writes.map((one) => [one.page, one.address, one.data, one.strobe])).toEqual([
          [page, 16, 5, 3],
        ]);
      }
    });
  });
});
