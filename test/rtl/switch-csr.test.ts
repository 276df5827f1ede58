import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { switchCsrView } from "../../generator/views/switch/csr.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { headerValues, openBlock, switchOf } from "./csr-bench.ts";
import { CsrBench, type CsrContract, describeCsr, setting, strobed } from "./csr-suite.ts";
import { type StickyField, StickyReference } from "./switch-csr-bench.ts";

type Protection = "none" | "secded";

/** Slices of a vector with one bit a port, as registers of 32. */
function bitmap(name: string, port: string, bits: number): StickyField[] {
  return Array.from({ length: Math.ceil(bits / 32) }, (_, index) => ({
    name: `${name}[${index}]`,
    port,
    at: 32 * index,
    lsb: 0,
    bits: Math.min(32, bits - 32 * index),
  }));
}

function contractOf(
  ports: number,
  rows: number,
  secded: boolean,
  constants: Readonly<Record<string, number>>,
): CsrContract {
  const portBits = Math.ceil(Math.log2(ports + 1));
  return {
    settings: [
      setting("OWN_LID", "cfg_own_lid", 0, 16, 0),
      setting("LFT_TOP", "cfg_lft_top", 0, 16, rows - 1),
      setting("TABLE_ADDRESS", "table_address", 0, 20, 0),
      setting("TABLE_ADDRESS", "table_port", 20, portBits, 0),
      setting("TABLE_ADDRESS", "table_select", 28, 2, 0),
    ],
    status: [
      { name: "TABLE_STATUS", port: "table_ready", at: 0, lsb: 0, bits: 1 },
      ...bitmap("PORT_ACTIVE", "sts_port_active", ports + 1),
    ],
    commands: ["table_swap_lft", "table_swap_mft", "table_read"].map((port, bit) => ({
      name: "TABLE_COMMAND",
      bit,
      port,
    })),
    constants: { ID: 0x4c575331, ...constants },
    slow: secded ? "TABLE_STATUS" : "PORT_ACTIVE[0]",
  };
}

async function open(name: string, ports: number, protection: Protection): Promise<CsrBench> {
  const design = switchOf(name, ports, 15, {
    memoryProtection: protection,
    scheduler: { kind: "islip", iterations: 2 },
    tables: { unicastEntries: 12_288, multicastEntries: 1024, partitionKeys: 24 },
  });
  const model = await openBlock(design, [["switch_csr", "common/csr", switchCsrView(design)]]);
  const secded = protection === "secded";
  const stages = design.derived.crossbarStages.value;
  const contract = contractOf(ports, 12_288, secded, {
    GEOMETRY: ports + (15 << 8) + (2 << 16) + (stages << 20) + (16 << 24) + (secded ? 2 ** 31 : 0),
    TABLE_SIZES: 12_288 + 1024 * 2 ** 16,
    P_KEYS: 24,
  });
  return new CsrBench(model, await headerValues(design, "SWITCH_"), contract);
}

for (const [ports, protection] of [
  [2, "none"],
  [80, "secded"],
] as const) {
  describeCsr(`switch_csr, ${ports} ports, protection ${protection}`, () =>
    open(`switch_csr_${ports}`, ports, protection),
  );
}

