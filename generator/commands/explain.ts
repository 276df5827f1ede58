import type { Command } from "commander";
import { closest, distance } from "fastest-levenshtein";
import type { Derived, LinkDesign } from "../design/link.ts";
import type { AnyDesign } from "../design/switch.ts";
import { LanewrightError } from "../diagnostics.ts";
import { lineRateSummary } from "../elaborate/index.ts";
import { explainNumbers, explainText } from "./explain-text.ts";
import { loadDesign } from "./load-design.ts";

const help = `
Prints each derived number with its unit, formula, inputs and source; the latency budget by stage; which packet
sizes the datapath carries at line rate; and the memory bits by block. Numbers set in the description are marked *.
Without retry the numbers of the replay buffer are left out. A switch or an adapter has numbers of its own, then
those of its ports; a switch has the latency from port to port.

Example:
  $ lanewright explain examples/leaf4.ts
  $ lanewright explain examples/link-400g.ts
  $ lanewright explain examples/link-400g.ts --only replayDepthBeats
  $ lanewright explain examples/link-400g.ts --json`;

export function register(program: Command): void {
  program
    .command("explain")
    .description("show every derived number with formula and inputs")
    .argument("<file>", "description in TypeScript or JSON")
    .option("--json", "print the same as JSON")
    .option("--only <id...>", "only these derived numbers, with spaces or commas between them")
    .addHelpText("after", help)
    .action(run);
}

async function run(
  file: string,
  options: { readonly json?: true; readonly only?: readonly string[] },
): Promise<void> {
  const design = await loadDesign(file);
  const only = options.only?.flatMap((ids) => ids.split(","));
  if (only === undefined) {
    const text = options.json ? JSON.stringify(explainDocument(design), null, 2) : explainText(design);
    process.stdout.write(`${text}\n`);
    return;
  }
  const chosen = choose(numbersOf(design), only);
  const { name } = design;
  const text = options.json
    ? JSON.stringify({ name, derived: chosen }, null, 2)
    : explainNumbers(design, chosen);
  process.stdout.write(`${text}\n`);
}

/** What `--json` prints. */
export function explainDocument(design: AnyDesign): object {
  if (design.kind === "link") return linkDocument(design);
  const { kind, name, derived, port, latencyBudget, memories } = design;
  const { kind: _kind, name: _name, latencyBudget: _budget, ...ofPort } = linkDocument(port);
  return { kind, name, derived: Object.values(derived), port: ofPort, latencyBudget, memories };
}

function linkDocument(design: LinkDesign) {
  const { kind, name, derived, latencyBudget, lineRateCoverage, memories, pcs } = design;
  return {
    kind,
    name,
    derived: Object.values(derived),
    latencyBudget,
    lineRateCoverage,
    lineRateSummary: lineRateSummary(design, derived.maxPacketBytes.value),
    memories,
    ...(pcs && { pcs: { ...pcs, derived: Object.values(pcs.derived) } }),
  };
}

function numbersOf(design: AnyDesign): readonly Derived[] {
  return design.kind === "link"
    ? [...Object.values(design.derived), ...Object.values(design.pcs?.derived ?? {})]
    : design.kind === "nic" && design.ethernet !== null
      ? [...Object.values(design.derived), ...Object.values(design.ethernet.derived)]
      : [...Object.values(design.derived), ...Object.values(design.port.derived)];
}

function choose(all: readonly Derived[], only: readonly string[]): readonly Derived[] {
  const ids = all.map(({ id }) => id);
  const unknown = only.filter((id) => !ids.includes(id));
  if (unknown.length > 0) {
    throw new LanewrightError(
      unknown.map((id) => ({
        code: "LW_UNKNOWN_NUMBER" as const,
        severity: "error" as const,
        message: `there is no derived number "${id}"`,
        remedy: `${meant(id, ids)}\`lanewright explain\` without --only lists them all`,
      })),
    );
  }
  return all.filter((one) => only.includes(one.id));
}

/** The id that was probably meant, as the first part of a remedy. */
function meant(id: string, ids: readonly string[]): string {
  const begun = ids.find((one) => id.length >= 4 && one.toLowerCase().startsWith(id.toLowerCase()));
  const near = begun ?? closest(id, ids);
  return begun !== undefined || distance(id, near) <= id.length / 3 ? `did you mean "${near}"? ` : "";
}
