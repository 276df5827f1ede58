/** A plan with everything decided: what is run, item by item. */
import { contentKey } from "../../generator/cache.ts";
import type { AnyDescription } from "../../generator/dsl/switch-description.ts";

/** One run of one scenario on one device from one seed. */
export interface Item {
  /** `name/scenario/faults/0x0000abcd`: unique in its plan. */
  readonly id: string;
  readonly description: string;
  readonly scenario: string;
  readonly faults: string;
  readonly seed: number;
  readonly packets: number;
  readonly timeoutSeconds: number;
}

/** A plan as it is kept beside its results: tasks on other machines need nothing else. */
export interface ResolvedPlan {
  readonly name: string;
  /** The file that it was read from, as it was given. */
  readonly file: string;
  readonly attempts: number;
  /** Devices by their names. */
  readonly descriptions: Readonly<Record<string, AnyDescription>>;
  /** Absolute paths of modules by the names of their scenarios, for those that the plan brings. */
  readonly modules: Readonly<Record<string, string>>;
  readonly items: readonly Item[];
  /** Packets that all items of a description together must carry. */
  readonly minimums: Readonly<Record<string, number>>;
}

/** What the results depend on; two plans with the same key are the same. */
export function planKey({ file: _file, ...plan }: ResolvedPlan): string {
  return contentKey([JSON.stringify(plan)]).slice(0, 16);
}

/**
 * Every `count`-th item, beginning with item `index`: each item is in exactly one shard, and neighbours, which are of
 * different devices, are spread over all of them.
 * @param index 0 … count-1
 */
export function shardOf(items: readonly Item[], index: number, count: number): readonly Item[] {
  return items.filter((_, at) => at % count === index);
}
