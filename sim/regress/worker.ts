/**
 * A process that runs items one after the other, as its parent asks. It writes down itself what came of them: what is
 * done is done, whatever becomes of the parent.
 */
import { readFileSync } from "node:fs";
import { openJournal } from "./journal.ts";
import type { ResolvedPlan } from "./plan.ts";
import { runItem } from "./run-item.ts";

/** What the parent says: the next item, by its number in the plan. */
export interface Order {
  readonly index: number;
}

/** What the worker says when it has written down the end of an item. */
export interface Report {
  readonly id: string;
  readonly ok: boolean;
  readonly packets: number;
  readonly seconds: number;
  readonly failure?: string;
  /** Memory of the process, bytes: models stay loaded. */
  readonly rss: number;
}

const [planFile = "", journalFolder = "", round = "1"] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planFile, "utf8")) as ResolvedPlan;
const journal = openJournal(journalFolder, Number(round));

process.on("message", (order: Order) => void work(order));
process.on("disconnect", () => process.exit(0));

async function work({ index }: Order): Promise<void> {
  const item = plan.items[index]!;
  journal.write({ t: "start", id: item.id });
  const end = await runItem(plan, item);
  journal.write(end);
  const { t: _t, ...rest } = end;
  process.send?.({ ...rest, rss: process.memoryUsage.rss() } satisfies Report);
}
