import type { Derived, LinkDesign } from "../design/link.ts";
import type { AnyDerivedId } from "../design/switch.ts";

/** The user's own numbers, and switches as 0 or 1, that formulas start from. */
export const basisUnits = {
  clockMHz: "MHz",
  datapathBits: "bits",
  rateGbps: "Gb/s",
  mtuBytes: "bytes",
  cableMeters: "m",
  phyLatencyNs: "ns",
  dataLanes: "lanes",
  cutThrough: "flag",
  icrcEndpoint: "flag",
  macTxStages: "cycles",
  ports: "ports",
  requestStages: "cycles",
  islip: "flag",
  laneCount: "lanes",
  pcsLanes: "lanes",
  codewords: "codewords",
  codewordSymbols: "symbols",
  messageSymbols: "symbols",
  groups: "groups",
  markerPeriodGroups: "groups",
  realignNs: "ns",
  serdesBits: "bits",
  berWindowUs: "us",
  scatterGather: "pieces",
  reads: "requests",
  peerReads: "requests",
  addressHandles: "handles",
} as const;

export type BasisName = keyof typeof basisUnits;
/** Those of a device: `ports` and the two behind it only of a switch, then those only of a PCS, the last four only of an adapter. */
export type Basis = Readonly<Partial<Record<BasisName, number>>>;
export type InputName = BasisName | AnyDerivedId;

/** A constant of a formula: its value and unit. */
export type Constant = readonly [value: number, unit: string];

interface RuleText {
  readonly unit: string;
  /** An expression over the inputs' names, the constants' names and the functions of `formula-functions.ts`. */
  readonly formula: string;
  readonly source: string;
}

/** How one derived number comes about. */
export interface Rule<Id extends AnyDerivedId = AnyDerivedId> extends RuleText {
  readonly id: Id;
  readonly inputs: readonly InputName[];
  readonly constants: Readonly<Record<string, Constant>>;
  readonly compute: (numbers: Readonly<Record<string, number>>) => number;
}

/**
 * Declares a rule; `compute` receives exactly the inputs and constants that are named. A unit test evaluates `formula`
 * as it stands and holds it against `compute`.
 */
export function rule<Id extends AnyDerivedId, I extends InputName = never, K extends string = never>(
  id: Id,
  text: RuleText,
  inputs: readonly I[],
  constants: Readonly<Record<K, Constant>>,
  compute: (numbers: Readonly<Record<I | K, number>>) => number,
): Rule<Id> {
  return { ...text, id, inputs, constants, compute };
}

/** Applies a rule: `known` holds the numbers derived before, `override` replaces the result. */
export function derive(
  one: Rule,
  basis: Basis,
  known: ReadonlyMap<AnyDerivedId, Derived>,
  override: number | undefined,
): Derived {
  const inputs: Record<string, { readonly value: number; readonly unit: string }> = {};
  const numbers: Record<string, number> = {};
  for (const name of one.inputs) {
    const input = inputOf(name, basis, known);
    inputs[name] = input;
    numbers[name] = input.value;
  }
  for (const [name, [value, unit]] of Object.entries(one.constants)) {
    inputs[name] = { value, unit };
    numbers[name] = value;
  }
  const computed = one.compute(numbers);
  const value = override ?? computed;
  const { id, unit, formula, source } = one;
  return { id, value, computed, unit, formula, inputs, source, overridden: override !== undefined };
}

function inputOf(name: InputName, basis: Basis, known: ReadonlyMap<AnyDerivedId, Derived>) {
  if (name in basisUnits) {
    const basisName = name as BasisName;
    const value = basis[basisName];
    if (value === undefined) throw new Error(`"${name}" means nothing to this device`);
    return { value, unit: basisUnits[basisName] };
  }
  const derived = known.get(name as AnyDerivedId);
  if (!derived) throw new Error(`rule order: "${name}" is used before it is derived`);
  return { value: derived.value, unit: derived.unit };
}

/** The numbers that formulas start from, out of a design or a description with its defaults filled in. */
export function basisOf(
  link: Pick<
    LinkDesign,
    | "clockMHz"
    | "datapathBits"
    | "rateGbps"
    | "mtuBytes"
    | "cableMeters"
    | "phyLatencyNs"
    | "forwarding"
    | "icrc"
    | "pipeline"
  > & {
    readonly virtualLanes: { readonly data: number };
    /** An MII is never out of line. */
    readonly pcs?: LinkDesign["pcs"];
  },
): Basis {
  const { clockMHz, datapathBits, rateGbps, mtuBytes, cableMeters, phyLatencyNs } = link;
  return {
    clockMHz,
    datapathBits,
    rateGbps,
    mtuBytes,
    cableMeters,
    phyLatencyNs,
    dataLanes: link.virtualLanes.data,
    cutThrough: link.forwarding === "cut-through" ? 1 : 0,
    icrcEndpoint: link.icrc === "endpoint" ? 1 : 0,
    macTxStages: link.pipeline.macTx,
    realignNs: link.pcs?.derived.realignNs.value ?? 0,
  };
}

/** The same for a switch: its port's numbers, and how many ports there are. */
export function switchBasisOf(device: {
  readonly ports: number;
  readonly pipeline: { readonly requests: number };
  readonly scheduler: { readonly kind: "islip" | "wavefront" };
  readonly port: Parameters<typeof basisOf>[0];
}): Basis {
  return {
    ...basisOf(device.port),
    ports: device.ports,
    requestStages: device.pipeline.requests,
    islip: device.scheduler.kind === "islip" ? 1 : 0,
  };
}
