import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linkCountersView, linkCsrView } from "../../generator/views/link-csr.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { Rng, withSeed } from "../../sim/traffic/rng.ts";
import { AxilMonkey } from "./axil-monkey.ts";
import { buildModules } from "./build.ts";
import { designOf, headerValues } from "./csr-bench.ts";

/** Counters as the contract of the module has them: the event port, `evt_` in front; the header name in capitals. */
const pulses =
  `llr_tx_init_ctl_os llr_tx_init_echo_ctl_os llr_tx_ack_ctl_os llr_tx_nack_ctl_os llr_tx_discard llr_tx_ok
  llr_tx_poisoned llr_tx_replay llr_rx_init_ctl_os llr_rx_init_echo_ctl_os llr_rx_ack_ctl_os llr_rx_nack_ctl_os
  llr_rx_ack_nack_seq_error llr_rx_ok llr_rx_poisoned llr_rx_bad llr_rx_expected_seq_good llr_rx_expected_seq_poisoned
  llr_rx_expected_seq_bad llr_rx_missing_seq llr_rx_duplicate_seq llr_rx_replay llr_replay_timer_expired llr_flush
  port_xmit_pkts port_rcv_pkts port_xmit_wait symbol_error link_error_recovery link_downed port_rcv_errors
  port_rcv_remote_physical_errors port_xmit_discards excessive_buffer_overrun vl15_dropped fcp_sent fcp_received fcp_bad
  length_error vcrc_error fill ctl_bad rx_overrun flow_control_watchdog`.split(/\s+/u);
/** Counters of the retry that a port without it does not have. */
const ofRetry =
  /^llr_(.x_n?ack_|.x_replay|rx_ack_nack|rx_expected|rx_missing|rx_duplicate|replay_timer|flush)/u;
const amounts = ["port_xmit_data", "port_rcv_data"];

/** One model with its reference: what every counter must hold, counted by the bench. */
class Bench {
  /** Counters that count pulses; they come before those that add amounts. */
  readonly pulses: number;
  readonly ports: readonly Port[];
  readonly names: readonly string[];
  readonly count: bigint[];
  readonly #header: ReadonlyMap<string, number>;
  readonly model: Model;
  bus: AxilMonkey;

  constructor(model: Model, header: ReadonlyMap<string, number>, retry: boolean) {
    this.model = model;
    this.#header = header;
    const own = pulses.filter((name) => retry || !ofRetry.test(name));
    this.pulses = own.length;
    this.ports = [...own.map((name) => `evt_${name}`), ...amounts.map((name) => `evt_${name}_words`)].map(
      (name) => model.port(name),
    );
    this.names = [...own, ...amounts].map((name) => name.toUpperCase());
    this.count = this.names.map(() => 0n);
    this.bus = new AxilMonkey(model, new Rng(0), 0);
  }

  start(rng: Rng, idle: number): void {
    for (const port of this.model.ports) if (port.dir === "in" && port.name !== "clk") port.bytes.fill(0);
    this.model.reset(2);
    this.count.fill(0n);
    this.bus = new AxilMonkey(this.model, rng, idle);
  }

  /** One cycle in which the event inputs stand as they are. */
  step(): void {
    for (let i = 0; i < this.ports.length; i += 1) {
      const value = this.ports[i]!.get();
      if (value > 0) this.count[i]! += BigInt(value);
    }
    this.bus.step();
  }

  /** `cycles` cycles with all inputs as they stand, fast: the bus must be idle. */
  run(cycles: number): void {
    for (let i = 0; i < this.ports.length; i += 1)
      this.count[i]! += BigInt(this.ports[i]!.get()) * BigInt(cycles);
    this.model.step(cycles);
  }

  set(value: (index: number) => number): void {
    for (let i = 0; i < this.ports.length; i += 1) this.ports[i]!.set(value(i));
  }

  quiet(): void {
    this.set(() => 0);
  }

  address(name: string): number {
    const at = this.#header.get(`${name}_OFFSET`);
    if (at === undefined) throw new Error(`the header has no ${name}_OFFSET`);
    return at;
  }

