/** A scheduler with its reference beside it: every cycle is compared, and held against what any scheduler must do. */
import { expect } from "vitest";
import type { SchedulerKind } from "../../generator/design/switch.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { SchedulerDesign } from "../../generator/views/switch/scheduler-view.ts";
import { schedulerModules } from "../../generator/views/switch/schedulers.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { buildModules, type RtlModule } from "./build.ts";
import {
  IslipReference,
  type Pair,
  type SchedulerReference,
  WavefrontReference,
} from "./switch-scheduler-reference.ts";

export interface SchedulerShape {
  readonly kind: SchedulerKind;
  /** Internal ports. */
  readonly ports: number;
  readonly iterations: number;
  readonly starvationCycles: number;
  /** Register stages between the requests and their matching, 0 unless given. */
  readonly requestStages?: number;
}

/** All that a scheduler depends on. */
export function schedulerDesign(shape: SchedulerShape): SchedulerDesign {
  const { kind, ports, iterations, starvationCycles, requestStages = 0 } = shape;
  const number = { value: starvationCycles, computed: starvationCycles, unit: "cycles", overridden: false };
  const rule = { id: "starvationCycles", formula: "2 ** n", inputs: {}, source: "bench" };
  return {
    name: "dut",
    ports: ports - 1,
    scheduler: { kind, iterations },
    pipeline: { requests: requestStages },
    derived: { starvationCycles: { ...number, ...rule } },
  };
}

/** The scheduler first, then the modules that it is made of. */
export function schedulerRtl(shape: SchedulerShape): readonly RtlModule[] {
  const design = schedulerDesign(shape);
  return schedulerModules(design).map(([suffix, template, view]) => ({
    name: moduleName(design, suffix),
    template: `${template}.v.hbs`,
    view,
  }));
}

export class SchedulerBench {
  readonly shape: SchedulerShape;
  readonly ports: number;
  /** Inputs of the next cycle; pair (i, o) is element `i * ports + o`. */
  readonly request: Uint8Array;
  readonly waiting: Uint8Array;
  readonly done: Uint8Array;
  readonly #model: Model;
  #reference: SchedulerReference;
  /** What was asked for in the cycle before. */
  #before: Uint8Array;
  /** Some pair was starving then. */
  #starved = false;
  /** Output that each input is busy with, -1 for none; kept apart from the reference. */
  readonly #busy: Int32Array;
  /** What each field of `match_port` and `select_port` showed with its last match; -1 before the first. */
  readonly #stands: Readonly<Record<"match" | "select", Int32Array>>;
  #cycles = 0;

  static async open(shape: SchedulerShape): Promise<SchedulerBench> {
    return new SchedulerBench(shape, openModel(await buildModules("dut_scheduler", schedulerRtl(shape))));
  }

  private constructor(shape: SchedulerShape, model: Model) {
    this.shape = shape;
    this.ports = shape.ports;
    this.#model = model;
    this.request = new Uint8Array(shape.ports ** 2);
    this.waiting = new Uint8Array(shape.ports ** 2);
    this.done = new Uint8Array(shape.ports);
    this.#busy = new Int32Array(shape.ports);
    this.#stands = { match: new Int32Array(shape.ports), select: new Int32Array(shape.ports) };
    this.#reference = this.#fresh();
    this.#before = this.request.slice();
    this.reset();
  }

