/** `pcs_monitor` and `pcs_status` with records carried between them by hand, and a model of what both must say. */

import { monitorModules, statusModules } from "../../generator/views/pcs/rx-front-monitor.ts";
import { recordBits } from "../../generator/views/pcs/rx-front-record.ts";
import { frontSizes } from "../../generator/views/pcs/rx-front-sizes.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { buildTexts } from "../rtl/build.ts";
import { type FrontShape, frontHost, textsOf } from "./front-bench.ts";

/** What the bench sets the parameters of hi_ser to. */
export const hiSer = { pairs: 8, errors: 60, clocks: 200 } as const;

const monitorPorts = (L: number, symbols: number, record: number) =>
  [
    ["input", "aligned", 1],
    ["input", "locked", L],
    ["output", "restart", 1],
    ["input", "stat_valid", 1],
    ["input", "stat_uncorrectable", 2],
    ["input", "stat_corrected", 2],
    ["input", "err_valid", 1],
    ["input", "err_symbols", symbols],
    ["input", "am_sf", 3],
    ["input", "cfg_degrade_interval", 32],
    ["input", "cfg_degrade_activate", 32],
    ["input", "cfg_degrade_deactivate", 32],
    ["output", "hi_ser", 1],
    ["output", "degraded", 1],
    ["output", "m_record", record],
    ["output", "m_valid", 1],
    ["input", "m_ready", 1],
  ] as const;

const statusPorts = (L: number, record: number) =>
  [
    ["input", "s_record", record],
    ["input", "s_valid", 1],
    ["output", "link_up", 1],
    ["output", "aligned", 1],
    ["output", "hi_ser", 1],
    ["output", "degraded", 1],
    ["output", "am_sf", 3],
    ["output", "locked", L],
    ["output", "evt_corrected", 8],
    ["output", "evt_uncorrectable", 8],
    ["output", "evt_lock_lost", 4],
    ["output", "evt_symbols", 12 * L],
  ] as const;

/** A top with both modules, the monitor with short times; ports of the status have `st_` in front. */
export async function openMonitor(shape: FrontShape): Promise<Model> {
  const host = frontHost(shape);
  const { L, symbols } = frontSizes(host);
  const record = recordBits(host);
  const monitor = monitorPorts(L, symbols, record);
  const status = statusPorts(L, record).map(([way, name, bits]) => [way, `st_${name}`, bits] as const);
  const ports = [...monitor, ...status].map(([way, name, bits]) => `${way} wire [${bits - 1}:0] ${name}`);
  const connect = (list: readonly (readonly [string, string, number])[]): string =>
    list.map(([, name]) => `.${name.replace(/^st_/u, "")}(${name})`).join(", ");
  const { pairs, errors, clocks } = hiSer;
  const wrapper = `module bench_top(input wire clk, input wire rst, ${ports.join(", ")});
    dut_pcs_monitor #(.HI_SER_PAIRS(${pairs}), .HI_SER_ERRORS(${errors}), .HI_SER_CLOCKS(${clocks}))
        monitor (.clk(clk), .rst(rst), ${connect(monitor)});
    dut_pcs_status status (.clk(clk), .rst(rst), ${connect(status)});
endmodule
`;
  const texts = textsOf(host, [...monitorModules(host), ...statusModules(host)]);
  return openModel(await buildTexts("bench_top", [["bench_top", wrapper], ...texts], "bench_top", true));
}

/** What a clock brings. */
export interface Clock {
  /** Uncorrectable and corrected codewords of a pair that ended, bit 0 the first one. */
  readonly pair?: { readonly bad: number; readonly fixed: number };
  /** Places in err_symbols that are wrong. */
  readonly wrong?: readonly number[];
  readonly ready?: boolean;
}

export class MonitorBench {
  readonly model: Model;
  readonly L: number;
  readonly laneSymbols: number;
  /** Symbols that a codeword counts that was not corrected. */
  readonly beyond: number;
  readonly port: (name: string) => Port;
  /** What was given in, and what the status told. */
  readonly given = { corrected: 0, bad: 0, lost: 0, symbols: [] as number[] };
  readonly told = { corrected: 0, bad: 0, lost: 0, symbols: [] as number[] };
  readonly restarts = { expected: 0, seen: 0 };
  records = 0;
  clock = 0;
  interval = 0;
  activate = 0;
  deactivate = 0;
  #run = 0;
  #ser = { pairs: 0, errors: 0 };
  #degrade = { pairs: 0, errors: 0 };
  #degraded = false;
  #holdTo = -1;
  readonly #due: { readonly at: number; readonly what: () => void }[] = [];
  #held: Buffer | undefined;
  #wasAligned = false;

  constructor(model: Model, shape: FrontShape) {
    const host = frontHost(shape);
    const { L, laneSymbols } = frontSizes(host);
    this.L = L;
    this.laneSymbols = laneSymbols;
    this.beyond = host.pcs.derived.correctableSymbols.value + 1;
    this.model = model;
    const ports = new Map(model.ports.map((one) => [one.name, one]));
    this.port = (name) => ports.get(name) ?? model.port(name);
    this.given.symbols = Array<number>(L).fill(0);
    this.told.symbols = Array<number>(L).fill(0);
    for (const one of model.ports) if (one.dir === "in") one.bytes.fill(0);
    model.reset();
  }

  set(name: string, value: number): void {
    this.port(name).set(value);
  }

  get(name: string): number {
    return this.port(name).get();
  }

