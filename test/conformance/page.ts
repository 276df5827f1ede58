/** `docs/conformance.md`: the plan as tables, with what its runs found. */
import { breaks } from "./breaks.ts";
import { type Case, type Finding, type Outcome, passed } from "./plan.ts";

/** A run of the whole plan on one set of devices. */
export interface Section {
  /** Names of the devices, the link's first, as they stand in the table. */
  readonly names: { readonly link: string; readonly switch: string | undefined };
  /** Each device in words. */
  readonly devices: readonly string[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

const sources = [
  ["SAI", "Open Compute Project, SAI: `doc/LLR/SAI-Link_Layer_Retry.md`, `doc/CBFC/`"],
  ["TEST", "public test plans of switch projects for link-level retry"],
  ["XOA, OTG", "commands of testers for Ultra Ethernet, and the open traffic generator model"],
  ["TAX", "public notes on packet formats that cite the tables of Ultra Ethernet 1.0.1"],
  ["SIMJS", "two public simulators of link-level retry"],
  ["UEREV", "public notes on the revisions 1.0 to 1.0.3 of Ultra Ethernet"],
  ["SLING", "the Slingshot link driver, a retry that is shipped"],
  ["PCIE", "public notes on the data link layer of PCI Express, the best documented relative"],
  ["IB", "InfiniBand vol. 1, flow control (7.9), as public sources quote it"],
  ["LW", "this project: [wire-format.md](wire-format.md), [concepts.md](concepts.md)"],
] as const;

/** What begins the part that only a long run yields. */
export const othersHeading = "## Other widths";

/** The page up to {@link othersHeading}. */
export function mainPart(plan: readonly Case[], section: Section): string {
  const held = plan.filter(({ id }) => verdictOf(section.outcomes.get(id)) === "pass").length;
  return [
    "# Conformance: link-level retry and credits",
    "",
    "Written by `npm run conformance`; do not edit. `test/conformance/conformance.test.ts` runs the plan, one test a line, and compares",
    "this page with what the run yields. Nobody who wrote this had the text of a standard for link-level retry at hand; the",
    "sources are those named below. Limits in brackets are not written down anywhere: they are computed from the derived",
    "numbers of the device (`lanewright explain`), or follow from what the test has sent.",
    "",
    "A line that runs on a link has the device at one end of its cable, at its full length and rate, and at the other end the",
    "reference port of `sim/bfm/link-partner.ts`, which shares no code with the generator. LLR-20 has two devices.",
    "",
    "Devices:",
    "",
    ...section.devices.map((device) => `- ${device}`),
    "",
    `## ${held} of ${plan.length} lines hold`,
    "",
    "| id | what is required | source | how it is stimulated | what is measured (what it has to be) | verdict | device |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...plan.map((line) => rowOf(line, section)),
    "",
    "## Sources",
    "",
    "| tag | source |",
    "| --- | --- |",
    ...sources.map(([tag, source]) => `| ${tag} | ${source} |`),
    "",
    "## Every line can fail",
    "",
    "One change of the emitted RTL for each line makes its test fail: `test/conformance/breaks.ts`. Run on the whole plan, these",
    "lines fail under it.",
    "",
    "| id | what is broken | module | lines that fail |",
    "| --- | --- | --- | --- |",
    ...plan.map(({ id }) => breakRow(id)),
    "",
  ].join("\n");
}

/** The part for the other widths. */
export function othersPart(plan: readonly Case[], sections: readonly Section[]): string {
  const texts = sections.flatMap((section) => {
    const lines = plan.filter(({ id }) => section.outcomes.has(id));
    const held = lines.filter(({ id }) => verdictOf(section.outcomes.get(id)) === "pass").length;
    return [
      "",
      `### ${section.names.link}: ${held} of ${lines.length} lines hold`,
      "",
      ...section.devices.map((device) => `- ${device}`),
      "",
      "| id | what is measured (what it has to be) | verdict | device |",
      "| --- | --- | --- | --- |",
      ...lines.map((line) => {
        const outcome = section.outcomes.get(line.id);
        return `| ${line.id} | ${measured(outcome)} | ${verdictOf(outcome)} | ${deviceOf(line, section)} |`;
      }),
    ];
  });
  const text = [
    othersHeading,
    "",
    "The same plan with `LANEWRIGHT_LONG=1`, as `npm run conformance` runs it.",
    ...texts,
    "",
  ];
  return text.join("\n");
}

function rowOf(line: Case, section: Section): string {
  const { id, title, required, source, stimulus } = line;
  const outcome = section.outcomes.get(id);
  const cells = [
    id,
    `**${title}**: ${lower(required)}`,
    source,
    stimulus,
    measured(outcome),
    verdictOf(outcome),
    deviceOf(line, section),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The first letter small, unless it begins an abbreviation or a name. */
function lower(sentence: string): string {
  return /^[A-Z][A-Z\d]/.test(sentence) ? sentence : sentence[0]!.toLowerCase() + sentence.slice(1);
}

function deviceOf({ on }: Case, { names }: Section): string {
  return (on === "link" ? names.link : names.switch) ?? "";
}

function measured(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "not run";
  const texts = outcome.findings.map(findingText);
  return [...texts, ...(outcome.failure === null ? [] : [`**broken off: ${outcome.failure}**`])].join("; ");
}

function findingText({ what, value, required, holds }: Finding): string {
  const text = required === "" ? `${what}: ${value}` : `${what} ${value} (${required})`;
  return holds ? text : `**${text}**`;
}

function verdictOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "not run";
  return passed(outcome) ? "pass" : "FAIL";
}

function breakRow(id: string): string {
  const found = breaks.find((one) => one.id === id);
  if (found === undefined) return `| ${id} | | | |`;
  return `| ${id} | ${found.says} | \`${found.module}\` | ${[id, ...found.also].join(", ")} |`;
}
