import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linkCountersView, linkCsrView } from "../../generator/views/link-csr.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { AxilMonkey } from "./axil-monkey.ts";
import { buildModules } from "./build.ts";
import { designOf, headerValues } from "./csr-bench.ts";

const high = [
  { vl: 3, weight: 255 },
  { vl: 0, weight: 1 },
  { vl: 2, weight: 17 },
  { vl: 3, weight: 0 },
  { vl: 1, weight: 128 },
];
const low = [
  { vl: 2, weight: 8 },
  { vl: 0, weight: 64 },
  { vl: 1, weight: 9 },
];
const lanes = 4;
const design = designOf("csr_dut", lanes, { arbitration: { high, low, highLimit: 10 } });
const derived = design.derived;

/** A field: header name of its register, port, place in the port, place in the register, reset value. */
interface Setting {
  readonly name: string;
  readonly port: string;
  readonly at: number;
  readonly lsb: number;
  readonly bits: number;
  readonly reset: number;
}

const tables = [
  { table: "high", rows: high, count: 5 },
  { table: "low", rows: low, count: lanes },
];

/** Settings as the contract of the module has them. */
const settings: readonly Setting[] = [
  setting("CONTROL", "cfg_link_enable", 0, 1, 1),
  setting("CONTROL", "cfg_auto_activate", 1, 1, 1),
  setting("CONTROL", "cfg_reinit_on_flush", 2, 1, 1),
  setting("CONTROL", "cfg_discard", 3, 1, 0),
  setting("REPLAY_TIMER_MAX", "cfg_replay_timer_max", 0, 24, derived.replayTimerCycles.value),
  setting("REPLAY_CT_MAX", "cfg_replay_ct_max", 0, 8, derived.replayCountMax.value),
  setting("OUTSTANDING_SEQ_MAX", "cfg_outstanding_seq_max", 0, 20, derived.outstandingSeqMax.value),
  setting("OUTSTANDING_DATA_MAX", "cfg_outstanding_data_max", 0, 32, derived.outstandingDataMax.value),
  setting("DATA_AGE_MAX", "cfg_data_age_max", 0, 32, derived.dataAgeCycles.value),
  setting("LINK_LOST_MAX", "cfg_link_lost_max", 0, 32, derived.linkLostCycles.value),
  setting("CONTROL_SPACING", "cfg_control_spacing", 0, 12, derived.controlSpacingBeats.value),
  setting("CREDIT_UPDATE", "cfg_credit_update", 0, 12, derived.creditUpdateBlocks.value),
  setting("CREDIT_REFRESH", "cfg_credit_refresh", 0, 24, derived.creditRefreshCycles.value),
  setting("CREDIT_WATCHDOG", "cfg_credit_watchdog", 0, 32, derived.creditWatchdogCycles.value),
  setting("HIGH_LIMIT", "cfg_high_limit", 0, 8, 10),
  ...tables.flatMap(({ table, rows, count }) =>
    Array.from({ length: count }, (_, row) => {
      const name = `${table.toUpperCase()}_ROW[${row}]`;
      const { vl, weight } = rows[row] ?? { vl: 0, weight: 0 };
      return [
        { ...setting(name, `cfg_${table}_weight`, 0, 8, weight), at: 8 * row },
        { ...setting(name, `cfg_${table}_vl`, 8, 4, vl), at: 4 * row },
      ];
    }).flat(),
  ),
];

function setting(name: string, port: string, lsb: number, bits: number, reset: number): Setting {
  return { name, port, at: 0, lsb, bits, reset };
}

/** Read-only fields: header name, port, place in the port, place in the register. */
const status = [
  { name: "PORT_STATE", port: "sts_port_state", at: 0, lsb: 0, bits: 3 },
  { name: "LLR_STATE", port: "sts_llr_tx_state", at: 0, lsb: 0, bits: 3 },
  { name: "LLR_STATE", port: "sts_llr_rx_state", at: 0, lsb: 8, bits: 2 },
  { name: "TX_SEQ", port: "sts_tx_seq", at: 0, lsb: 0, bits: 20 },
  { name: "ACKED_SEQ", port: "sts_acked_seq", at: 0, lsb: 0, bits: 20 },
  { name: "EXPECTED_SEQ", port: "sts_expected_seq", at: 0, lsb: 0, bits: 20 },
  { name: "SESSION", port: "sts_own_word", at: 0, lsb: 0, bits: 16 },
  { name: "SESSION", port: "sts_peer_word", at: 0, lsb: 16, bits: 16 },
  ...["FCTBS", "CL", "ABR"].flatMap((name) =>
    [0, 1, 2, 3].map((vl) => ({
      name: `${name}[${vl}]`,
      port: `sts_${name.toLowerCase()}`,
      at: 12 * vl,
      lsb: 0,
      bits: 12,
    })),
  ),
];

