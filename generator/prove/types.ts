import type { AnyDesign } from "../design/switch.ts";

/**
 * How a proof is made.
 *
 * - `induction`: k-induction by yosys-smtbmc and z3, each property by itself: with those listed before it assumed in
 *   the same step, and those behind it one step earlier.
 * - `bmc`: bounded model checking by the same, all properties at once.
 * - `pdr`: property-directed reachability by yosys-abc, over the bits of the module.
 * - `bmc3`: bounded model checking over the bits, by yosys-abc.
 * - `affine`: a function of the registry entry that decides by itself.
 */
export type Engine = "induction" | "bmc" | "pdr" | "bmc3" | "affine";

/** A labelled `assert` of the emitted Verilog, or a labelled `cover` of it. */
export interface Property {
  readonly label: string;
  /** What it says, in words: one short sentence without a full stop. */
  readonly says: string;
  /** True for a `cover`: a state that must be reachable, so that the proof is not one about nothing. */
  readonly cover?: boolean;
}

interface Common {
  /** Name on the command line: `credit_tx`. */
  readonly name: string;
  readonly properties: readonly Property[];
}

/** A proof by a solver over a module and what lies below it. */
export interface SolverProof extends Common {
  readonly engine: Exclude<Engine, "affine">;
  /** The module proved: its name behind the device's. A harness of `formal/` is one, too. */
  readonly top: string;
  /** Steps: longest k of an induction, bound of a bmc; for pdr the steps over which assumptions are tried. */
  readonly depth: number;
  /** Steps that a counter-example is looked for where an induction fails; 20 unless given. */
  readonly hunt?: number;
  /** Steps in which covers are to be reached; 10 unless given. */
  readonly reach?: number;
  /** Parameters of the module in the place of its defaults, where the proof is made of a small one. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** The same for a search for counter-examples: what is near reset in a small module is far from it in the real one. */
  readonly small?: Readonly<Record<string, number>>;
  /** Modules whose text is taken from another module's file, by their names behind the device's: abstractions. */
  readonly replace?: Readonly<Record<string, string>>;
  /** pdr: all properties in one run, as each other's lemmas, instead of each by itself. */
  readonly together?: boolean;
  /**
   * An arbitrary choice that is proved value by value, which is quicker: the macro that the Verilog takes the choice from
   * where it is defined, and every value that it may have.
   */
  readonly cases?: { readonly macro: string; readonly values: readonly string[] };
  /** Several clocks: every register is sampled by a global one. */
  readonly clocks?: "several";
  /** Properties of the modules inside are left out: they are proved there, under assumptions that are checked here. */
  readonly innerProved?: boolean;
  /** The assertions of the modules inside are listed first, so that those of the proof may rest on them in the same step. */
  readonly innerFirst?: boolean;
  /** False where z3 is faster without the steps unrolled. */
  readonly unroll?: boolean;
  /** Yosys commands after the design is flat, for what this proof needs: cut points and the like. */
  readonly prepare?: readonly string[];
}

/** What an affine proof found of one property. */
export interface Verdict {
  readonly label: string;
  readonly holds: boolean;
  /** What was compared, or what is wrong. */
  readonly detail: string;
  /** The counter-example as a VCD. */
  readonly wave?: string;
}

/** A proof by a function: linear algebra over the netlist of a module. */
export interface AffineProof extends Common {
  readonly engine: "affine";
  /** @throws Error where the netlist is not of the form that the method can decide */
  readonly decide: (device: DeviceFiles) => Promise<readonly Verdict[]>;
}

export type Proof = SolverProof | AffineProof;

/** What adds its proofs to the registry: those of a design, none where it does not hold the module. */
export type ProofList = (design: AnyDesign) => readonly Proof[];

/** The text of a device's Verilog, that of `formal/` included; paths relative to the output folder. */
export interface DeviceFiles {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export type Status = "proved" | "bounded" | "reached" | "failed" | "undecided";

/** What came of one property; times in seconds of wall time. */
export interface PropertyResult {
  readonly proof: string;
  readonly property: string;
  readonly says: string;
  readonly engine: Engine;
  readonly status: Status;
  /** Steps: the k of an induction, the bound of a bmc, the step in which a cover is reached. */
  readonly depth?: number;
  /** The step in which a failed property is broken; step 0 is the first. */
  readonly step?: number;
  /** File of the counter-example, below the output folder. */
  readonly waveform?: string;
  /** Why it is not decided, or what exactly is wrong. */
  readonly detail?: string;
  readonly seconds: number;
}
