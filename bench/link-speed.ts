import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { LinkDesign } from "../generator/design/link.ts";
import { generateToCache } from "../generator/emit/cached.ts";
import type { PortInfo } from "../sim/build/ports.ts";
import { type BuiltModel, buildModel, type Model, openModel } from "../sim/index.ts";
import { LinkPair, loadPhase, runPhases } from "../sim/run/index.ts";
import { beforeEachStep } from "./link-latency.ts";

export interface PairSpeed {
  /** Cycles of the pair in a second: the whole bench in TypeScript, and two bare models in C++ with the same inputs. */
  readonly bench: number;
  readonly bare: number;
  readonly ratio: number;
  readonly cycles: number;
}

const rounds = 5;

/**
 * Speed of a link pair under saturating load, bench and all (clients, scoreboards, cable), against a C++ program that
 * does nothing but step two instances of the same model with the inputs of that very run, recorded beforehand. The
 * outputs of the C++ program are summed up and must be those of the bench.
 */
export async function pairSpeed(design: LinkDesign, cycles: number): Promise<PairSpeed> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-bench-"));
  try {
    const { top, files } = generateToCache(design);
    const built = await buildModel({ files, top });
    const { inputs, sum, steps } = await record(design, built, cycles);
    writeFileSync(join(folder, "inputs.bin"), inputs);
    writeFileSync(join(folder, "main.cpp"), replayInCpp(built.ports, steps));
    await execa({
      cwd: folder,
    })`verilator --cc --exe main.cpp -o bare --build -j 2 --prefix Vtop --Mdir obj -O3
      --x-assign fast --x-initial fast --assert --no-timing -Wno-fatal -Wno-lint --top-module ${top}
      -CFLAGS -flto -LDFLAGS ${"-flto -O3"} -MAKEFLAGS ${"OPT_FAST=-O3 OPT_SLOW=-O0 OPT_GLOBAL=-O2"} ${files}`;
    const bench: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const pair = openPair(design, built);
      bench.push((await run(pair, design, cycles)).cyclesPerSecond);
      pair.close();
      const { stdout } = await execa({ cwd: folder })`${join(folder, "obj", "bare")}`;
      const [seconds, bareSum] = stdout.split(" ").map(Number);
      if (bareSum !== sum) throw new Error(`the outputs differ: ${sum} and ${bareSum}`);
      bare.push(steps / (seconds ?? Number.NaN));
    }
    const ratios = bench.map((value, round) => value / (bare[round] ?? Number.NaN));
    return { bench: median(bench), bare: median(bare), ratio: median(ratios), cycles: steps };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function openPair(design: LinkDesign, built: BuiltModel): LinkPair {
  return new LinkPair(design, [openModel(built), openModel(built)], { seed: 1 });
}

async function run(pair: LinkPair, design: LinkDesign, cycles: number): ReturnType<typeof runPhases> {
  const result = await runPhases(pair, [loadPhase(design, { cycles })]);
  if (!result.passed) throw new Error("the link lost packets");
  return result;
}

const isInput = ({ name, dir }: { name: string; dir: string }): boolean => dir === "in" && name !== "clk";
const wordsOf = ({ bits }: { readonly bits: number }): number => Math.ceil(bits / 32);

/** One run with the inputs of both models written down cycle by cycle, and the sum of their outputs. */
async function record(
  design: LinkDesign,
  built: BuiltModel,
  cycles: number,
): Promise<{ readonly inputs: Uint8Array; readonly sum: number; readonly steps: number }> {
  const models = [openModel(built), openModel(built)] as const;
  const logs: [Uint32Array[], Uint32Array[]] = [[], []];
  const sums = [0, 0];
  models.forEach((model, index) => {
    const inputs = model.ports.filter(isInput);
    const outputs = model.ports.filter(({ dir }) => dir === "out");
    const words = inputs.reduce((total, port) => total + wordsOf(port), 0);
    beforeEachStep(model, () => {
      if (model.cycle > 0) sums[index] = sumOutputs(sums[index] ?? 0, outputs);
      const row = new Uint32Array(words);
      let at = 0;
      for (const port of inputs) {
        if (port.bits > 32) row.set(port.words, at);
        else row[at] = port.get();
        at += wordsOf(port);
      }
      logs[index as 0 | 1].push(row);
    });
  });
  const pair = new LinkPair(design, models, { seed: 1 });
  await run(pair, design, cycles);
  models.forEach((model, index) => {
    sums[index] = sumOutputs(
      sums[index] ?? 0,
      model.ports.filter(({ dir }) => dir === "out"),
    );
  });
  pair.close();
  const rows = logs[0].flatMap((row, step) => [row, logs[1][step] ?? row]);
  const inputs = Buffer.concat(rows.map((row) => new Uint8Array(row.buffer)));
  return { inputs, sum: ((sums[0] ?? 0) + (sums[1] ?? 0)) >>> 0, steps: logs[0].length };
}

function sumOutputs(sum: number, outputs: Model["ports"]): number {
  return outputs.reduce((total, port) => (total + (port.bits > 32 ? port.words[0]! : port.get())) >>> 0, sum);
}

/** Steps two instances with recorded inputs; prints the seconds that it took and the sum of the outputs. */
function replayInCpp(ports: readonly PortInfo[], steps: number): string {
  const inputs = ports.filter(isInput);
  const outputs = ports.filter(({ dir }) => dir === "out");
  const place = ({ bits, member }: PortInfo): string =>
    bits > 64 ? `top.${member}.data()` : `&top.${member}`;
  let at = 0;
  const loads = inputs.map((port) => {
    const from = at;
    at += wordsOf(port);
    if (port.bits <= 32) return `  top.${port.member} = row[${from}];`;
    return `  memcpy(${place(port)}, row + ${from}, ${4 * wordsOf(port)});`;
  });
  const sums = outputs.map(
    (port) => `  sum += ${port.bits > 32 ? `*(const uint32_t*)(${place(port)})` : `top.${port.member}`};`,
  );
  return `#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>
#include "Vtop.h"
static const long steps = ${steps}, words = ${at};
static uint32_t sum;
static void step(Vtop& top, const uint32_t* row) {
${loads.join("\n")}
  top.clk = 1;
  top.eval();
  top.clk = 0;
  top.eval();
${sums.join("\n")}
}
int main() {
  std::vector<uint32_t> rows(steps * 2 * words);
  FILE* file = fopen("inputs.bin", "rb");
  if (!file || fread(rows.data(), 4, rows.size(), file) != rows.size()) return 1;
  VerilatedContext first, second;
  Vtop a{&first, "TOP"}, b{&second, "TOP"};
  a.eval();
  b.eval();
  const auto begin = std::chrono::steady_clock::now();
  for (long i = 0; i < steps; ++i) {
    step(a, &rows[2 * i * words]);
    step(b, &rows[(2 * i + 1) * words]);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  printf("%.6f %u\\n", seconds.count(), sum);
}
`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
