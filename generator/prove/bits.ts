import { join } from "node:path";
import type { Model } from "./prepare.ts";
import { cellsNamed, type Failure } from "./smt.ts";
import { run } from "./solver.ts";

/** What yosys-abc found of the cells that are asserted. */
export interface BitsCheck {
  readonly proved: boolean;
  /** Steps that bmc3 looked at without finding anything. */
  readonly bound?: number;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  /** Why it is not decided. */
  readonly detail?: string;
}

/**
 * Checks `asserts` together over the bits of the model: `pdr` without bound, `bmc3` over steps 0 … `steps` - 1. A
 * counter-example is run again through `NAME.smt2`, which `writeSmt` has written for the same cells: that tells the
 * property by its label, and writes the trace.
 */
export async function checkBits(
  model: Model,
  name: string,
  asserts: readonly string[],
  engine: { readonly kind: "pdr" | "bmc3"; readonly steps: number; readonly seconds: number },
): Promise<BitsCheck> {
  await writeAiger(model, name, asserts);
  const { kind, steps, seconds } = engine;
  const call = kind === "pdr" ? `pdr -T ${seconds}` : `bmc3 -F ${steps} -T ${seconds}`;
  const script = `read_aiger ${name}.aig; fold; orpos; strash; ${call}; print_status; write_cex -a ${name}.aiw`;
  const folder = model.folder;
  const result = await run("yosys-abc", ["-c", script], { folder, seconds: seconds + 30 });
  if (/Property proved/u.test(result.output)) return { proved: true, failures: [], seconds: result.seconds };
  const frame = /was asserted in frame (\d+)/u.exec(result.output)?.[1];
  if (frame === undefined) {
    const bound = kind === "bmc3" ? boundOf(result.output) : undefined;
    const whole = bound !== undefined && bound >= steps;
    const detail = whole ? {} : { detail: `not decided within ${seconds} s` };
    return {
      proved: false,
      failures: [],
      seconds: result.seconds,
      ...(bound !== undefined && { bound }),
      ...detail,
    };
  }
  return {
    proved: false,
    failures: await replay(model, name, Number(frame), seconds),
    seconds: result.seconds,
  };
}

/** Steps that bmc3 says it has looked at. */
function boundOf(output: string): number | undefined {
  const frames = [...output.matchAll(/No output asserted in (\d+) frames/gu)].at(-1)?.[1];
  return frames === undefined ? undefined : Number(frames);
}

async function writeAiger(model: Model, name: string, asserts: readonly string[]): Promise<void> {
  const rest = model.asserts.filter((cell) => !asserts.includes(cell));
  const script = [
    "read_rtlil flat.il",
    "chformal -cover -remove",
    ...(rest.length > 0 ? [`chformal -assert -remove ${cellsNamed(rest)}`] : []),
    "delete -output",
    "opt_clean",
    "memory_map",
    "dffunmap",
    "techmap",
    "setundef -undriven -anyseq",
    "setundef -anyseq",
    "opt -fast",
    "dffunmap",
    "abc -g AND -fast",
    "opt_clean",
    `write_aiger -zinit -map ${name}.aim ${name}.aig`,
  ];
  const { output, exitCode } = await run("yosys", ["-q", "-p", script.join("; ")], {
    folder: model.folder,
    seconds: 600,
  });
  if (exitCode !== 0) throw new Error(`Yosys cannot write the bits of the model:\n${output}`);
}

async function replay(
  model: Model,
  name: string,
  frame: number,
  seconds: number,
): Promise<readonly Failure[]> {
  const trace = `${name}_cex.vcd`;
  const { output } = await run(
    "yosys-smtbmc",
    [
      ...["-s", "z3", "--noprogress", "--unroll", "--noincr", "-t", String(frame + 1)],
      // yosys-abc writes its witness without the two lines in front that others write
      ...["--aig-noheader", "--aig", `${name}.aim:${name}.aiw`],
      ...["--dump-vcd", trace, `${name}.smt2`],
    ],
    { folder: model.folder, seconds: Math.max(60, seconds) },
  );
  const cells = [...output.matchAll(/Assert failed in \S+: (\S+)/gu)].map((match) => match[1] ?? "");
  if (cells.length === 0) throw new Error(`the counter-example of yosys-abc does not fail again:\n${output}`);
  const step = Number([...output.matchAll(/assertions in step (\d+)/gu)].at(-1)?.[1] ?? frame);
  return cells.map((cell) => ({ cell, step, trace: join(model.folder, trace) }));
}
