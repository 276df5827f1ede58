import type { Command } from "commander";
import { closest, distance } from "fastest-levenshtein";
import { type Derived, type DerivedId, derivedIds, type LinkDesign } from "../design/link.ts";
import { LanewrightError } from "../diagnostics.ts";
import { lineRateSummary, retryOnlyIds } from "../elaborate/index.ts";
import { explainText } from "./explain-text.ts";
import { loadLinkDesign } from "./load-design.ts";

const help = `
Prints each derived number with its unit, formula, inputs and source; the latency budget by stage; which packet
sizes the datapath carries at line rate; and the memory bits by block. Numbers set in the description are marked *.
Without retry the numbers of the replay buffer are left out.

Example:
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
  const design = await loadLinkDesign(file);
  const chosen = choose(
    design,
    options.only?.flatMap((ids) => ids.split(",")),
  );
  if (options.json) {
    const document = options.only ? { name: design.name, derived: chosen } : explainDocument(design);
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${explainText(design, chosen, options.only === undefined)}\n`);
}

/** What `--json` prints. */
export function explainDocument(design: LinkDesign): object {
  const { kind, name, derived, latencyBudget, lineRateCoverage, memories } = design;
  return {
    kind,
    name,
    derived: Object.values(derived),
    latencyBudget,
    lineRateCoverage,
    lineRateSummary: lineRateSummary(design, derived.maxPacketBytes.value),
    memories,
  };
}

function choose(design: LinkDesign, only: readonly string[] | undefined): readonly Derived[] {
  const all: readonly Derived[] = derivedIds.map((id) => design.derived[id]);
  const unknown = (only ?? []).filter((id) => !all.some((one) => one.id === id));
  if (unknown.length > 0) {
    throw new LanewrightError(
      unknown.map((id) => ({
        code: "LW_UNKNOWN_NUMBER" as const,
        severity: "error" as const,
        message: `there is no derived number "${id}"`,
        remedy: `${meant(id)}\`lanewright explain\` without --only lists them all`,
      })),
    );
  }
  if (only) return all.filter((one) => only.includes(one.id));
  return design.retry === "llr" ? all : all.filter((one) => !retryOnlyIds.has(one.id as DerivedId));
}

/** The id that was probably meant, as the first part of a remedy. */
function meant(id: string): string {
  const begun = derivedIds.find((one) => id.length >= 4 && one.toLowerCase().startsWith(id.toLowerCase()));
  const near = begun ?? closest(id, derivedIds);
  return begun !== undefined || distance(id, near) <= id.length / 3 ? `did you mean "${near}"? ` : "";
}
