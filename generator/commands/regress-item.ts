import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closest } from "fastest-levenshtein";
import { openJournal, readJournal } from "../../sim/regress/journal.ts";
import type { ResolvedPlan } from "../../sim/regress/plan.ts";
import { runPool } from "../../sim/regress/pool.ts";
import { reproduceCommand } from "../../sim/regress/run.ts";
import { stateOf } from "../../sim/regress/state.ts";
import { exitCodes, LanewrightError } from "../diagnostics.ts";
import { withProgress } from "../progress.ts";
import { interruptedCode, interruptible } from "./simulate-run.ts";

/** Runs one item as a worker would, so that also one that kills its worker has an end, and says what came of it. */
export async function runOne(plan: ResolvedPlan, id: string, json: boolean): Promise<void> {
  const item = plan.items.find((one) => one.id === id);
  if (item === undefined) throw noSuchItem(plan, id);
  const folder = await mkdtemp(join(tmpdir(), "lanewright-regress-"));
  try {
    const planFile = join(folder, "plan.json");
    const once = { ...plan, attempts: 1 };
    await writeFile(planFile, JSON.stringify(once));
    const journal = openJournal(folder, 1);
    await interruptible((signal) =>
      withProgress(
        `running ${id}`,
        runPool({
          ...{ plan: once, planFile, journalFolder: folder, round: 1, jobs: 1, items: [item] },
          ...{ deaths: new Map(), journal, signal },
        }),
      ),
    );
    journal.close();
    const end = stateOf(readJournal(folder)).items.get(id)?.end;
    if (end === undefined) {
      process.exitCode = interruptedCode;
      return;
    }
    const { t: _t, ...result } = end;
    if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else if (end.ok)
      process.stdout.write(`passed  ${id}: ${end.packets} packets in ${end.seconds} s; ${end.note ?? ""}\n`);
    else
      process.stdout.write(
        `failed  ${id} in ${end.seconds} s: ${end.failure}\n\nonce more: ${reproduceCommand(plan.file, item)}\n`,
      );
    if (!end.ok) process.exitCode = exitCodes.workFailed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function noSuchItem(plan: ResolvedPlan, id: string): LanewrightError {
  const near = closest(
    id,
    plan.items.map((one) => one.id),
  );
  return new LanewrightError({
    ...{ code: "LW_PLAN_ITEM", severity: "error" },
    message: `the plan ${plan.name} has no item ${id}`,
    value: id,
    limit: `${plan.items.length} items, as ${plan.items[0]?.id}`,
    remedy: `did you mean ${near}? --dry-run prints all`,
  });
}
