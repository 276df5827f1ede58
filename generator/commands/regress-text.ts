import { join } from "node:path";
import Table from "cli-table3";
import pc from "picocolors";
import { duration, whole } from "../../sim/regress/page.ts";
import { type RegressionResult, shortOf } from "../../sim/regress/results.ts";
import type { RunOutcome } from "../../sim/regress/run.ts";
import type { Change, Trend } from "../../sim/regress/trend.ts";
import { exitCodes } from "../diagnostics.ts";
import { interruptedCode } from "./simulate-run.ts";

const mostFailures = 20;

/** Prints what came of a run and sets the exit code. */
export function reportRun(
  { result, trend }: RunOutcome,
  { out, json, stopped }: { readonly out: string; readonly json: boolean; readonly stopped: boolean },
): void {
  if (json) {
    const { results, ...rest } = result;
    const failures = results.filter(({ verdict }) => verdict === "failed");
    process.stdout.write(`${JSON.stringify({ ...rest, trend, failed: failures }, null, 2)}\n`);
  } else process.stdout.write(textOf(result, trend, out));
  const short = shortOf(result).length > 0 && result.complete;
  if (result.failures > 0 || short) process.exitCode = exitCodes.workFailed;
  else if (!result.complete) process.exitCode = stopped ? interruptedCode : exitCodes.workFailed;
}

function textOf(result: RegressionResult, trend: Trend | null, out: string): string {
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const table = new Table({
    head: ["device", "items", "failed", "packets", "time of items"],
    colAligns: ["left", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { description, items, done, failures, packets, seconds } of result.devices)
    table.push([description, `${done} of ${items}`, failures, whole(packets), duration(seconds)]);
  const failed = result.results.filter(({ verdict }) => verdict === "failed");
  const lines = [table.toString()];
  for (const { id, failure = "", reproduce = "" } of failed.slice(0, mostFailures)) {
    lines.push(`${color.red("failed")}  ${id}: ${failure.split("\n")[0]?.slice(0, 300)}`);
    lines.push(`        once more: ${reproduce}`);
  }
  if (failed.length > mostFailures) lines.push(`        ${failed.length - mostFailures} more in the report`);
  if (result.complete)
    for (const { description, packets, minimumPackets = 0 } of shortOf(result))
      lines.push(
        `${color.red("failed")}  ${description}: ${whole(packets)} packets of ${whole(minimumPackets)}`,
      );
  const { done, items, packets, packetsPerHour, seconds } = result;
  const verdict = result.passed
    ? color.green("passed")
    : result.complete
      ? color.red("failed")
      : "not finished";
  lines.push(
    `${verdict}  ${done} of ${items} items, ${failed.length} failed; ${whole(packets)} packets in ${duration(seconds)}, ${whole(packetsPerHour)} an hour`,
  );
  if (trend !== null) lines.push(`        ${trendText(trend)}`);
  lines.push(`report  ${join(out, "report.html")}, results.json, junit.xml`);
  if (!result.complete) lines.push("        the same command with --resume goes on from here");
  return `${lines.join("\n")}\n`;
}

function trendText({ packetsPerHour, failures, secondsPerItem }: Trend): string {
  const part = ({ part: some }: Change): string =>
    some === null ? "" : ` (${some >= 0 ? "+" : ""}${(100 * some).toFixed(1)} %)`;
  return (
    `last run: ${whole(packetsPerHour.before)} an hour${part(packetsPerHour)}, ${failures.before} failed, ` +
    `${secondsPerItem.before.toFixed(2)} s per item${part(secondsPerItem)}`
  );
}
