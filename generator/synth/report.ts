import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LanewrightError } from "../diagnostics.ts";
import { areaKeys } from "./cells.ts";
import { type Change, type ModuleResult, type SynthFile, type SynthReport, synthFileName } from "./types.ts";

const sameRun = (a: SynthReport, b: SynthReport): boolean =>
  a.device === b.device && a.top === b.top && a.target === b.target;

/** What a folder's `synth.json` holds; nothing where there is none that can be read. */
export function readReports(path: string): readonly SynthReport[] {
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as Partial<SynthFile>;
    return file.version === 1 && Array.isArray(file.reports) ? file.reports : [];
  } catch {
    return [];
  }
}

/**
 * The run to compare with: of the same module of a device for the same target.
 * @param path a `synth.json`, or what `synth --json` has printed
 * @throws LanewrightError LW_SYNTH_BASELINE when there is none in a file that the user names
 */
export function baselineFrom(path: string, report: SynthReport): SynthReport {
  const wrong = (message: string, cause?: unknown): LanewrightError =>
    new LanewrightError(
      {
        code: "LW_SYNTH_BASELINE",
        severity: "error",
        message: `${path} ${message}`,
        remedy: `give a ${synthFileName} of this device, written for the target ${report.target}`,
      },
      { cause },
    );
  let file: Partial<SynthFile & SynthReport>;
  try {
    file = JSON.parse(readFileSync(path, "utf8")) as Partial<SynthFile & SynthReport>;
  } catch (cause) {
    throw wrong("cannot be read", cause);
  }
  const reports = file.reports ?? [file as SynthReport];
  const found = reports.find((one) => one.top === report.top && one.target === report.target);
  if (found === undefined) throw wrong(`holds no result of ${report.top} for ${report.target}`);
  return found;
}

/** Puts a report in front of those in the folder, in place of the last one of its kind. */
export function saveReport(folder: string, report: SynthReport): void {
  const path = join(folder, synthFileName);
  const others = readReports(path).filter((one) => !sameRun(one, report));
  const file: SynthFile = { version: 1, reports: [report, ...others] };
  mkdirSync(folder, { recursive: true });
  const temp = `${path}.${process.pid}`;
  writeFileSync(temp, `${JSON.stringify(file, null, 2)}\n`);
  renameSync(temp, path);
}

/** The last report of the same kind in a folder. */
export function lastReport(folder: string, report: SynthReport): SynthReport | undefined {
  return readReports(join(folder, synthFileName)).find((one) => sameRun(one, report));
}

/** Every figure that differs from the baseline's; modules that came or went count from or to nothing. */
export function changesBetween(before: SynthReport, after: SynthReport): readonly Change[] {
  const changes: Change[] = [];
  const compare = (of: string, figure: Change["figure"], from: number, to: number): void => {
    if (from !== to) changes.push({ of, figure, before: from, after: to });
  };
  for (const key of areaKeys) compare("total", key, before.total[key], after.total[key]);
  compare("total", "through", before.paths[0]?.levels ?? 0, after.paths[0]?.levels ?? 0);
  for (const clock of Object.keys(after.place?.fmaxMHz ?? {})) {
    const old = before.place?.fmaxMHz[clock];
    if (old !== undefined) compare("total", "fmaxMHz", old, after.place?.fmaxMHz[clock] ?? 0);
  }
  const labels = new Set([...before.modules, ...after.modules].map(labelOf));
  for (const label of labels) {
    const [old, now] = [before, after].map(({ modules }) => modules.find((one) => labelOf(one) === label));
    for (const key of areaKeys) compare(label, key, old?.own[key] ?? 0, now?.own[key] ?? 0);
    compare(label, "inside", old?.inside?.levels ?? 0, now?.inside?.levels ?? 0);
    compare(label, "through", old?.through ?? 0, now?.through ?? 0);
  }
  return changes;
}

export const labelOf = ({ name, parameters }: Pick<ModuleResult, "name" | "parameters">): string =>
  parameters === "" ? name : `${name} ${parameters}`;
