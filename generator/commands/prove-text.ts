import { relative } from "node:path";
import Table from "cli-table3";
import pc from "picocolors";
import type { Proof, PropertyResult, Status } from "../prove/index.ts";

/** How many properties came to each end. */
export type Summary = Readonly<Record<Status, number>>;

export function summaryOf(results: readonly PropertyResult[]): Summary {
  const count = (status: Status): number => results.filter((one) => one.status === status).length;
  return {
    proved: count("proved"),
    bounded: count("bounded"),
    reached: count("reached"),
    failed: count("failed"),
    undecided: count("undecided"),
  };
}

/** True for a property that holds as far as it was asked. */
export function passed({ status }: PropertyResult): boolean {
  return status === "proved" || status === "bounded" || status === "reached";
}

/** The proofs of a device and what each says. */
export function listText(device: string, proofs: readonly Proof[]): string {
  const lines = proofs.flatMap(({ name, engine, properties }) => [
    `${name} (${engine})`,
    ...properties.map(({ label, says, cover }) => `  ${label}: ${says}${cover ? " (reachable)" : ""}`),
  ]);
  return `${device}: ${proofs.length} proofs\n${lines.join("\n")}\n`;
}

/** The results as a table, and what to look at of those that do not hold. */
export function asText(
  device: string,
  results: readonly PropertyResult[],
  seconds: number,
  out: string,
): string {
  const color = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
  const table = new Table({
    head: ["proof", "property", "engine", "result", "time"],
    style: { head: [], border: [], compact: true },
  });
  for (const result of results) {
    const paint = passed(result) ? color.green : color.red;
    const { proof, property, engine } = result;
    table.push([proof, property, engine, paint(verdict(result)), `${result.seconds.toFixed(2)} s`]);
  }
  const trouble = results
    .filter((result) => !passed(result) || (result.status === "bounded" && result.detail !== undefined))
    .map((result) => troubleText(result, out));
  const { proved, bounded, reached, failed, undecided } = summaryOf(results);
  const counts = [
    `${proved} proved`,
    `${bounded} bounded`,
    `${reached} reached`,
    `${failed} failed`,
    `${undecided} not decided`,
  ];
  const total = `${results.length} properties in ${seconds.toFixed(1)} s: ${counts.join(", ")}`;
  return `${device}\n${table.toString()}\n${trouble.join("")}${total}\n`;
}

function verdict({ status, depth, step }: PropertyResult): string {
  if (status === "proved") return depth === undefined ? "proved" : `proved, k = ${depth}`;
  if (status === "bounded") return `holds for ${depth} steps`;
  if (status === "reached") return `reached in step ${depth}`;
  return status === "failed" ? `FAILED${step === undefined ? "" : ` in step ${step}`}` : "not decided";
}

function troubleText(result: PropertyResult, out: string): string {
  const { proof, property, says, step, waveform, detail } = result;
  const place = step === undefined ? "" : ` in step ${step}`;
  const head =
    result.status === "failed"
      ? `fails${place}`
      : result.status === "bounded"
        ? `holds for ${result.depth} steps, no more is known`
        : "is not decided";
  const wave = waveform === undefined ? "" : `  waveform: ${shortPath(out)}/${waveform}\n`;
  const why = detail === undefined ? "" : `  detail:   ${detail}\n`;
  return `\n${proof}.${property} ${head}\n  says:     ${says}\n${why}${wave}\n`;
}

function shortPath(folder: string): string {
  const short = relative(process.cwd(), folder);
  return short === "" ? "." : short.startsWith("..") ? folder : short;
}
