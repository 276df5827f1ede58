import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { portStateView } from "../../generator/views/port-state.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { buildModules } from "./build.ts";
import { designOf } from "./csr-bench.ts";
import { allChanges, type PortInputs, PortReference, type PortState } from "./port-state-reference.ts";

const codes: Readonly<Record<PortState, number>> = {
  Down: 1,
  Initialize: 2,
  Armed: 3,
  Active: 4,
  ActDefer: 5,
};

const quiet: Readonly<PortInputs> = {
  linkUp: true,
  enable: true,
  auto: true,
  lostMax: 10,
  setDown: false,
  setArmed: false,
  setActive: false,
  ready: false,
  fcAll: false,
  data: false,
};

const inputPorts: Readonly<Record<keyof PortInputs, string>> = {
  linkUp: "mii_link_up",
  enable: "cfg_link_enable",
  auto: "cfg_auto_activate",
  lostMax: "cfg_link_lost_max",
  setDown: "cmd_set_down",
  setArmed: "cmd_set_armed",
  setActive: "cmd_set_active",
  ready: "session_ready",
  fcAll: "fc_all_received",
  data: "data_received",
};

/** The module and its reference in step: every output is compared in every cycle. */
class Bench {
  readonly reference = new PortReference();
  inputs: PortInputs = { ...quiet };
  starts = 0;
  readonly #model: Model;
  readonly #inputs: readonly (readonly [keyof PortInputs, Port])[];
  readonly #outputs: readonly Port[];