const commands = ["cmd_set_down", "cmd_set_armed", "cmd_set_active"];

let model: Model;
let header: ReadonlyMap<string, number>;

beforeAll(async () => {
  header = await headerValues(design);
  const built = await buildModules("csr_dut_link_csr", [
    { name: "csr_dut_link_csr", template: "common/csr.v.hbs", view: linkCsrView(design) },
    { name: "csr_dut_link_counters", template: "common/counters.v.hbs", view: linkCountersView(design) },
  ]);
  model = openModel(built);
}, 300_000);

afterAll(() => model?.close());

/** Byte address of a register, from the C header. */
function addressOf(name: string): number {
  const bracket = name.indexOf("[");
  const key = bracket < 0 ? `${name}_OFFSET` : `${name.slice(0, bracket)}_OFFSET${name.slice(bracket)}`;
  const value = header.get(key);
  if (value === undefined) throw new Error(`the header has no ${key}`);
  return value;
}

/** A fresh start: reset, inputs low. */
function start(rng: Rng, idle: number, reluctant = false): AxilMonkey {
  for (const port of model.ports) if (port.dir === "in" && port.name !== "clk") port.bytes.fill(0);
  model.reset(3);
  return new AxilMonkey(model, rng, idle, reluctant);
}

function slice(port: string, at: number, bits: number): number {
  return Number((model.port(port).getBig() >> BigInt(at)) & ((1n << BigInt(bits)) - 1n));
}

function readAll(bus: AxilMonkey, addresses: readonly number[]): number[] {
  bus.readAnswers.length = 0;
  for (const address of addresses) bus.read(address);
  bus.drain();
  for (const answer of bus.readAnswers) expect(answer.response, `at ${answer.address}`).toBe(0);
  return bus.readAnswers.map(({ data }) => data);
}

/** What a register of settings should read as, from the values of its fields. */
function composed(values: ReadonlyMap<string, number>, name: string): number {
  let value = 0;
  for (const field of settings.filter((one) => one.name === name)) {
    value += values.get(field.port + field.at)! * 2 ** field.lsb;
  }
  return value;
}

const settingNames = [...new Set(settings.map(({ name }) => name))];

