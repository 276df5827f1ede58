import { evaluators } from "./cells.ts";
import { type Form, isForm, type Value } from "./forms.ts";
import type { Bit, Cell, Netlist } from "./netlist.ts";

/** Free variables, each with the name that a counter-example shows. */
export class Variables {
  readonly #names: (() => string)[] = [];

  next(name: () => string): Form {
    this.#names.push(name);
    return 1n << BigInt(this.#names.length);
  }

  vector(name: string, width: number): readonly Form[] {
    return Array.from({ length: width }, (_, at) => this.next(() => `${name}[${at}]`));
  }

  /** Names of the variables that a form sums up. */
  namesIn(form: Form): readonly string[] {
    return this.#names.filter((_, at) => (form >> BigInt(at + 1)) & 1n).map((name) => name());
  }
}

/** Bits that stand for a number, low bit first. */
export function constant(value: bigint | number, width: number): readonly Form[] {
  return Array.from({ length: width }, (_, at) => (BigInt(value) >> BigInt(at)) & 1n);
}

/** A signal is given a number, or one value a bit. */
export type Given = bigint | number | readonly Value[];

/** What the signals of one clock cycle are. */
export interface Cycle {
  /** A signal by its name; throws where there is none. */
  get(name: string): readonly Value[];
}

/**
 * A netlist whose signals are affine forms. It starts with a free variable in every flip-flop: what holds then holds from
 * any state. Inputs that a cycle is not given are free variables, new ones in every cycle. What is asked for is computed,
 * and no more.
 */
export class Machine {
  readonly variables = new Variables();
  readonly cycles: Cycle[] = [];
  readonly netlist: Netlist;
  /** What registers hold that were loaded before the next cycle. */
  #loaded: (Value | undefined)[];
  /** Of each cycle: what is known of its nets. */
  readonly #nets: (Value | undefined)[][] = [];

  constructor(netlist: Netlist) {
    this.netlist = netlist;
    this.#loaded = this.#nothing();
  }

  /** Room for the nets of a cycle: a dense array is many times faster than a map. */
  #nothing(): (Value | undefined)[] {
    return new Array<Value | undefined>(this.netlist.nets).fill(undefined);
  }

  /** How many flip-flops there are, bits. */
  get stateBits(): number {
    return this.netlist.stateInputs.size;
  }

  /** Replaces what a register holds before the next cycle. */
  load(name: string, given: Given): void {
    for (const [bit, value] of this.#pairs(name, given)) {
      if (!this.netlist.stateInputs.has(bit))
        throw new Error(`${name} of ${this.netlist.top} is no register`);
      this.#loaded[bit] = value;
    }
  }

  /**
   * One clock cycle.
   * @param given inputs, and cuts: signals inside that take this value in place of what drives them
   */
  cycle(given: Readonly<Record<string, Given>> = {}): Cycle {
    const at = this.#nets.length;
    const nets = this.#loaded;
    this.#loaded = this.#nothing();
    this.#nets.push(nets);
    for (const [name, value] of Object.entries(given)) {
      for (const [bit, one] of this.#pairs(name, value)) nets[bit] = one;
    }
    const cycle: Cycle = { get: (name) => this.#bits(name).map((bit) => this.#value(at, bit)) };
    this.cycles.push(cycle);
    return cycle;
  }

  #bits(name: string): readonly Bit[] {
    const bits = this.netlist.names.get(name);
    if (bits === undefined) throw new Error(`${this.netlist.top} has no signal ${name}`);
    return bits;
  }

  #pairs(name: string, given: Given): readonly (readonly [number, Value])[] {
    const bits = this.#bits(name);
    const values = typeof given === "object" ? given : constant(given, bits.length);
    if (values.length !== bits.length) {
      throw new Error(`${name} of ${this.netlist.top} has ${bits.length} bits, not ${values.length}`);
    }
    return bits.flatMap((bit, at) => (typeof bit === "number" ? [[bit, values[at]!] as const] : []));
  }

  #value(at: number, bit: Bit): Value {
    if (bit === "0") return 0n;
    if (bit === "1") return 1n;
    if (typeof bit !== "number") return undefinedConstant;
    const nets = this.#nets[at]!;
    const known = nets[bit];
    if (known !== undefined) return known;
    const cell = this.netlist.drivers.get(bit);
    if (cell !== undefined) {
      this.#evaluate(at, cell);
      return nets[bit]!;
    }
    const from = this.netlist.stateInputs.get(bit);
    const input = this.netlist.inputBits.get(bit);
    let value: Value = undriven;
    if (from !== undefined) {
      value =
        at === 0 ? this.variables.next(() => `${this.#nameOf(bit)} at the start`) : this.#value(at - 1, from);
    } else if (input !== undefined) {
      value = this.variables.next(() => `cycle ${at}, ${input}`);
    }
    nets[bit] = value;
    return value;
  }

  #nameOf(bit: Bit): string {
    for (const [name, bits] of this.netlist.names) {
      const at = bits.indexOf(bit);
      if (at >= 0) return `${name}[${at}]`;
    }
    return `net ${bit}`;
  }

  #evaluate(at: number, cell: Cell): void {
    const nets = this.#nets[at]!;
    const evaluate = evaluators.get(cell.type);
    const values = (port: string): Value[] => (cell.ports[port] ?? []).map((bit) => this.#value(at, bit));
    const bits = evaluate?.({
      a: extended(values("A"), cell, "A"),
      b: extended(values("B"), cell, "B"),
      s: values("S"),
      signed: cell.signed,
      width: cell.outputs.length,
      place: cell,
    });
    for (const [place, bit] of cell.outputs.entries()) {
      // a net that is known already was cut
      if (typeof bit === "number") nets[bit] ??= bits === undefined ? cell.refusal : (bits[place] ?? 0n);
    }
  }
}

/** Operands of arithmetic and comparison are extended to the widest of the ports. */
function extended(values: Value[], cell: Cell, port: string): Value[] {
  if (cell.extendTo === 0 || values.length === 0) return values;
  const sign = /1$/.test(cell.parameters[`${port}_SIGNED`] ?? "0") ? values[values.length - 1]! : 0n;
  while (values.length < cell.extendTo) values.push(sign);
  return values;
}

const undefinedConstant = { unknown: "an undefined constant reaches it" };
const undriven = { unknown: "a signal that nothing drives reaches it" };

/** The value of a form where exactly the variables of `ones` are 1. */
export function valueAt(value: Value, ones: Form): "0" | "1" | "x" {
  if (!isForm(value)) return "x";
  return (value & (ones | 1n)).toString(2).split("1").length % 2 === 0 ? "1" : "0";
}