  /** Nothing asked, nothing busy, all pointers at 0; the inputs stand as they are during the reset. */
  reset(): void {
    this.#drive();
    this.#model.reset();
    for (const side of ["match", "select"])
      if (this.#model.port(`${side}_valid`).bytes.some((byte) => byte !== 0))
        throw new Error(`${side}_valid is set by the reset`);
    this.#reference = this.#fresh();
    for (const list of [this.request, this.waiting, this.done, this.#before]) list.fill(0);
    for (const list of [this.#busy, this.#stands.match, this.#stands.select]) list.fill(-1);
  }

  /** True when some pair is starving. */
  get someStarve(): boolean {
    return this.#reference.starving.includes(1);
  }

  /** One cycle with the inputs as they stand; gives the matches that it found, which are at the outputs then. */
  cycle(): readonly Pair[] {
    const { shape } = this;
    const starving = this.#reference.starving;
    const before = { inputs: this.#busy.slice(), outputs: new Set(this.#busy) };
    const expected = this.#reference.cycle(this);
    const asked = (shape.requestStages ?? 0) > 0 ? this.#before : this.request;
    this.#drive();
    this.#model.step();
    this.#cycles += 1;
    const found = this.#matches();
    const where = `${shape.kind}, ${shape.ports} ports, cycle ${this.#cycles}`;
    for (const [input, one] of this.done.entries()) if (one === 1) this.#busy[input] = -1;
    for (const { input, output } of found) {
      const pair = `${where}: ${input} to ${output}`;
      if (asked[input * shape.ports + output] === 0) throw new Error(`${pair} was not asked for`);
      if (before.inputs[input] !== -1) throw new Error(`${pair}: the input is busy`);
      if (before.outputs.has(output)) throw new Error(`${pair}: the output is busy`);
      this.#busy[input] = output;
    }
    if (shape.kind === "wavefront" && !starving.includes(1) && !this.#starved)
      this.#checkMaximal(found, asked, before, where);
    this.#starved = starving.includes(1);
    this.#before = this.request.slice();
    const sorted = [...expected].sort((a, b) => a.input - b.input);
    if (JSON.stringify(found) !== JSON.stringify(sorted)) expect(found, where).toEqual(sorted);
    return found;
  }

  /** The matches at the outputs, by input; both sides must tell the same. */
  #matches(): readonly Pair[] {
    const byInput = this.#side("match").map(([input, output]) => ({ input, output }));
    const byOutput = this.#side("select").map(([output, input]) => ({ input, output }));
    byOutput.sort((a, b) => a.input - b.input);
    if (new Set(byInput.map(({ output }) => output)).size < byInput.length) {
      throw new Error(`an output has two inputs: ${JSON.stringify(byInput)}`);
    }
    if (JSON.stringify(byInput) !== JSON.stringify(byOutput)) expect(byOutput).toEqual(byInput);
    return byInput;
  }

  #side(name: "match" | "select"): (readonly [port: number, partner: number])[] {
    const valid = this.#model.port(`${name}_valid`).bytes;
    const partner = this.#model.port(`${name}_port`);
    const width = partner.bits / this.ports;
    const stands = this.#stands[name];
    const result: (readonly [number, number])[] = [];
    for (let port = 0; port < this.ports; port += 1) {
      let value = 0;
      for (let bit = width - 1; bit >= 0; bit -= 1)
        value = 2 * value + bitOf(partner.bytes, port * width + bit);
      if (bitOf(valid, port) === 1) {
        stands[port] = value;
        result.push([port, value]);
      } else if (stands[port] !== -1 && stands[port] !== value) {
        throw new Error(`${name}_port of ${port} became ${value} without a match`);
      }
    }
    return result;
  }

  /** Nothing that could be matched is left over. */
  #checkMaximal(
    found: readonly Pair[],
    request: Uint8Array,
    before: { readonly inputs: Int32Array; readonly outputs: ReadonlySet<number> },
    where: string,
  ): void {
    const inputs = new Set(found.map(({ input }) => input));
    const outputs = new Set(found.map(({ output }) => output));
    for (const [pair, asked] of request.entries()) {
      const [input, output] = [Math.floor(pair / this.ports), pair % this.ports];
      const taken = before.inputs[input] !== -1 || before.outputs.has(output);
      if (asked === 1 && !taken && !inputs.has(input) && !outputs.has(output)) {
        throw new Error(`${where}: ${input} to ${output} was left over`);
      }
    }
  }

  #drive(): void {
    for (const name of ["request", "waiting", "done"] as const) {
      const { bytes } = this.#model.port(name);
      bytes.fill(0);
      for (const [at, one] of this[name].entries()) if (one === 1) bytes[at >> 3]! |= 1 << (at & 7);
    }
  }

  #fresh(): SchedulerReference {
    const reference = references[this.shape.kind](this.shape);
    reference.staged = (this.shape.requestStages ?? 0) > 0;
    return reference;
  }
}

const references: Readonly<Record<SchedulerKind, (shape: SchedulerShape) => SchedulerReference>> = {
  islip: ({ ports, starvationCycles, iterations }) => new IslipReference(ports, starvationCycles, iterations),
  wavefront: ({ ports, starvationCycles }) => new WavefrontReference(ports, starvationCycles),
};

function bitOf(bytes: Uint8Array, at: number): number {
  return (bytes[at >> 3]! >> (at & 7)) & 1;
}