  constructor(model: Model) {
    this.#model = model;
    this.#inputs = Object.entries(inputPorts).map(([key, name]) => [
      key as keyof PortInputs,
      model.port(name),
    ]);
    this.#outputs = [
      "port_state",
      "session_start",
      "evt_link_downed",
      "evt_link_error_recovery",
      "session_hold",
      "allow_vl15",
      "allow_data_tx",
      "allow_data_rx",
      "fcp_init",
    ].map((name) => model.port(name));
    this.reset();
  }

  reset(): void {
    for (const [, port] of this.#inputs) port.set(0);
    this.#reset(2);
  }

  /** The same with the inputs as they stand: a session that is ready, a link that is up. */
  resetAsItStands(): void {
    for (const [key, port] of this.#inputs) port.set(Number(this.inputs[key]));
    this.#reset(1);
  }

  #reset(cycles: number): void {
    this.#model.reset(cycles);
    this.reference.reset();
    this.starts = 0;
    expect(this.#outputs.map((port) => port.get())).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0]);
  }

  step(): void {
    for (const [key, port] of this.#inputs) port.set(Number(this.inputs[key]));
    const now = this.inputs;
    const { state, start, downed, recovery } = this.reference.next(now);
    this.#model.step();
    const up = state === "Initialize" || state === "Armed" || state === "Active";
    const accepts =
      state === "Armed" || state === "Active" || state === "ActDefer" || (state === "Initialize" && now.auto);
    const expected = [codes[state], start, downed, recovery, !now.linkUp];
    expected.push(up, state === "Active", accepts, state === "Initialize");
    const got = this.#outputs.map((port) => port.get());
    for (let i = 0; i < got.length; i += 1) {
      if (got[i] !== Number(expected[i])) {
        expect.fail(
          `${this.#outputs[i]!.name} is ${got[i]}, not ${Number(expected[i])}, in cycle ${this.#model.cycle} after ` +
            JSON.stringify(now),
        );
      }
    }
    this.starts += got[1]!;
  }

  /** Cycles with the steady inputs changed as given. */
  hold(change: Partial<PortInputs>, cycles = 1): void {
    this.inputs = { ...this.inputs, ...change };
    for (let cycle = 0; cycle < cycles; cycle += 1) this.step();
  }

  /** One cycle with commands or events. */
  pulse(change: Partial<PortInputs>): void {
    const before = this.inputs;
    this.inputs = { ...before, ...change };
    this.step();
    this.inputs = before;
  }

  get state(): PortState {
    return this.reference.state;
  }

  /** From reset to `target`, by commands. */
  goTo(target: PortState): void {
    this.reset();
    this.inputs = { ...quiet, auto: false };
    this.hold({}, 3);
    if (target === "Down") return;
    this.hold({ ready: true }, 1);
    if (target !== "Initialize") this.pulse({ setArmed: true });
    if (target === "Active" || target === "ActDefer") this.pulse({ setActive: true });
    if (target === "ActDefer") this.hold({ linkUp: false }, 1);
    expect(this.state).toBe(target);
  }
}

let model: Model;
let bench: Bench;

beforeAll(async () => {
  const design = designOf("ps_dut", 4);
  const module = {
    name: "ps_dut_port_state",
    template: "link/port_state.v.hbs",
    view: portStateView(design),
  };
  model = openModel(await buildModules(module.name, [module]));
  bench = new Bench(model);
}, 300_000);

afterAll(() => model?.close());

describe("port_state", () => {
  it("comes up by itself: one session, Initialize, Armed, Active", () => {
    bench.reset();
    bench.inputs = { ...quiet, linkUp: false };
    bench.hold({}, 5);
    bench.hold({ linkUp: true }, 20);
    expect([bench.state, bench.starts]).toEqual(["Down", 1]);
    bench.hold({ ready: true }, 20);
    expect(bench.state).toBe("Initialize");
    bench.hold({ fcAll: true }, 2);
    expect([bench.state, bench.starts]).toEqual(["Active", 1]);
  });

  it("waits for the new session, however long the old one still looks ready", () => {
    bench.goTo("Active");
    bench.pulse({ setDown: true });
    bench.hold({ ready: true }, 9);
    expect([bench.state, bench.starts]).toEqual(["Down", 2]);
    bench.hold({ ready: false }, 1);
    bench.hold({ ready: true }, 1);
    expect(bench.state).toBe("Initialize");
  });

  it("asks for a session after a reset, also where it had asked for one before", () => {
    bench.reset();
    bench.inputs = { ...quiet };
    bench.hold({ ready: true }, 5);
    expect([bench.state, bench.starts]).toEqual(["Down", 1]);
    bench.resetAsItStands();
    bench.hold({}, 5);
    expect([bench.state, bench.starts]).toEqual(["Down", 1]);
    for (const state of ["Initialize", "Armed", "Active"] as const) {
      bench.goTo(state);
      bench.resetAsItStands();
    }
  });

  it("does not restart a session that restarted by itself", () => {
    for (const state of ["Initialize", "Armed", "Active"] as const) {
      bench.goTo(state);
      bench.hold({ ready: false }, 6);
      expect([bench.state, bench.starts]).toEqual(["Down", 1]);
      bench.hold({ ready: true }, 1);
      expect([bench.state, bench.starts]).toEqual(["Initialize", 1]);
    }
  });

  it("survives a link loss of exactly cfg_link_lost_max cycles in Active, and no longer", () => {
    for (const [lostMax, lost] of [
      [0, 1],
      [1, 1],
      [1, 2],
      [10, 10],
      [10, 11],
      [70_000, 70_000],
      [70_000, 70_001],
    ] as const) {
      bench.goTo("Active");
      bench.hold({ lostMax, linkUp: false }, lost);
      expect(bench.state).toBe(lost > lostMax ? "Down" : "ActDefer");
      bench.hold({ linkUp: true }, 1);
      expect(bench.state).toBe(lost > lostMax ? "Down" : "Active");
      expect(bench.starts).toBe(lost > lostMax ? 2 : 1);
    }
  });

  it("ignores commands that do not fit the state", () => {
    const fits: Readonly<Record<PortState, readonly string[]>> = {
      Down: [],
      Initialize: ["setArmed"],
      Armed: ["setActive"],
      Active: [],
      ActDefer: [],
    };
    for (const state of Object.keys(fits) as PortState[]) {
      for (const command of ["setArmed", "setActive"] as const) {
        bench.goTo(state);
        bench.pulse({ [command]: true });
        bench.hold({}, 2);
        expect(bench.state === state, `${command} in ${state}`).toBe(!fits[state].includes(command));
      }
    }
  });

  it("asks for one session when it is enabled again, and for one after each loss of the link", () => {
    bench.goTo("Active");
    bench.hold({ enable: false }, 30);
    expect([bench.state, bench.starts]).toEqual(["Down", 1]);
    bench.hold({ enable: true }, 30);
    expect(bench.starts).toBe(2);
    bench.hold({ linkUp: false, ready: false }, 3);
    bench.hold({ linkUp: true }, 30);
    expect([bench.state, bench.starts]).toEqual(["Down", 3]);
  });

  it("does as the reference does under random inputs, through every change of state", async () => {
    bench.reference.seen.clear();
    await withSeed(31, (rng) => {
      for (let run = 0; run < 1200; run += 1) {
        if (rng.chance(0.2)) bench.reset();
        const rare = rng.pick([0.002, 0.02, 0.1]);
        bench.inputs = { ...quiet, lostMax: rng.pick([0, 1, 2, 5, 30]), auto: rng.chance(0.5) };
        for (let cycle = 0; cycle < 500; cycle += 1) {
          vary(bench.inputs, rng, rare);
          bench.step();
        }
      }
    });
    const counts = bench.reference.seen;
    expect([...counts.keys()].sort()).toEqual([...allChanges].sort());
    for (const [change, times] of counts) expect(times, change).toBeGreaterThanOrEqual(10);
  });
});

/** Steady inputs change now and then, sooner back to what a link needs than away from it; pulses come and go. */
function vary(inputs: PortInputs, rng: Rng, rare: number): void {
  for (const key of ["linkUp", "enable", "ready"] as const) {
    if (rng.chance(inputs[key] ? rare : 0.2)) inputs[key] = !inputs[key];
  }
  if (rng.chance(rare)) inputs.auto = !inputs.auto;
  if (rng.chance(0.1)) inputs.fcAll = !inputs.fcAll;
  inputs.setDown = rng.chance(rare);
  inputs.setArmed = rng.chance(0.1);
  inputs.setActive = rng.chance(0.1);
  inputs.data = rng.chance(0.1);
}