  read(name: string): number {
    this.bus.readAnswers.length = 0;
    this.bus.read(this.address(name));
    while (!this.bus.idle) this.step();
    return this.bus.readAnswers[0]!.data;
  }

  value(index: number): bigint {
    const low = this.read(`${this.names[index]}_LO`);
    return BigInt(low) + (BigInt(this.read(`${this.names[index]}_HI`)) << 32n);
  }

  /** Compares every counter with the reference, modulo 2^bits. */
  check(bits: number): void {
    this.quiet();
    while (!this.bus.idle) this.step();
    for (const [index, name] of this.names.entries()) {
      expect(this.value(index), name).toBe(this.count[index]! % (1n << BigInt(bits)));
    }
  }

  clear(): void {
    this.bus.write({ address: this.address("CLEAR_COUNTERS"), data: 1, strobe: 1 });
    while (!this.bus.idle) this.step();
    this.count.fill(0n);
  }
}

const benches = new Map<number, Bench>();

beforeAll(async () => {
  for (const [bits, lanes, retry] of [
    [54, 1, "llr"],
    [16, 2, "llr"],
    [32, 15, "none"],
    [64, 8, "llr"],
  ] as const) {
    const name = `counters_${bits}`;
    const design = designOf(name, lanes, { retry, derived: { counterBits: bits } });
    const built = await buildModules(`${name}_link_csr`, [
      { name: `${name}_link_csr`, template: "common/csr.v.hbs", view: linkCsrView(design) },
      { name: `${name}_link_counters`, template: "common/counters.v.hbs", view: linkCountersView(design) },
    ]);
    benches.set(bits, new Bench(openModel(built), await headerValues(design), retry === "llr"));
  }
}, 600_000);

afterAll(() => {
  for (const { model } of benches.values()) model.close();
});

function benchOf(bits: number): Bench {
  const bench = benches.get(bits);
  if (bench === undefined) throw new Error(`no bench of ${bits} bits`);
  return bench;
}

