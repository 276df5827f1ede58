/** What came of a regression, as data. */
import type { Item, ResolvedPlan } from "./plan.ts";
import type { ItemState, RunState } from "./state.ts";

export interface ItemResult {
  readonly id: string;
  /** `open`: it has not been run to its end yet. */
  readonly verdict: "passed" | "failed" | "open";
  readonly packets: number;
  readonly seconds: number;
  /** Processor time, without that of compilers, s. */
  readonly cpuSeconds: number;
  /** How often its worker died. */
  readonly deaths: number;
  readonly note?: string;
  readonly failure?: string;
  /** The command that runs a failed item once more. */
  readonly reproduce?: string;
}

/** All items of one device. */
export interface DeviceResult {
  readonly description: string;
  readonly items: number;
  readonly done: number;
  readonly failures: number;
  readonly packets: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Packets that the plan asks for. */
  readonly minimumPackets?: number;
}

/** The figures that runs are compared by. */
export interface Figures {
  /** When it began, ISO 8601. */
  readonly begun: string;
  readonly engine: string;
  readonly jobs: number;
  /** Time that passed, s: builds of models included, pauses between invocations not. */
  readonly seconds: number;
  readonly items: number;
  readonly done: number;
  readonly failures: number;
  readonly packets: number;
  readonly packetsPerHour: number;
  /** Mean time of an item, s. */
  readonly secondsPerItem: number;
}

export interface RegressionResult extends Figures {
  readonly name: string;
  readonly plan: string;
  readonly key: string;
  readonly complete: boolean;
  /** Complete, nothing failed, and every device had the packets that the plan asks for. */
  readonly passed: boolean;
  readonly devices: readonly DeviceResult[];
  readonly results: readonly ItemResult[];
}

/** What is known beside plan and journal. */
export interface Surroundings {
  readonly key: string;
  readonly reproduce: (item: Item) => string;
}

export function resultOf(plan: ResolvedPlan, state: RunState, around: Surroundings): RegressionResult {
  const results = plan.items.map((item) => itemResult(item, state.items.get(item.id), around));
  const devices = Object.keys(plan.descriptions).map((name) => deviceResult(plan, results, name));
  const done = results.filter(({ verdict }) => verdict !== "open");
  const failures = results.filter(({ verdict }) => verdict === "failed").length;
  const packets = sumOf(results, ({ packets }) => packets);
  const complete = done.length === results.length;
  const enough = devices.every((one) => one.packets >= (one.minimumPackets ?? 0));
  const seconds = Math.round(state.seconds * 10) / 10;
  const work = sumOf(done, ({ seconds }) => seconds);
  return {
    ...{ name: plan.name, plan: plan.file, key: around.key },
    ...{ begun: new Date(state.begun).toISOString(), engine: state.engine, jobs: state.jobs, seconds },
    ...{ items: results.length, done: done.length, failures, packets },
    packetsPerHour: seconds === 0 ? 0 : Math.round((packets / seconds) * 3600),
    secondsPerItem: done.length === 0 ? 0 : Math.round((1000 * work) / done.length) / 1000,
    complete,
    passed: complete && failures === 0 && enough,
    devices,
    results,
  };
}

/** The figures of a result by themselves, as the history keeps them. */
export function figuresOf(result: RegressionResult): Figures {
  const { begun, engine, jobs, seconds, items, done, failures, packets, packetsPerHour, secondsPerItem } =
    result;
  return { begun, engine, jobs, seconds, items, done, failures, packets, packetsPerHour, secondsPerItem };
}

/** Devices that carried fewer packets than the plan asks for. */
export function shortOf(result: RegressionResult): readonly DeviceResult[] {
  return result.devices.filter(({ packets, minimumPackets }) => packets < (minimumPackets ?? 0));
}

function itemResult(item: Item, state: ItemState | undefined, { reproduce }: Surroundings): ItemResult {
  const deaths = state?.deaths.length ?? 0;
  const end = state?.end;
  if (end === undefined)
    return { id: item.id, verdict: "open", packets: 0, seconds: 0, cpuSeconds: 0, deaths };
  const { ok, packets, seconds, cpuSeconds = 0, note, failure } = end;
  return {
    ...{ id: item.id, verdict: ok ? "passed" : "failed", packets, seconds, cpuSeconds, deaths },
    ...(note !== undefined && { note }),
    ...(failure !== undefined && { failure }),
    ...(!ok && { reproduce: reproduce(item) }),
  };
}

function deviceResult(plan: ResolvedPlan, results: readonly ItemResult[], name: string): DeviceResult {
  const own = results.filter((_, index) => plan.items[index]!.description === name);
  const minimumPackets = plan.minimums[name];
  return {
    description: name,
    items: own.length,
    done: own.filter(({ verdict }) => verdict !== "open").length,
    failures: own.filter(({ verdict }) => verdict === "failed").length,
    packets: sumOf(own, ({ packets }) => packets),
    seconds: Math.round(sumOf(own, ({ seconds }) => seconds) * 10) / 10,
    cpuSeconds: Math.round(sumOf(own, ({ cpuSeconds }) => cpuSeconds) * 10) / 10,
    ...(minimumPackets !== undefined && { minimumPackets }),
  };
}

export function sumOf<T>(list: readonly T[], pick: (one: T) => number): number {
  return list.reduce((sum, one) => sum + pick(one), 0);
}
