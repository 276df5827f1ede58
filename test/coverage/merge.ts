/** Brings together what was counted in modules that differ in numbers only: names of devices, widths, lanes. */
import { basename } from "node:path";
import type { AnyDesign } from "../../generator/design/switch.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { filesOf } from "../../generator/views/index.ts";
import {
  type FileCoverage,
  type ModuleCoverage,
  mergeCoverage,
  noCoverage,
} from "../../sim/coverage/index.ts";
import type { RunCoverage } from "./worker.ts";

/** The lines of code of a module: their numbers, and their text without names of devices, numbers and blanks. */
export function codeOf(text: string, device: string): { numbers: number[]; skeleton: string } {
  const prefix = new RegExp(`\\b${device}_`, "gu");
  let guards = 0;
  const code = text.split("\n").flatMap((line, index) => {
    // What stands under `ifdef is for proofs, and is not in the model
    if (/^\s*`ifn?def\b/u.test(line)) guards += 1;
    if (/^\s*`endif\b/u.test(line)) guards -= 1;
    if (guards > 0 || /^\s*`endif\b/u.test(line)) return [];
    const plain = line
      .replace(/\/\/.*$/u, "")
      .replace(prefix, "")
      .replace(/\d+/gu, "0")
      .replace(/\s+/gu, " ")
      .trim();
    return plain === "" ? [] : [{ number: index + 1, plain }];
  });
  return { numbers: code.map(({ number }) => number), skeleton: code.map(({ plain }) => plain).join("\n") };
}

/** What was counted in `text`, by the lines of a module that is the same but for numbers; undefined when it is not. */
export function carryOver(
  to: { readonly numbers: readonly number[]; readonly skeleton: string },
  text: string,
  device: string,
  counted: FileCoverage,
): FileCoverage | undefined {
  const from = codeOf(text, device);
  if (from.skeleton !== to.skeleton) return undefined;
  const place = new Map(from.numbers.map((number, index) => [number, to.numbers[index] ?? 0]));
  const at = (line: number): number => place.get(line) ?? 0;
  return {
    lines: new Map([...counted.lines].map(([line, count]) => [at(line), count])),
    branches: new Map(
      [...counted.branches].map(([side, count]) => {
        const [line, which] = side.split(" ");
        return [`${at(Number(line))} ${which}`, count];
      }),
    ),
    toggles: counted.toggles,
  };
}

/** The modules of a design with what all runs counted in them; `only` picks some. */
export function modulesOf(
  design: AnyDesign,
  runs: readonly RunCoverage[],
  only?: readonly string[],
): readonly ModuleCoverage[] {
  const texts = runs.flatMap((run) => run.texts);
  return filesOf(design).flatMap(({ path, template, view }) => {
    const name = basename(path, ".v");
    const suffix = name === design.name ? "" : name.slice(design.name.length + 1);
    if (!path.endsWith(".v") || (only !== undefined && !only.includes(suffix))) return [];
    const text = renderTemplate(template, view);
    const code = codeOf(text, design.name);
    const coverage = noCoverage();
    for (const one of texts) {
      if (!one.module.endsWith(suffix === "" ? "" : `_${suffix}`)) continue;
      const device = one.module.slice(0, one.module.length - (suffix === "" ? 0 : suffix.length + 1));
      const counted = {
        lines: new Map(one.lines),
        branches: new Map(one.branches),
        toggles: new Map(one.toggles),
      };
      const same = carryOver(code, one.text, device, counted);
      if (same !== undefined) mergeCoverage(coverage, same);
    }
    return [{ module: suffix === "" ? "top" : suffix, text, coverage }];
  });
}
