/** Runs the plan, line by line. */
import { countCases } from "./credit-count.ts";
import { incastCases } from "./credit-incast.ts";
import { pressureCases } from "./credit-pressure.ts";
import { type DeviceSet, openLinkStage } from "./devices.ts";
import { type Case, Findings, type LinkStage, type Outcome } from "./plan.ts";
import { orderCases } from "./retry-order.ts";
import { poisonCases } from "./retry-poison.ts";
import { timeCases } from "./retry-time.ts";
import { windowCases } from "./retry-window.ts";

/** Every line, in the order of its number. */
export const plan: readonly Case[] = [
  ...orderCases,
  ...timeCases,
  ...poisonCases,
  ...windowCases,
  ...countCases,
  ...pressureCases,
  ...incastCases,
].sort((a, b) => place(a) - place(b));

function place({ id }: Case): number {
  const [kind, number] = id.split("-");
  return Number(number) + (kind === "LLR" ? 0 : 100);
}

/** The lines that a set of devices can be put through. */
export function linesFor(set: DeviceSet): readonly Case[] {
  return plan.filter(({ on }) => on === "link" || set.switch !== null);
}

/** One run of each line on a set of devices; asked twice, a line is run once. */
export class PlanRun {
  readonly devices: DeviceSet;
  readonly #outcomes = new Map<string, Promise<Outcome>>();
  #stage: Promise<LinkStage> | undefined;

  constructor(devices: DeviceSet) {
    this.devices = devices;
  }

  outcome(line: Case): Promise<Outcome> {
    const known = this.#outcomes.get(line.id);
    if (known !== undefined) return known;
    const run = this.#run(line);
    this.#outcomes.set(line.id, run);
    return run;
  }

  async #run(line: Case): Promise<Outcome> {
    const found = new Findings();
    this.#stage ??= line.on === "link" ? openLinkStage(this.devices.link) : undefined;
    const stage = line.on === "link" ? await this.#stage : undefined;
    try {
      if (line.on === "switch") await line.run(this.devices.switch!, found);
      else await line.run(stage!, found);
      return { findings: found.all, failure: null };
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      return { findings: found.all, failure: words.split("\n")[0]! };
    }
  }
}