  degrade(interval: number, activate: number, deactivate: number): void {
    Object.assign(this, { interval, activate, deactivate });
    this.set("cfg_degrade_interval", interval);
    this.set("cfg_degrade_activate", activate);
    this.set("cfg_degrade_deactivate", deactivate);
    this.#degrade = { pairs: 0, errors: 0 };
    if (interval === 0) this.#degraded = false;
  }

  /** Sets `aligned`; the caller keeps the decoders quiet for a few clocks around it. */
  align(aligned: boolean): void {
    this.set("aligned", aligned ? 1 : 0);
    this.set("locked", aligned ? 2 ** this.L - 1 : 5);
  }

  step({ pair, wrong = [], ready = true }: Clock = {}): void {
    const { model, given } = this;
    const aligned = this.get("aligned") === 1;
    this.set("stat_valid", pair === undefined ? 0 : 1);
    this.set("stat_uncorrectable", pair?.bad ?? 3);
    this.set("stat_corrected", pair?.fixed ?? 3);
    const symbols = this.port("err_symbols").bytes;
    symbols.fill(wrong.length === 0 ? 0xff : 0);
    for (const at of wrong) symbols[at >> 3]! |= 1 << (at & 7);
    this.set("err_valid", wrong.length === 0 ? 0 : 1);
    this.set("m_ready", ready ? 1 : 0);
    for (const at of new Set(wrong)) given.symbols[Math.floor(at / this.laneSymbols)]! += 1;
    if (this.#wasAligned && !aligned) given.lost += 1;
    this.#wasAligned = aligned;
    this.#model(aligned, pair, new Set(wrong).size);
    this.#carry(ready);
    model.step();
    this.clock += 1;
    while (this.#due[0] !== undefined && this.#due[0].at <= this.clock) this.#due.shift()!.what();
    this.#check();
  }

  /** Takes records until each lane has had its turn. */
  drain(): void {
    for (let at = 0; at < 34 * (this.L + 2); at += 1) this.step();
  }

  #model(aligned: boolean, pair: Clock["pair"], wrong: number): void {
    const { given } = this;
    let weight = wrong;
    const at = this.clock + 4;
    if (pair !== undefined) {
      const bits = (value: number): number => (value & 1) + (value >> 1);
      given.bad += bits(pair.bad);
      given.corrected += bits(pair.fixed);
      weight += this.beyond * bits(pair.bad);
      for (const bad of [pair.bad & 1, pair.bad >> 1]) {
        this.#run = bad === 1 && aligned ? this.#run + 1 : 0;
        if (this.#run === 3) {
          this.#run = -9;
          this.restarts.expected += 1;
        }
      }
      if (this.#run < 0) this.#run = 0;
    }
    if (!aligned) {
      this.#run = 0;
      this.#ser = { pairs: 0, errors: 0 };
      this.#degrade = { pairs: 0, errors: 0 };
      this.#degraded = false;
      return;
    }
    for (const window of [this.#ser, this.#degrade]) {
      window.errors += weight;
      window.pairs += pair === undefined ? 0 : 1;
    }
    if (this.#ser.pairs === hiSer.pairs) {
      if (this.#ser.errors > hiSer.errors) {
        this.#due.push({ at, what: () => (this.#holdTo = at + hiSer.clocks - 1) });
      }
      this.#ser = { pairs: 0, errors: 0 };
    }
    if (this.interval > 0 && this.#degrade.pairs === this.interval / 2) {
      const { errors } = this.#degrade;
      const { activate, deactivate } = this;
      if (errors > activate) this.#due.push({ at, what: () => (this.#degraded = true) });
      else if (errors < deactivate) this.#due.push({ at, what: () => (this.#degraded = false) });
      this.#degrade = { pairs: 0, errors: 0 };
    }
  }

  /** A record that is taken goes to the status in the same clock. */
  #carry(ready: boolean): void {
    const record = Buffer.from(this.port("m_record").bytes);
    const valid = this.get("m_valid") === 1;
    if (this.#held !== undefined && (!valid || !record.equals(this.#held)))
      this.#fail("a record was not held");
    this.#held = valid && !ready ? record : undefined;
    this.set("st_s_valid", valid && ready ? 1 : 0);
    if (valid && ready) this.records += 1;
    this.port("st_s_record").bytes.set(record);
  }

  #check(): void {
    const { told } = this;
    if (this.get("restart") === 1) this.restarts.seen += 1;
    if (this.restarts.seen !== this.restarts.expected) this.#fail("restart");
    const high = this.clock <= this.#holdTo;
    if ((this.get("hi_ser") === 1) !== high) this.#fail(`hi_ser is not ${high}`);
    if ((this.get("degraded") === 1) !== this.#degraded) this.#fail(`degraded is not ${this.#degraded}`);
    told.corrected += this.get("st_evt_corrected");
    told.bad += this.get("st_evt_uncorrectable");
    told.lost += this.get("st_evt_lock_lost");
    const bytes = this.port("st_evt_symbols").bytes;
    for (let lane = 0; lane < this.L; lane += 1) {
      const at = 12 * lane;
      told.symbols[lane]! += ((bytes[at >> 3]! | (bytes[(at >> 3) + 1]! << 8)) >> (at & 7)) & 0xfff;
    }
    const up = this.get("st_aligned") === 1 && this.get("st_evt_lock_lost") === 0;
    if ((this.get("st_link_up") === 1) !== up) this.#fail("link_up");
  }

  #fail(what: string): never {
    throw new Error(`${what} (clock ${this.clock})`);
  }
}