describe("counters", () => {
  it("count each event once, each in its own counter", async () => {
    await withSeed(11, (rng) => {
      const bench = benchOf(54);
      bench.start(rng, 0);
      for (let index = 0; index < bench.ports.length; index += 1) {
        bench.ports[index]!.set(1);
        bench.step();
        bench.quiet();
        expect(bench.value(index), bench.names[index]).toBe(1n);
      }
      bench.check(54);
      bench.set((index) => (index < bench.pulses ? 1 : 1000 + index));
      bench.step();
      bench.check(54);
    });
  });

  for (const [bits, seed, load] of [
    [54, 12, 0.5],
    [16, 13, 0.05],
    [32, 14, 0.9],
    [64, 15, 0.3],
  ] as const) {
    it(`of ${bits} bits count random events exactly while they are read`, async () => {
      await withSeed(seed, (rng) => {
        const bench = benchOf(bits);
        bench.start(rng, 0.2);
        const modulus = 1n << BigInt(bits);
        let from: bigint[] = [];
        for (let read = 0; read < 300; read += 1) {
          const index = rng.below(bench.names.length);
          bench.bus.onReadTaken = () => {
            from = [...bench.count];
          };
          bench.bus.readAnswers.length = 0;
          bench.bus.read(bench.address(`${bench.names[index]}_LO`));
          for (let more = rng.below(30); more > 0 || !bench.bus.idle; more -= 1) {
            bench.set((one) => (rng.chance(load) ? (one < bench.pulses ? 1 : rng.below(4096)) : 0));
            bench.step();
          }
          const low = BigInt(bench.bus.readAnswers[0]!.data);
          const word = bits < 32 ? modulus : 1n << 32n;
          const distance = (low - from[index]! + word) % word;
          expect(distance <= bench.count[index]! - from[index]!, `${bench.names[index]} reads ${low}`).toBe(
            true,
          );
        }
        bench.check(bits);
      });
    });
  }

  it("lose nothing when everything happens in every cycle and the bus reads all the time", async () => {
    await withSeed(16, (rng) => {
      for (const reading of [false, true]) {
        const bench = benchOf(54);
        bench.start(rng, 0);
        bench.set((index) => (index < bench.pulses ? 1 : 4095));
        for (let cycle = 0; cycle < 3000; cycle += 1) {
          if (reading && bench.bus.idle) bench.bus.read(bench.address("LLR_TX_OK_LO"));
          bench.step();
        }
        bench.check(54);
      }
    });
  });

  it("give the high word of the moment of the low word", async () => {
    await withSeed(17, (rng) => {
      for (const bits of [54, 64]) {
        const bench = benchOf(bits);
        const index = bench.names.indexOf("PORT_RCV_DATA");
        bench.start(rng, 0);
        const cycles = Math.floor((2 ** 32 - 100_000) / 4095);
        bench.set((one) => (one === index ? 4095 : 0));
        bench.run(cycles);
        const low = bench.read("PORT_RCV_DATA_LO");
        expect(low).toBeGreaterThan(2 ** 32 - 100_000);
        bench.run(100);
        expect(bench.read("PORT_RCV_DATA_HI")).toBe(0);
        expect(bench.value(index) >> 32n).toBe(1n);
        expect(bench.read("PORT_XMIT_DATA_HI")).toBe(1);
        expect(bench.read("PORT_XMIT_DATA_LO")).toBe(0);
        expect(bench.read("PORT_RCV_DATA_HI")).toBe(0);
        bench.check(bits);
      }
    });
  });

  it("start at 0 again after 2^counterBits", async () => {
    await withSeed(18, (rng) => {
      const bench = benchOf(16);
      bench.start(rng, 0);
      bench.set((index) => (index < bench.pulses ? 1 : 4000 + index));
      bench.run(65_530);
      bench.set((index) => (index < bench.pulses ? index % 2 : 0));
      bench.run(9);
      bench.check(16);
      expect(bench.value(0)).toBe(65_530n);
      expect(bench.value(1)).toBe(3n);

      const wide = benchOf(32);
      wide.start(rng, 0);
      wide.set((index) => (index < wide.pulses ? 0 : 4095));
      wide.run(1_048_900);
      wide.check(32);
      expect(wide.value(wide.pulses) < 2n ** 24n).toBe(true);
    });
  });

  it("are cleared together, and count the events of that cycle and after it", async () => {
    await withSeed(19, (rng) => {
      for (let round = 0; round < 40; round += 1) {
        const bench = benchOf(rng.pick([16, 32, 54, 64]));
        if (round < 4) bench.start(rng, 0);
        bench.set(() => rng.below(2));
        bench.run(rng.range(1, 400));
        // A read is on its way while the clear happens.
        if (rng.chance(0.5)) bench.bus.read(bench.address("FCP_BAD_LO"));
        bench.bus.write({ address: bench.address("CLEAR_COUNTERS"), data: 1, strobe: 1 });
        // The clear acts two edges after the one that takes address and data.
        while (bench.model.port("s_axil_bvalid").get() === 0) bench.step();
        bench.count.fill(0n);
        for (let cycle = rng.below(300); cycle > 0 || !bench.bus.idle; cycle -= 1) bench.step();
        bench.check(16);
      }
    });
  });

  it("are not cleared by a 0, nor by a byte that is not strobed", async () => {
    await withSeed(20, (rng) => {
      const bench = benchOf(54);
      bench.start(rng, 0);
      bench.set(() => 1);
      bench.run(50);
      bench.quiet();
      bench.bus.write({ address: bench.address("CLEAR_COUNTERS"), data: 0xfffffffe, strobe: 15 });
      bench.bus.write({ address: bench.address("CLEAR_COUNTERS"), data: 0xffffffff, strobe: 14 });
      bench.bus.drain();
      bench.check(54);
      bench.clear();
      bench.check(54);
      expect(bench.count.every((value) => value === 0n)).toBe(true);
    });
  });
});