describe("link_csr", () => {
  it("has its reset values, at the addresses of the C header, on registers and ports", async () => {
    await withSeed(1, (rng) => {
      const bus = start(rng, 0);
      for (const { port, at, bits, reset } of settings) expect(slice(port, at, bits), port).toBe(reset);
      const values = new Map(settings.map(({ port, at, reset }) => [port + at, reset]));
      const read = readAll(bus, settingNames.map(addressOf));
      expect(read).toEqual(settingNames.map((name) => composed(values, name)));
      for (const [index, name] of settingNames.entries()) {
        const key = name.includes("[") ? name.replace("[", "_RESET_").replace("]", "") : `${name}_RESET`;
        expect(header.get(key), key).toBe(read[index]);
      }
      const [id, geometry, tables] = readAll(bus, ["ID", "GEOMETRY", "TABLES"].map(addressOf));
      expect(id).toBe(0x4c574c31);
      expect(geometry).toBe(lanes + (1 << 4) + (16 << 8) + (derived.counterBits.value << 16));
      expect(tables).toBe(5 + (4 << 8) + derived.creditBlockBytes.value * 65536);
      expect([id, geometry, tables]).toEqual(
        ["ID_RESET", "GEOMETRY_RESET", "TABLES_RESET"].map((name) => header.get(name)),
      );
    });
  });

  for (const [idle, seed, reluctant] of [
    [0, 2, false],
    [0.3, 3, true],
    [0.8, 4, false],
  ] as const) {
    it(`writes settings byte by byte and reads them back, bus idle ${100 * idle} %`, async () => {
      await withSeed(seed, (rng) => {
        const bus = start(rng, idle, reluctant);
        const values = new Map(settings.map(({ port, at, reset }) => [port + at, reset]));
        for (let round = 0; round < 60; round += 1) {
          for (let burst = rng.range(1, 8); burst > 0; burst -= 1) {
            const name = rng.pick(settingNames);
            const order = { address: addressOf(name), data: rng.next(), strobe: rng.below(16) };
            bus.write(order);
            for (const field of settings.filter((one) => one.name === name)) {
              const old = values.get(field.port + field.at)!;
              values.set(field.port + field.at, strobed(old, order.data, order.strobe, field));
            }
          }
          bus.drain();
          for (const { port, at, bits } of settings)
            expect(slice(port, at, bits), port).toBe(values.get(port + at));
          const names = Array.from({ length: 4 }, () => rng.pick(settingNames));
          expect(readAll(bus, names.map(addressOf))).toEqual(names.map((name) => composed(values, name)));
        }
        expect(bus.writeAnswers.every(({ response }) => response === 0)).toBe(true);
      });
    });
  }

  it("shows every status input, and takes writes to read-only registers without effect", async () => {
    await withSeed(5, (rng) => {
      const bus = start(rng, 0.2);
      const names = [...new Set(status.map(({ name }) => name))];
      const readOnly = [...names, "ID", "GEOMETRY", "TABLES"];
      for (let round = 0; round < 20; round += 1) {
        for (const { port } of status) rng.fill(model.port(port).bytes);
        for (const port of model.ports.filter(({ name }) => name.startsWith("sts_"))) {
          port.setBig(port.getBig() & ((1n << BigInt(port.bits)) - 1n));
        }
        for (const name of readOnly) bus.write({ address: addressOf(name), data: rng.next(), strobe: 15 });
        const expected = names.map((name) =>
          status
            .filter((field) => field.name === name)
            .reduce((sum, { port, at, lsb, bits }) => sum + slice(port, at, bits) * 2 ** lsb, 0),
        );
        expect(readAll(bus, names.map(addressOf))).toEqual(expected);
      }
      expect(bus.writeAnswers.every(({ response }) => response === 0)).toBe(true);
      expect(readAll(bus, [addressOf("ID")])).toEqual([0x4c574c31]);
      for (const { port, at, bits, reset } of settings) expect(slice(port, at, bits), port).toBe(reset);
    });
  });

  it("gives one pulse for each command bit written, and none for what is not strobed", async () => {
    await withSeed(6, (rng) => {
      const bus = start(rng, 0.5);
      const ports = commands.map((name) => model.port(name));
      const [command, other] = [addressOf("COMMAND"), addressOf("CLEAR_COUNTERS")];
      for (let round = 0; round < 300; round += 1) {
        const order = {
          address: rng.pick([command, command, other]),
          data: rng.next(),
          strobe: rng.below(16),
        };
        bus.write(order);
        const seen = [0, 0, 0];
        for (let cycle = 0; cycle < 40 || !bus.idle; cycle += 1) {
          bus.step();
          for (const [index, port] of ports.entries()) seen[index]! += port.get();
        }
        const active = order.address === command && (order.strobe & 1) === 1;
        expect(seen).toEqual(ports.map((_, index) => (active ? (order.data >>> index) & 1 : 0)));
        expect(readAll(bus, [command, other])).toEqual([0, 0]);
      }
    });
  });

  it("answers SLVERR for every address that the C header does not have, and changes nothing", async () => {
    await withSeed(7, (rng) => {
      const bus = start(rng, 0);
      const mapped = new Set(
        [...header].filter(([name]) => /_OFFSET(\[\d+\])?$/u.test(name)).map(([, at]) => at),
      );
      for (let address = 0; address < 4096; address += 1) bus.read(address);
      bus.drain();
      for (const { address, data, response } of bus.readAnswers) {
        expect(response, `read of ${address}`).toBe(mapped.has(address) ? 0 : 2);
        if (response === 2) expect(data).toBe(0);
      }
      for (let address = 0; address < 4096; address += 1) {
        if (!mapped.has(address)) bus.write({ address, data: rng.next(), strobe: 15 });
      }
      while (!bus.idle) {
        bus.step();
        for (const name of commands) expect(model.port(name).get()).toBe(0);
      }
      expect(bus.writeAnswers.every(({ response }) => response === 2)).toBe(true);
      for (const { port, at, bits, reset } of settings) expect(slice(port, at, bits), port).toBe(reset);
    });
  });

  it("forgets a transaction in reset, and serves the next one", async () => {
    await withSeed(8, (rng) => {
      for (let round = 0; round < 60; round += 1) {
        const before = start(rng, 0.2);
        before.read(rng.pick([addressOf("CONTROL"), addressOf("LLR_TX_OK_LO")]));
        before.write({ address: addressOf("HIGH_LIMIT"), data: 77, strobe: 15 });
        for (let cycle = rng.below(14); cycle > 0; cycle -= 1) before.step();
        const bus = start(rng, 0);
        for (const name of ["s_axil_bvalid", "s_axil_rvalid"]) expect(model.port(name).get(), name).toBe(0);
        expect(readAll(bus, [addressOf("HIGH_LIMIT"), addressOf("CONTROL")])).toEqual([10, 7]);
      }
    });
  });
});

/** A field after a write of its register with byte strobes. */
function strobed(old: number, data: number, strobe: number, field: { lsb: number; bits: number }): number {
  let value = 0;
  for (let bit = 0; bit < field.bits; bit += 1) {
    const place = field.lsb + bit;
    const source = (strobe >>> (place >> 3)) & 1 ? Math.floor(data / 2 ** place) : Math.floor(old / 2 ** bit);
    value += (source % 2) * 2 ** bit;
  }
  return value;
}
