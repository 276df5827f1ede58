/** Reads a plan and decides everything in it; all that is wrong is said at once, with its place. */
import { existsSync } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import { inspect } from "../../generator/check/index.ts";
import {
  kindOfDescription,
  loadDescription,
  loadObject,
  type Problem,
  regressionWords,
  toDiagnostic,
  validateRegression,
} from "../../generator/description/index.ts";
import type { AnyDesign } from "../../generator/design/switch.ts";
import { type Diagnostic, LanewrightError } from "../../generator/diagnostics.ts";
import { type DescriptionPath, type Origin, originOf, setOrigin } from "../../generator/dsl/origin.ts";
import type { RegressionEntry, RegressionPlanOfKind } from "../../generator/dsl/regression-plan.ts";
import type { AnyDescription } from "../../generator/dsl/switch-description.ts";
import { builtIn } from "./built-in.ts";
import { expand, type ResolvedEntry } from "./expand.ts";
import { importScenario } from "./import-scenario.ts";
import type { ResolvedPlan } from "./plan.ts";
import type { RegressionScenario } from "./scenario.ts";

const usualAttempts = 3;
const usualTimeoutSeconds = 3600;
/** Time to import a plan or a description of it, ms: it may import much, on a machine that is busy with others. */
const timeoutMs = 60_000;

interface Device {
  readonly description: AnyDescription;
  readonly design: AnyDesign;
}

/**
 * Reads a plan with the descriptions and scenarios that it names.
 * @throws LanewrightError with every problem of the plan and of its descriptions
 */
export async function loadPlan(path: string): Promise<ResolvedPlan> {
  const read = await loadObject(path, regressionWords, { timeoutMs });
  const origin = originOf(read);
  const kind = (read as { readonly kind?: unknown }).kind;
  if (kind !== "regression") {
    const problem: Problem = {
      code: "LW_PLAN_KIND",
      severity: "error",
      message: `${path} does not hold a regression plan`,
      value: kind === undefined ? "no kind" : `kind: ${JSON.stringify(kind)}`,
      limit: 'kind: "regression"',
      remedy: 'write `export default defineRegression({ ... })`, or "kind": "regression" in JSON',
      path: ["kind"],
    };
    throw new LanewrightError(toDiagnostic(problem, origin));
  }
  const shape = validateRegression(read);
  if (shape.length > 0) throw new LanewrightError(shape.map((one) => toDiagnostic(one, origin)));
  return await new Reader(path, read as RegressionPlanOfKind, origin).read();
}

class Reader {
  readonly #path: string;
  readonly #plan: RegressionPlanOfKind;
  readonly #origin: Origin | undefined;
  readonly #problems: Diagnostic[] = [];
  readonly #devices = new Map<string, Device>();
  readonly #modules = new Map<string, string>();

  constructor(path: string, plan: RegressionPlanOfKind, origin: Origin | undefined) {
    this.#path = path;
    this.#plan = plan;
    this.#origin = origin;
  }

