import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireTools, type Tool } from "../tools.ts";
import { type CellResult, decide, fileName } from "./decide.ts";
import { type Model, prepare } from "./prepare.ts";
import { limiter } from "./solver.ts";
import type { AffineProof, DeviceFiles, Proof, PropertyResult, SolverProof } from "./types.ts";

export interface ProveOptions {
  /** Solvers that run at once. */
  readonly jobs: number;
  /** Seconds of wall time for each call of a solver. */
  readonly timeout: number;
  /** Folder that counter-examples are written to, made when there is one. */
  readonly out: string;
  /** Labels of the properties to decide, without the help of the others; all of each proof unless given. */
  readonly properties?: readonly string[];
  /** Hears of each result as it comes. */
  readonly told?: (result: PropertyResult) => void;
}

/**
 * Decides the properties of the proofs given, over the text of a device.
 * @throws LanewrightError with exit code 3, naming the programs that are missing
 */
export async function prove(
  proofs: readonly Proof[],
  device: DeviceFiles,
  options: ProveOptions,
): Promise<readonly PropertyResult[]> {
  await requireTools(toolsOf(proofs));
  const limit = limiter(options.jobs);
  const atOnce = limiter(options.jobs);
  const results = await Promise.all(
    proofs.map((proof) =>
      atOnce(() =>
        proof.engine === "affine"
          ? limit(() => byFunction(proof, device, options))
          : bySolver(proof, device, options, limit),
      ),
    ),
  );
  return results.flat();
}

function toolsOf(proofs: readonly Proof[]): readonly Tool[] {
  const bits = proofs.some(({ engine }) => engine === "pdr" || engine === "bmc3");
  const smt = proofs.some(({ engine }) => engine !== "affine");
  return [
    "yosys",
    ...(smt ? (["yosys-smtbmc", "z3"] as const) : []),
    ...(bits ? (["yosys-abc"] as const) : []),
  ];
}

async function bySolver(
  proof: SolverProof,
  device: DeviceFiles,
  options: ProveOptions,
  limit: ReturnType<typeof limiter>,
): Promise<readonly PropertyResult[]> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-prove-"));
  try {
    const models = await limit(() => prepare(proof, device, folder));
    const [model] = models;
    if (model === undefined) throw new Error(`proof ${proof.name} has no case`);
    const cells = cellsOf(proof, model, options.properties);
    const asResult = (result: CellResult): PropertyResult => resultOf(proof, result, options.out);
    const results = new Map<string, PropertyResult>();
    const told = (result: CellResult): void => {
      const known = asResult(result);
      results.set(result.cell, known);
      options.told?.(known);
    };
    const small = proof.small && smallModel(proof, device, join(folder, "small"));
    await decide(proof, models, cells, { seconds: options.timeout, limit, told, ...(small && { small }) });
    return cells.flatMap((cell) => results.get(cell) ?? []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The model of a proof with its small parameters, made when it is asked for. */
function smallModel(proof: SolverProof, device: DeviceFiles, folder: string): () => Promise<Model> {
  let made: Promise<readonly Model[]> | undefined;
  return async () => {
    made ??= prepare({ ...proof, ...(proof.small && { parameters: proof.small }) }, device, folder);
    const [model] = await made;
    if (model === undefined) throw new Error(`proof ${proof.name} has no case`);
    return model;
  };
}

/** The cells to decide: those of the registry, in its order, then those of the modules inside. */
function cellsOf(proof: SolverProof, model: Model, only: readonly string[] | undefined): readonly string[] {
  const there = [...model.asserts, ...model.covers];
  const named = proof.properties.map(({ label }) => label);
  const lost = named.filter((label) => !there.includes(label));
  const unnamed = there.filter((cell) => !cell.includes(".") && !named.includes(cell));
  if (lost.length > 0) {
    throw new Error(`proof ${proof.name} names ${lost.join(", ")}, which the Verilog does not hold`);
  }
  if (unnamed.length > 0) {
    throw new Error(`the Verilog of proof ${proof.name} holds ${unnamed.join(", ")}, which it does not name`);
  }
  const inner = model.asserts.filter((cell) => cell.includes("."));
  return [...named, ...inner].filter((cell) => only === undefined || only.includes(cell));
}

function resultOf(proof: SolverProof, result: CellResult, out: string): PropertyResult {
  const { cell, status, depth, step, trace, detail, seconds } = result;
  const says =
    proof.properties.find(({ label }) => label === cell)?.says ?? "holds for the module inside, too";
  let waveform: string | undefined;
  if (trace !== undefined) {
    waveform = `${fileName(proof.name)}.${fileName(cell)}${status === "failed" ? "" : ".step"}.vcd`;
    mkdirSync(out, { recursive: true });
    copyFileSync(trace, join(out, waveform));
  }
  return {
    ...{ proof: proof.name, property: cell, says, engine: proof.engine, status },
    ...(depth !== undefined && { depth }),
    ...(step !== undefined && { step }),
    ...(waveform !== undefined && { waveform }),
    ...(detail !== undefined && { detail }),
    seconds,
  };
}

async function byFunction(
  proof: AffineProof,
  device: DeviceFiles,
  options: ProveOptions,
): Promise<readonly PropertyResult[]> {
  const begin = performance.now();
  const verdicts = await proof.decide(device);
  const seconds = Math.round(performance.now() - begin) / 1000;
  const wanted = proof.properties.filter(
    ({ label }) => options.properties === undefined || options.properties.includes(label),
  );
  return wanted.map(({ label, says }) => {
    const verdict = verdicts.find((one) => one.label === label);
    if (verdict === undefined) throw new Error(`proof ${proof.name} says nothing of ${label}`);
    const status = verdict.holds ? "proved" : "failed";
    const { engine, name } = proof;
    const waveform = `${fileName(name)}.${fileName(label)}.vcd`;
    if (verdict.wave !== undefined) {
      mkdirSync(options.out, { recursive: true });
      writeFileSync(join(options.out, waveform), verdict.wave);
    }
    const result = {
      proof: name,
      property: label,
      says,
      engine,
      status,
      ...(verdict.wave !== undefined && { waveform }),
      detail: verdict.detail,
      seconds,
    } as const;
    options.told?.(result);
    return result;
  });
}