describe("switch_csr, what only a switch has", () => {
  let bench: CsrBench;
  beforeAll(async () => {
    bench = await open("switch_csr_80", 80, "secded");
  }, 300_000);
  afterAll(() => bench?.model.close());

  const causes = ["port_state", "packet_dropped", "lifetime_drop", "table_parity"];
  const memoryCauses = ["memory_corrected", "memory_uncorrectable"];
  const sticky: readonly StickyField[] = [
    ...[...causes, ...memoryCauses].map((cause, lsb) => ({
      name: "INTERRUPT_STATUS",
      port: `set_${cause}`,
      at: 0,
      lsb,
      bits: 1,
    })),
    ...bitmap("PORT_EVENT", "set_port_event", 81),
  ];

  it.each([
    [0, 31, 0.02],
    [0.4, 32, 0.002],
    [0.1, 33, 0.3],
  ])(
    "collects events, clears what is written as 1, and raises irq, bus idle %f, seed %i, load %f",
    async (idle, seed, load) => {
      await withSeed(seed, (rng) => {
        const bus = bench.start(rng, idle);
        const reference = new StickyReference(bench.model, bus, sticky);
        const names = [...new Set(sticky.map(({ name }) => name)), "INTERRUPT_ENABLE"];
        for (let round = 0; round < 400; round += 1) {
          for (let burst = rng.range(1, 3); burst > 0; burst -= 1) {
            const data = rng.chance(0.3) ? 2 ** 32 - 1 : rng.next();
            const write = { name: rng.pick(names), data, strobe: rng.below(16) };
            bus.write({ address: bench.addressOf(write.name), data, strobe: write.strobe });
            reference.write(write);
          }
          for (let cycle = rng.below(12); cycle > 0 || !bus.idle; cycle -= 1) {
            reference.noise(rng, load);
            reference.step();
          }
          const read = rng.pick(names);
          let shown: number | undefined;
          let taken = false;
          bus.onReadTaken = () => {
            taken = true;
          };
          bus.readAnswers.length = 0;
          bus.read(bench.addressOf(read));
          while (!bus.idle) {
            reference.noise(rng, load);
            reference.step();
            // A read shows its register as it is in the cycle after its address was taken.
            if (taken) {
              shown = read === "INTERRUPT_ENABLE" ? reference.enable : reference.values.get(read);
              taken = false;
            }
          }
          expect(bus.readAnswers[0]!.data, `${read} in round ${round}`).toBe(shown);
        }
        expect(reference.races).toBeGreaterThan(load > 0.01 ? 20 : 0);
        expect(reference.high).toBeGreaterThan(100);
      });
    },
  );

  it("keeps every event apart, and forgets all of them in reset", async () => {
    await withSeed(34, (rng) => {
      const bus = bench.start(rng, 0);
      for (const { name, port, at, lsb, bits } of sticky) {
        for (let bit = 0; bit < bits; bit += 1) {
          bench.model.port(port).setBig(1n << BigInt(at + bit));
          bench.model.step();
          bench.model.port(port).setBig(0n);
          const names = [...new Set(sticky.map((one) => one.name))];
          const expected = names.map((one) => (one === name ? 2 ** (lsb + bit) : 0));
          expect(bench.read(bus, ...names)).toEqual(expected);
          bench.write(bus, name, 2 ** (lsb + bit));
          expect(bench.read(bus, name)).toEqual([0]);
        }
      }
      // Everything is set; a reset with the events still there clears all of it at once.
      bench.write(bus, "INTERRUPT_ENABLE", 0x3f);
      for (const { port } of sticky) {
        const { bits } = bench.model.port(port);
        bench.model.port(port).setBig((1n << BigInt(bits)) - 1n);
      }
      bench.model.step(3);
      expect(bench.model.port("irq").get()).toBe(1);
      bench.model.port("rst").set(1);
      bench.model.step();
      expect(bench.model.port("irq").get()).toBe(0);
      for (const { port } of sticky) bench.model.port(port).setBig(0n);
      bench.model.step();
      bench.model.port("rst").set(0);
      const names = [...new Set(sticky.map(({ name }) => name)), "INTERRUPT_ENABLE"];
      expect(bench.read(bus, ...names)).toEqual(names.map(() => 0));
    });
  });

  it("stores rows one after another, corrupt where asked for", async () => {
    await withSeed(35, (rng) => {
      const bus = bench.start(rng, 0.2);
      const ports = ["table_select", "table_port", "table_address", "table_data", "table_corrupt"];
      const seen: number[][] = [];
      const expected: number[][] = [];
      const watch = () => {
        while (!bus.idle) {
          if (bench.model.port("table_write").get() === 1) {
            seen.push(ports.map((name) => bench.model.port(name).get()));
          }
          bus.step();
        }
      };
      const write = (name: string, data: number, strobe = 15) => {
        bus.write({ address: bench.addressOf(name), data, strobe });
        watch();
      };
      let data = 0;
      let corrupt = 0;
      for (let round = 0; round < 60; round += 1) {
        const [select, port] = [rng.below(4), rng.below(81)];
        let row = rng.chance(0.1) ? 2 ** 20 - 3 : rng.below(2 ** 20);
        write("TABLE_ADDRESS", row + port * 2 ** 20 + select * 2 ** 28);
        for (let burst = rng.below(9); burst > 0; burst -= 1) {
          if (rng.chance(0.2)) {
            write("TABLE_COMMAND", 8);
            corrupt = 1;
          }
          if (rng.chance(0.2)) expect(bench.read(bus, "TABLE_STATUS")).toEqual([4 * corrupt]);
          const [word, strobe] = [rng.next(), rng.chance(0.2) ? rng.below(16) : 15];
          write("TABLE_DATA", word, strobe);
          data = strobed(data, word, strobe, { lsb: 0, bits: 32 });
          if (strobe !== 0) {
            expected.push([select, port, row, data, corrupt]);
            row = (row + 1) % 2 ** 20;
            corrupt = 0;
          }
        }
        expect(bench.read(bus, "TABLE_ADDRESS")).toEqual([row + port * 2 ** 20 + select * 2 ** 28]);
      }
      // A write without any byte is none; one pulse for each of the others.
      for (let cycle = 0; cycle < 5; cycle += 1) {
        expect(bench.model.port("table_write").get()).toBe(0);
        bus.step();
      }
      expect(seen).toEqual(expected);
    });
  });

  it("fetches a row: pending until it comes, then kept", async () => {
    await withSeed(36, (rng) => {
      const bus = bench.start(rng, 0.2);
      const [done, answer, pulse] = ["table_read_done", "table_read_data", "table_read"].map((name) =>
        bench.model.port(name),
      );
      expect(bench.read(bus, "TABLE_DATA", "TABLE_STATUS")).toEqual([0, 0]);
      let kept = 0;
      for (let round = 0; round < 200; round += 1) {
        bus.write({ address: bench.addressOf("TABLE_COMMAND"), data: 4, strobe: 1 });
        let pulses = 0;
        while (!bus.idle || pulses === 0) {
          answer!.set(rng.next());
          bus.step();
          pulses += pulse!.get();
        }
        const idle = rng.below(20);
        for (let cycle = 0; cycle < idle; cycle += 1) {
          answer!.set(rng.next());
          bus.step();
          pulses += pulse!.get();
        }
        expect(bench.read(bus, "TABLE_DATA", "TABLE_STATUS"), "pending").toEqual([kept, 2]);
        // The answer of a read that was asked again in the same cycle does not end the new one.
        const again = rng.chance(0.2);
        if (again) {
          bus.write({ address: bench.addressOf("TABLE_COMMAND"), data: 4, strobe: 1 });
          while (pulse!.get() === 0) bus.step();
          pulses += 1;
        }
        kept = rng.next();
        answer!.set(kept);
        done!.set(1);
        bus.step();
        done!.set(0);
        answer!.set(rng.next());
        bus.drain();
        expect(bench.read(bus, "TABLE_DATA", "TABLE_STATUS"), "done").toEqual([kept, again ? 2 : 0]);
        if (again) {
          answer!.set(kept);
          done!.set(1);
          bus.step();
          done!.set(0);
        }
        expect(pulses).toBe(again ? 2 : 1);
        // What software writes does not show in what it reads.
        if (rng.chance(0.3)) bench.write(bus, "TABLE_DATA", rng.next());
      }
    });
  });
});