  async read(): Promise<ResolvedPlan> {
    const { name, seed = 1, attempts = usualAttempts, entries } = this.#plan;
    const resolved: ResolvedEntry[] = [];
    for (const [index, entry] of entries.entries()) resolved.push(...(await this.#entry(entry, index)));
    const { items, repeated } = expand(resolved, seed);
    for (const { id, entry } of repeated) {
      this.#problem({
        code: "LW_PLAN_REPEATS",
        message: `the plan holds ${id} twice`,
        remedy: "take one of them out, or give other seeds",
        path: ["entries", entry],
      });
    }
    if (this.#problems.length > 0) throw new LanewrightError(this.#problems);
    const minimums: Record<string, number> = {};
    for (const { entry, device } of resolved) {
      const { minimumPackets } = entries[entry]!;
      if (minimumPackets !== undefined) minimums[device] = Math.max(minimums[device] ?? 0, minimumPackets);
    }
    return {
      ...{ name, file: this.#path, attempts },
      descriptions: Object.fromEntries(
        [...this.#devices].map(([key, { description }]) => [key, description]),
      ),
      modules: Object.fromEntries(this.#modules),
      items,
      minimums,
    };
  }

  /** The devices, scenarios and faults of an entry that go together. */
  async #entry(entry: RegressionEntry, index: number): Promise<readonly ResolvedEntry[]> {
    const names: string[] = [];
    for (const [at, one] of entry.descriptions.entries()) {
      const device = await this.#device(one, ["entries", index, "descriptions", at]);
      if (device !== undefined) names.push(device);
    }
    const found: ResolvedEntry[] = [];
    for (const [at, one] of (entry.scenarios ?? ["soak"]).entries()) {
      const path = entry.scenarios === undefined ? ["entries", index] : ["entries", index, "scenarios", at];
      const scenario = await this.#scenario(one, path);
      if (scenario === undefined) continue;
      for (const device of names) {
        const faults = this.#faults(entry, index, device, scenario, path);
        found.push({
          ...{ entry: index, device, scenario: scenario.name, faults, packets: entry.packets },
          seeds: entry.seedList ?? entry.seeds ?? 1,
          timeoutSeconds: entry.timeoutSeconds ?? usualTimeoutSeconds,
        });
      }
    }
    return found;
  }

  async #device(given: unknown, path: DescriptionPath): Promise<string | undefined> {
    let description: AnyDescription;
    if (typeof given === "string") {
      try {
        description = await loadDescription(resolve(dirname(this.#path), given), { timeoutMs });
      } catch (error) {
        if (!(error instanceof LanewrightError)) throw error;
        this.#others(error.diagnostics, path);
        return undefined;
      }
    } else if (typeof given === "object" && given !== null && !Array.isArray(given)) {
      const outer = this.#origin;
      description = { kind: kindOfDescription(given), ...given } as AnyDescription;
      if (outer !== undefined)
        setOrigin(description, { locate: (inner, part) => outer.locate([...path, ...inner], part) });
    } else {
      this.#problem({
        code: "LW_NOT_A_DESCRIPTION",
        message: "this is neither the path of a description nor one itself",
        value: JSON.stringify(given),
        limit: "a string, or an object",
        remedy: "give the path of a file, relative to the plan",
        path,
      });
      return undefined;
    }
    const { design, diagnostics } = inspect(description);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    if (design === undefined) {
      this.#others(errors, path);
      return undefined;
    }
    const known = this.#devices.get(design.name);
    if (known !== undefined && JSON.stringify(known.description) !== JSON.stringify(description)) {
      this.#problem({
        code: "LW_PLAN_DEVICE",
        message: `two different devices have the name ${design.name}`,
        value: design.name,
        remedy: "give one of them another name: results are told apart by it",
        path,
      });
    }
    this.#devices.set(design.name, { description, design });
    return design.name;
  }

  async #scenario(
    given: string,
    path: DescriptionPath,
  ): Promise<(RegressionScenario & { readonly name: string }) | undefined> {
    const own = builtIn[given];
    if (own !== undefined) return { ...own, name: given };
    const file = resolve(dirname(this.#path), given);
    const about = { code: "LW_PLAN_SCENARIO", value: given, path } as const;
    if (extname(given) === "" || !existsSync(file)) {
      const limit = `${Object.keys(builtIn).join(", ")}, or the path of a module`;
      const remedy = "choose one of these, or give the path of a module relative to the plan";
      this.#problem({ ...about, message: `there is no scenario ${given}`, limit, remedy });
      return undefined;
    }
    const name = basename(file, extname(file));
    const before = this.#modules.get(name);
    if (builtIn[name] !== undefined || (before !== undefined && before !== file)) {
      this.#problem({ ...about, message: `there are two scenarios ${name}`, remedy: "rename the file" });
      return undefined;
    }
    this.#modules.set(name, file);
    try {
      return { ...(await importScenario(file)), name };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
      const limit =
        "export default { faults: [...], run: async ({ description, seed, packets, faults }) => ... }";
      const message = `${given} is no scenario: ${reason}`;
      this.#problem({ ...about, message, limit, remedy: "export a scenario by default" });
      return undefined;
    }
  }

  #faults(
    entry: RegressionEntry,
    index: number,
    device: string,
    scenario: RegressionScenario & { readonly name: string },
    path: DescriptionPath,
  ): readonly string[] {
    const { design } = this.#devices.get(device) as Device;
    const known = typeof scenario.faults === "function" ? scenario.faults(design) : scenario.faults;
    if (known.length === 0) {
      const message = `scenario ${scenario.name} is not for ${device}`;
      const remedy = "put the device into an entry of its own";
      this.#problem({ code: "LW_PLAN_SCENARIO", message, value: `a ${design.kind}`, remedy, path });
    }
    if (entry.faults === undefined) return known.slice(0, 1);
    for (const [at, faults] of entry.faults.entries()) {
      if (known.length === 0 || known.includes(faults)) continue;
      this.#problem({
        code: "LW_PLAN_FAULTS",
        message: `scenario ${scenario.name} does not know faults "${faults}" for ${device}`,
        value: JSON.stringify(faults),
        limit: known.join(", "),
        remedy: "choose one of these, or leave faults out",
        path: ["entries", index, "faults", at],
      });
    }
    return entry.faults;
  }

  /** Problems of a description: those without a place of their own get that of the plan. */
  #others(diagnostics: readonly Diagnostic[], path: DescriptionPath): void {
    const at = this.#origin?.locate(path, "value");
    for (const one of diagnostics)
      this.#problems.push(one.at === undefined && at !== undefined ? { ...one, at } : one);
  }

  #problem(problem: Omit<Problem, "severity">): void {
    const diagnostic = toDiagnostic({ severity: "error", ...problem }, this.#origin);
    const text = JSON.stringify(diagnostic);
    if (!this.#problems.some((one) => JSON.stringify(one) === text)) this.#problems.push(diagnostic);
  }
}
