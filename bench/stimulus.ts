import type { PortInfo } from "../sim/build/ports.ts";
import type { Model } from "../sim/driver/index.ts";

/**
 * The same stimulus twice, in TypeScript and in C++: every cycle all inputs are written (wide ones from a table of 16
 * random rows, narrow ones with random bits), one edge, then all outputs are read into a checksum. Equal checksums
 * show that both loops did the same.
 */
const rows = 16;

/** Numerical Recipes' linear congruential generator, 32 bits. */
function next(state: number): number {
  return (Math.imul(state, 1664525) + 1013904223) >>> 0;
}

function isDriven({ name, dir }: PortInfo): boolean {
  return dir === "in" && name !== "clk" && name !== "rst";
}

/** Words of the table that wide inputs are written from. */
function tableOf(words: number): Uint32Array[] {
  let state = 1;
  return Array.from({ length: rows }, () =>
    Uint32Array.from({ length: words }, () => {
      state = next(state);
      return state;
    }),
  );
}

/** Runs `cycles` cycles, one call each, and returns the checksum. */
export function driveModel(model: Model, cycles: number): number {
  const inputs = model.ports.filter(
    (port) => port.dir === "in" && port.name !== "clk" && port.name !== "rst",
  );
  const wide = inputs.filter((port) => port.bits > 32);
  const narrow = inputs.filter((port) => port.bits <= 32);
  const outputs = model.ports.filter((port) => port.dir === "out");
  const wideOut = outputs.filter((port) => port.bits > 32);
  const narrowOut = outputs.filter((port) => port.bits <= 32);
  const tables = wide.map((port) => masked(tableOf(port.words.length), port.bits));
  const masks = narrow.map((port) => (port.bits === 32 ? 0xffffffff : 2 ** port.bits - 1));
  model.reset(4);
  let state = 1;
  let sum = 0;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    state = next(state);
    for (let at = 0; at < wide.length; at += 1) wide[at]!.words.set(tables[at]![(state + at) & (rows - 1)]!);
    for (let at = 0; at < narrow.length; at += 1) narrow[at]!.set(((state >>> (at + 4)) & masks[at]!) >>> 0);
    model.step();
    for (let at = 0; at < wideOut.length; at += 1) sum = (sum + wideOut[at]!.words[0]!) >>> 0;
    for (let at = 0; at < narrowOut.length; at += 1) sum = (sum + narrowOut[at]!.get()) >>> 0;
  }
  return sum;
}

function masked(table: Uint32Array[], bits: number): Uint32Array[] {
  const rest = bits % 32;
  if (rest !== 0) for (const row of table) row[row.length - 1]! &= 2 ** rest - 1;
  return table;
}

/**
 * The same loop as a C++ program; prints the seconds that the loop took and the checksum. Its arguments are the number
 * of cycles and of evaluations a cycle: 1 is done as the driver does it, where the model lets it.
 */
export function stimulusInCpp(ports: readonly PortInfo[], level: string | undefined): string {
  const inputs = ports.filter(isDriven);
  const wide = inputs.filter((port) => port.bits > 32);
  const narrow = inputs.filter((port) => port.bits <= 32);
  const outputs = ports.filter((port) => port.dir === "out");
  const mask = (bits: number): string => (bits === 32 ? "0xffffffffu" : `${2 ** bits - 1}u`);
  const words = (port: PortInfo): number => Math.ceil(port.bits / 32);
  const place = (port: PortInfo): string =>
    port.bits > 64 ? `top.${port.member}.data()` : `&top.${port.member}`;
  return `#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include "Vtop.h"
${level === undefined ? "" : '#include "Vtop___024root.h"'}
static uint32_t next(uint32_t state) { return state * 1664525u + 1013904223u; }
${wide.map((port, at) => `static uint32_t table${at}[${rows}][${words(port)}];`).join("\n")}
int main(int, char** arguments) {
  const long cycles = atol(arguments[1]);
  const bool once = atol(arguments[2]) == 1;
  (void)once;
  VerilatedContext context;
  Vtop top{&context, "TOP"};
  uint32_t state;
${wide
  .map(
    (port, at) => `  state = 1;
  for (auto& row : table${at}) {
    for (auto& word : row) word = state = next(state);
${port.bits % 32 === 0 ? "" : `    row[${words(port) - 1}] &= ${mask(port.bits % 32)};\n`}  }`,
  )
  .join("\n")}
  top.eval();
  auto step = [&] {
    top.clk = 1;
    top.eval();
    ${level === undefined ? "" : `if (once) { top.rootp->${level} = 0; } else`} { top.clk = 0; top.eval(); }
    context.timeInc(1000);
  };
  top.rst = 1;
  for (int i = 0; i < 4; ++i) step();
  top.rst = 0;
  state = 1;
  uint32_t sum = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (long cycle = 0; cycle < cycles; ++cycle) {
    state = next(state);
${wide.map((port, at) => `    memcpy(${place(port)}, table${at}[(state + ${at}) & ${rows - 1}], ${words(port) * 4});`).join("\n")}
${narrow.map((port, at) => `    top.${port.member} = (state >> ${(at + 4) & 31}) & ${mask(port.bits)};`).join("\n")}
    step();
${outputs.map((port) => `    sum += ${port.bits > 32 ? `*(const uint32_t*)(${place(port)})` : `top.${port.member}`};`).join("\n")}
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  printf("%.6f %u\\n", seconds.count(), sum);
}
`;
}
