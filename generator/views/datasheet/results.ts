import { portOf } from "../../design/port-of.ts";
import type { AnyDesign } from "../../design/switch.ts";

/** What runs left behind, as far as the page shows it. More keys may be there. */

export interface Latency {
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  /** Of a switch. */
  readonly mean?: number;
}

export interface PortFigures {
  readonly sent: { readonly packets: number };
  readonly received: { readonly packets: number };
  readonly nacksSent: number;
  readonly replays: number;
  readonly creditStallCycles: number;
}

export interface PhaseFigures {
  readonly name: string;
  readonly title: string;
  readonly goodputGbps: number;
  readonly goodputPercent: number;
  readonly latencyNs: Latency | null;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
  readonly failure: string | null;
  readonly ports: Readonly<Record<string, PortFigures>>;
  /** Of a switch. */
  readonly load?: number | null;
  readonly offeredPercent?: number;
  readonly deliveredPercent?: number;
  readonly saturated?: boolean;
}

/** `results.json` of `simulate`. */
export interface SimulationResults {
  readonly name: string;
  readonly passed: boolean;
  readonly complete: boolean;
  readonly seed: number;
  readonly cycles: number;
  readonly clockMHz: number;
  readonly datapathBits: number;
  readonly rateGbps: number;
  readonly cableMeters: number;
  readonly phases: readonly PhaseFigures[];
}

/** `proofs.json` of `prove`. */
export interface ProofResults {
  readonly device: string;
  readonly properties: readonly {
    readonly proof: string;
    readonly property: string;
    readonly says: string;
    readonly engine: string;
    readonly status: string;
    readonly depth?: number;
    readonly detail?: string;
  }[];
}

interface Area {
  readonly luts: number;
  readonly flipFlops: number;
  readonly lutMemory: number;
  readonly blockRams: number;
  readonly dsps: number;
}

/** `synth.json` of `synth`: the last run for each target. */
export interface SynthesisResults {
  readonly reports: readonly {
    readonly device: string;
    readonly top: string;
    readonly target: string;
    readonly tool: string;
    readonly total: Area;
    readonly modules: readonly {
      readonly name: string;
      readonly parameters: string;
      readonly instances: number;
      readonly own: Area;
      readonly through: number;
    }[];
    readonly place?: {
      readonly tool: string;
      readonly part: string;
      readonly fmaxMHz: Readonly<Record<string, number>>;
    };
  }[];
}

/** What a page is enriched with. */
export interface Results {
  readonly simulation?: SimulationResults;
  readonly proofs?: ProofResults;
  readonly synthesis?: SynthesisResults;
}

/**
 * The results that are of the given device, of those that lie in a folder; what cannot be read as such is none.
 * @param read a file's JSON, undefined where there is none
 */
export function resultsOf(design: AnyDesign, read: (name: string) => unknown): Results {
  const simulation = read("results.json");
  const proofs = read("proofs.json") ?? read("proofs/proofs.json");
  const synthesis = read("synth.json");
  return {
    ...(isSimulation(simulation, design) && { simulation }),
    ...(isProofs(proofs) && proofs.device === design.name && { proofs }),
    ...(isSynthesis(synthesis) &&
      synthesis.reports.some(({ device }) => device === design.name) && { synthesis }),
  };
}

/** A run of the very device: one of the same name with another width or rate says nothing about it. */
function isSimulation(value: unknown, design: AnyDesign): value is SimulationResults {
  if (!isRecord(value) || !everyRecord(value.phases, "ports")) return false;
  const { rateGbps, cableMeters } = portOf(design);
  return (
    value.name === design.name &&
    value.clockMHz === design.clockMHz &&
    value.datapathBits === design.datapathBits &&
    value.rateGbps === rateGbps &&
    value.cableMeters === cableMeters
  );
}

function isProofs(value: unknown): value is ProofResults {
  return isRecord(value) && everyRecord(value.properties);
}

function isSynthesis(value: unknown): value is SynthesisResults {
  return isRecord(value) && everyRecord(value.reports, "total");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list of records, each with a record under `key`. */
function everyRecord(value: unknown, key?: string): boolean {
  return (
    Array.isArray(value) && value.every((one) => isRecord(one) && (key === undefined || isRecord(one[key])))
  );
}
