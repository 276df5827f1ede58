import { describe, expect, it } from "vitest";
import { regressProgress } from "../../generator/commands/regress-progress.ts";
import { junitOf } from "../../sim/regress/junit.ts";
import { pageOf } from "../../sim/regress/page.ts";
import type { ResolvedPlan } from "../../sim/regress/plan.ts";
import { figuresOf, resultOf } from "../../sim/regress/results.ts";
import { reproduceCommand } from "../../sim/regress/run.ts";
import { stateOf } from "../../sim/regress/state.ts";
import { trendOf } from "../../sim/regress/trend.ts";
import { link } from "./bench.ts";
import { parseXml, type XmlNode } from "./xml.ts";

const nasty = 'lost <1> & "two"\u0007 ]]> \ud800 ü\nsecond line';
const scenario = {
  description: "link_10g",
  scenario: "soak",
  faults: "mixed",
  packets: 10,
  timeoutSeconds: 1,
};
const plan: ResolvedPlan = {
  ...{ name: "night", file: "night plan.ts", attempts: 3, modules: {}, minimums: { link_10g: 1000 } },
  descriptions: { link_10g: link },
  items: ["a", "b", "c", "d"].map((id, seed) => ({ ...scenario, id: `link_10g/soak/mixed/${id}`, seed })),
};

/** A run of three items of the four, of which `failing` fail; each takes so many seconds. */
function runOf(failing: readonly string[], seconds: number) {
  const base = { round: 1, at: 1_700_000_000_000 };
  const ends = ["a", "b", "c"].map((id) => {
    const ok = !failing.includes(id);
    const end = { t: "end", id: `link_10g/soak/mixed/${id}`, ok, packets: ok ? 400 : 0, seconds } as const;
    return { ...base, ...end, ...(!ok && { failure: nasty }) };
  });
  const state = stateOf([
    { ...base, t: "round", engine: "local", jobs: 2 },
    ...ends,
    { ...base, t: "round-end", seconds: 3 * seconds },
  ]);
  return resultOf(plan, state, { key: "k", reproduce: (item) => reproduceCommand(plan.file, item) });
}

const now = runOf(["b"], 4);
const before = runOf(["a"], 2);

describe("the sums", () => {
  it("are those of the items", () => {
    expect(figuresOf(now)).toMatchObject({ items: 4, done: 3, failures: 1, packets: 800, seconds: 12 });
    expect(now).toMatchObject({ packetsPerHour: 240_000, secondsPerItem: 4, complete: false, passed: false });
    expect(now.results.map(({ verdict }) => verdict)).toEqual(["passed", "failed", "passed", "open"]);
    expect(now.results[1]?.reproduce).toBe(
      "npx lanewright regress 'night plan.ts' --item link_10g/soak/mixed/b",
    );
  });

  it("are held against those of the last run", () => {
    const trend = trendOf(now, before);
    expect(trend.packetsPerHour).toEqual({ now: 240_000, before: 480_000, part: -0.5 });
    expect(trend.secondsPerItem).toEqual({ now: 4, before: 2, part: 1 });
    expect(trend.failures).toEqual({ now: 1, before: 1, part: 0 });
    expect([trend.broken, trend.mended]).toEqual([["link_10g/soak/mixed/b"], ["link_10g/soak/mixed/a"]]);
    expect(trend.slower).toEqual([{ id: "link_10g/soak/mixed/c", now: 4, before: 2 }]);
  });
});

describe("JUnit XML", () => {
  const root = parseXml(junitOf(now));
  const nodes = (node: XmlNode): readonly XmlNode[] => [node, ...node.children.flatMap(nodes)];
  const named = (name: string, node = root) => nodes(node).filter((one) => one.name === name);

  it("is well-formed, with counts that are those of what it holds, and its names", () => {
    expect(root.name).toBe("testsuites");
    for (const node of [root, ...named("testsuite")]) {
      const count = (name: string) => String(named(name, node).length);
      expect(node.attributes).toMatchObject({
        ...{ tests: count("testcase"), failures: count("failure"), skipped: count("skipped"), errors: "0" },
      });
    }
    expect(named("testcase")).toHaveLength(4);
    for (const { attributes } of named("testcase")) {
      expect(attributes.classname).toBe("night.link_10g");
      expect(attributes.name).toMatch(/^soak\/mixed\/[a-d]$/u);
      expect(attributes.time).toMatch(/^\d+\.\d{3}$/u);
    }
  });

  it("says what failed and how to repeat it, whatever stands in the message", () => {
    const [failure] = named("failure");
    expect(failure?.attributes.message).toBe('lost <1> & "two"? ]]> ? ü');
    expect(failure?.text).toContain(
      "second line\n\nonce more:\nnpx lanewright regress 'night plan.ts' --item",
    );
  });
});

describe("the page", () => {
  const page = pageOf(now, [figuresOf(before)], trendOf(now, before));

  it("stands by itself, in light and in dark", () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:/u);
    expect(page).toContain("prefers-color-scheme: dark");
    expect(page).toContain('<meta name="viewport"');
  });

  it("shows failures with their commands, and nothing of them is taken for HTML", () => {
    expect(page).toContain("lost &lt;1&gt; &amp; &quot;two&quot;");
    expect(page).not.toContain("lost <1>");
    expect(page).toContain("--item link_10g/soak/mixed/b");
  });

  it("shows trends against the last run, and what takes longer", () => {
    expect(page).toContain("-50.0 % against the last run");
    expect(page).toContain("+100.0 % against the last run");
    expect(page).toContain("1 in the last run");
    expect(page).toMatch(/Fail now, passed before: <code>link_10g\/soak\/mixed\/b/u);
    expect(page).toMatch(/mixed\/c<\/code><\/td><td class="n">2\.0 s<\/td><td class="n">4\.0 s/u);
    expect([...page.matchAll(/<circle /gu)]).toHaveLength(2);
  });

  it("has tags that close", () => {
    const body = page.slice(page.indexOf("<body>"), page.indexOf("</html>"));
    expect(() => parseXml(body)).not.toThrow();
  });
});

describe("the live line", () => {
  const lines = (isTTY: boolean): string => {
    let text = "";
    const out = { isTTY, columns: 200, write: (more: string) => (text += more) };
    const progress = regressProgress(out);
    progress.start(plan.items, 6);
    progress.begin(plan.items[0]!);
    progress.end({ id: "link_10g/soak/mixed/a", ok: true, packets: 10 });
    progress.begin(plan.items[1]!);
    progress.end({ id: "link_10g/soak/mixed/b", ok: false, packets: 0, failure: nasty });
    progress.close();
    return text;
  };

  it("says how far it is, what failed and how fast it goes; the failure stays on the screen", () => {
    const text = lines(true);
    expect(text).toMatch(
      /regress 8\/10, 1 failed, [\d,]+ packets\/h, about [\d.]+ s left: link_10g\/soak\/mixed\/b/u,
    );
    expect(text).toContain("FAILED link_10g/soak/mixed/b: lost <1>");
    expect(text.endsWith("\r\u001b[K")).toBe(true);
  });

  it("is not drawn where there is no terminal", () => {
    expect(lines(false)).not.toContain("\r");
    expect(lines(false).split("\n")[0]).toContain("FAILED link_10g/soak/mixed/b");
  });
});
