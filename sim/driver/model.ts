import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { BuiltModel } from "../build/model.ts";
import { type Handle, type Library, loadLibrary, memoryAt, readPorts } from "./library.ts";
import { type Memory, Port } from "./port.ts";

/** Raised when the model itself stops: `$finish`, `$stop`, `$fatal` or a failed assertion. */
export class ModelStopped extends Error {
  override readonly name = "ModelStopped";
  /** Cycles done until then. */
  readonly cycle: number;

  constructor(message: string, cycle: number) {
    super(message);
    this.cycle = cycle;
  }
}

export interface OpenOptions {
  /** Frequency that the times of a trace are in; 1000 MHz unless given. */
  readonly clockMHz?: number;
  /** Takes what the model prints by `$display` and the like; standard output unless given. */
  readonly print?: (text: string) => void;
}

const stopped = 1;
const printed = 2;

/** Libraries whose model stopped in the midst of a step: locks of their runtime may be held for ever. */
const interrupted = new WeakSet<Library>();

/**
 * Frees instances only when nothing looks at their memory any more: views of ports outlive `close`. Those of an interrupted
 * library are left, for freeing would wait for its locks.
 */
const graveyard = new FinalizationRegistry<{ library: Library; handle: Handle }>(({ library, handle }) => {
  if (!interrupted.has(library)) library.destroy(handle);
});

/** Opens an instance of a built model; several may live side by side in one process. */
export function openModel(built: BuiltModel, options: OpenOptions = {}): Model {
  return new Model(built, options);
}

/**
 * A Verilated model inside of this process. One clock, rising edges: write inputs, call `step`, read outputs.
 * Outputs that depend on inputs of the same cycle are read after `eval` and before `step`.
 */
export class Model {
  readonly top: string;
  /** All ports, in the order of the model's memory. */
  readonly ports: readonly Port[];

  readonly #library: Library;
  readonly #handle: Handle;
  readonly #rawStep: Library["step"];
  readonly #byName: ReadonlyMap<string, Port>;
  readonly #print: (text: string) => void;
  #cycle = 0;
  #open = true;
  #tracing = false;

  constructor(built: BuiltModel, options: OpenOptions) {
    this.top = built.top;
    this.#print = options.print ?? ((text) => process.stdout.write(text));
    this.#library = loadLibrary(built.library, built);
    this.#rawStep = this.#library.step;
    this.#handle = this.#library.create(Math.round(1e6 / (options.clockMHz ?? 1000)));
    const rows = readPorts(this.#library, this.#handle, built.ports.length);
    const places = rows.map((one) => Number(one.place));
    const base = places.length === 0 ? 0 : alignDown(Math.min(...places));
    const end = Math.max(base, ...rows.map((one, index) => (places[index] ?? 0) + one.bytes));
    const memory = memoryOf(base, end);
    graveyard.register(memory.buffer, { library: this.#library, handle: this.#handle });
    this.ports = built.ports.map((info, index) => new Port(info, memory, (places[index] ?? 0) - base));
    this.#byName = new Map(this.ports.map((port) => [port.name, port]));
  }

  /** Cycles stepped so far. */
  get cycle(): number {
    return this.#cycle;
  }

  /** `count` rising edges with the inputs as they are now; the outputs are then those after the last edge. */
  step(count = 1): void {
    if (!this.#open) this.#refuseClosed();
    this.#cycle += count;
    const status = this.#rawStep(this.#handle, count);
    if (status !== 0) this.#attend(status);
  }

  /**
   * Rising edges of some clocks of a model with several, all at the same time; times never go back.
   * @param mask bit 0 is the clock of `step`, the others follow in the order in which they were named
   */
  edge(mask: number, timePs: number): void {
    if (!this.#open) this.#refuseClosed();
    if (this.#library.edge === undefined) throw new Error(`${this.top} has one clock`);
    this.#cycle += mask & 1;
    const status = this.#library.edge(this.#handle, mask, timePs);
    if (status !== 0) this.#attend(status);
  }

  /** Lets the outputs follow the inputs, without an edge. */
  eval(): void {
    if (!this.#open) this.#refuseClosed();
    const status = this.#library.evaluate(this.#handle);
    if (status !== 0) this.#attend(status);
  }

  /** The port called `name`; fetch it once, outside of the loop. */
  port(name: string): Port {
    const found = this.#byName.get(name);
    if (found === undefined) throw new RangeError(`${this.top} has no port ${name}; it has ${this.#names()}`);
    return found;
  }

  hasPort(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Holds `rst` for `cycles` rising edges. */
  reset(cycles = 4): void {
    const rst = this.port("rst");
    rst.set(1);
    this.step(cycles);
    rst.set(0);
  }

  /** Writes waves (FST) to `path` from here on. Only a model that was built with `trace` can. */
  traceOpen(path: string): void {
    if (!this.#open) this.#refuseClosed();
    if (this.#library.traceOpen === undefined) throw new Error(`${this.top} was built without trace`);
    if (this.#tracing) throw new Error(`a trace of ${this.top} is open already`);
    const file = resolve(path);
    mkdirSync(dirname(file), { recursive: true });
    if (this.#library.traceOpen(this.#handle, file) === 0)
      throw new Error(`the trace ${file} cannot be written`);
    this.#tracing = true;
  }

  /** Ends the trace; the file is complete then. */
  traceClose(): void {
    if (!this.#tracing) return;
    this.#library.traceClose?.(this.#handle);
    this.#tracing = false;
  }

  /** Writes the coverage counters to `path`. Only a model that was built with `coverage` can. */
  writeCoverage(path: string): void {
    if (this.#library.coverageWrite === undefined) throw new Error(`${this.top} was built without coverage`);
    this.#library.coverageWrite(this.#handle, resolve(path));
  }

  /** Ends the simulation: final blocks run, the trace is closed. Views of ports keep what they show. */
  close(): void {
    if (!this.#open) return;
    this.traceClose();
    this.#library.final(this.#handle);
    this.#flush();
    this.#open = false;
  }

  #attend(status: number): void {
    if ((status & printed) !== 0) this.#flush();
    if ((status & stopped) === 0) return;
    interrupted.add(this.#library);
    this.#cycle = this.#library.cycles(this.#handle);
    throw new ModelStopped(
      `${this.top}: ${this.#library.error(this.#handle)}${this.#lastWords}`,
      this.#cycle,
    );
  }

  #lastWords = "";

  #flush(): void {
    const text = this.#library.text(this.#handle);
    this.#library.clearText(this.#handle);
    if (text === "") return;
    this.#lastWords = `\n${text.trimEnd()}`;
    this.#print(text);
  }

  #refuseClosed(): never {
    throw new Error(`the model of ${this.top} is closed`);
  }

  #names(): string {
    return this.ports.map((port) => port.name).join(", ");
  }
}

function alignDown(address: number): number {
  return address - (address % 8);
}

/** One view over all ports; addresses of user space are exact as doubles. */
function memoryOf(base: number, end: number): Memory {
  const length = Math.ceil((end - base) / 8) * 8;
  const buffer = length === 0 ? new ArrayBuffer(0) : memoryAt(BigInt(base), length);
  return {
    buffer,
    bytes: new Uint8Array(buffer),
    halves: new Uint16Array(buffer),
    words: new Uint32Array(buffer),
  };
}
