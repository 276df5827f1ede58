import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { breaks } from "./breaks.ts";
import { type DeviceSet, describeLink, describeSwitch, deviceSets } from "./devices.ts";
import { mainPart, othersHeading, othersPart, type Section } from "./page.ts";
import type { Outcome } from "./plan.ts";
import { linesFor, PlanRun, plan } from "./run.ts";

/**
 * The conformance plan, one test a line. `LANEWRIGHT_LONG=1` runs it on the other widths too; `npm run conformance` does
 * so and writes `docs/conformance.md`.
 */
const long = (process.env.LANEWRIGHT_LONG ?? "") !== "";
const write = process.env.LANEWRIGHT_CONFORMANCE === "write";
const page = fileURLToPath(new URL("../../docs/conformance.md", import.meta.url));

/** Of the long run, with its builds; ms. */
const timeout = 1_800_000;

const [first, ...rest] = deviceSets;
const sets = long ? deviceSets : [first];
const runs = new Map(sets.map((set) => [set, new PlanRun(set)]));

async function sectionOf(set: DeviceSet): Promise<Section> {
  const outcomes = new Map<string, Outcome>();
  for (const line of linesFor(set)) outcomes.set(line.id, await runs.get(set)!.outcome(line));
  const names = { link: set.link.name, switch: set.switch?.name };
  return {
    names,
    devices: [describeLink(set.link), ...(set.switch === null ? [] : [describeSwitch(set.switch)])],
    outcomes,
  };
}

describe.each(sets.map((set) => [set.link.name, set] as const))("%s", (_, set) => {
  it.each(linesFor(set).map((line) => [line.id, line.title, line] as const))(
    "%s %s",
    async (_id, _title, line) => {
      const { findings, failure } = await runs.get(set)!.outcome(line);
      expect(failure).toBeNull();
      expect(findings.length).toBeGreaterThan(2);
      expect(findings.filter(({ holds }) => !holds)).toEqual([]);
    },
    timeout,
  );
});

describe("the plan", () => {
  it("has every line once, with a break of the RTL that makes it fail", () => {
    const ids = plan.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(breaks.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it(
    "and its run are what docs/conformance.md says",
    async () => {
      const kept = write && !long ? `${othersHeading}${textOfPage().split(othersHeading)[1] ?? ""}` : "";
      const main = mainPart(plan, await sectionOf(first));
      const others = long ? othersPart(plan, await Promise.all(rest.map(sectionOf))) : kept;
      if (write) writeFileSync(page, `${main}\n${others}`);
      const text = textOfPage();
      const at = text.indexOf(othersHeading);
      expect(text.slice(0, at)).toBe(`${main}\n`);
      if (long) expect(text.slice(at)).toBe(others);
    },
    timeout,
  );
});

function textOfPage(): string {
  return readFileSync(page, "utf8");
}
