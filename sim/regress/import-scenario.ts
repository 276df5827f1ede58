/** Scenarios that are modules of the user's. Workers load this and no more: it imports nothing of the simulation. */
import { pathToFileURL } from "node:url";
import type { RegressionScenario } from "./scenario.ts";

/** The scenario that a module exports by default. */
export async function importScenario(file: string): Promise<RegressionScenario> {
  const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  const value = module.default as Partial<RegressionScenario> | undefined;
  if (typeof value !== "object" || value === null) throw new Error("it has no object as default export");
  const { faults, run } = value;
  if (typeof run !== "function") throw new Error("its default export has no function run");
  if (typeof faults !== "function" && !Array.isArray(faults))
    throw new Error("its default export has no faults");
  return { faults, run };
}
