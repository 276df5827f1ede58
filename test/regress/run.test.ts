import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockStore, storeAt } from "../../sim/regress/store.ts";
import { type Bench, codesOf, openBench } from "./bench.ts";

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

const verdicts = (outcome: Awaited<ReturnType<Bench["run"]>>) =>
  Object.fromEntries(
    outcome.result.results.map(({ id, verdict }) => [id.slice("link_10g/cheap/".length), verdict]),
  );

describe("a run", () => {
  it("gives the same however many workers there are", async () => {
    const plan = await bench.plan([{ faults: ["none", "odd"], seedList: [1, 2, 3, 4] }]);
    const figures = async (jobs: number) => {
      const { result } = await bench.run(plan, { jobs, mode: "fresh" });
      return result.results.map(({ seconds: _, cpuSeconds: __, ...rest }) => rest);
    };
    const one = await figures(1);
    expect(await figures(3)).toEqual(one);
    expect(one.filter(({ verdict }) => verdict === "failed").map(({ id }) => id)).toEqual([
      "link_10g/cheap/odd/0x00000001",
      "link_10g/cheap/odd/0x00000003",
    ]);
    expect(one[0]).toMatchObject({ packets: 10, note: "10 packets of seed 1" });
  });

  it("that is stopped keeps what is done, refuses to be forgotten, and goes on from there", async () => {
    const plan = await bench.plan([{ faults: ["slow"], seedList: [1, 2, 3, 4] }]);
    const abort = new AbortController();
    let ended = 0;
    const onEnd = (): void => {
      if (++ended === 2) setTimeout(() => abort.abort(), 50);
    };
    const first = await bench.run(plan, { signal: abort.signal, onEnd });
    expect(Object.values(verdicts(first))).toEqual(["passed", "passed", "open", "open"]);
    expect(first.result).toMatchObject({ complete: false, passed: false, done: 2 });
    expect(readFileSync(join(bench.out, "junit.xml"), "utf8")).toContain('skipped="2"');

    expect(await codesOf(() => bench.run(plan))).toEqual(["LW_REGRESS_UNFINISHED"]);
    const more = await bench.plan([{ faults: ["slow"], seedList: [1, 2, 3, 4, 5] }]);
    expect(await codesOf(() => bench.run(more, { mode: "resume" }))).toEqual(["LW_REGRESS_CHANGED"]);
    const second = await bench.run(plan, { mode: "resume" });
    expect(second.result).toMatchObject({ complete: true, passed: true, done: 4 });
    // the third was begun twice, and that it was stopped was no fault of its own
    expect([1, 2, 3, 4].map((seed) => bench.begun("slow", seed))).toEqual([1, 1, 2, 1]);
    expect(second.result.results.map(({ deaths }) => deaths)).toEqual([0, 0, 0, 0]);
  });

  it("runs failures once more, and nothing else", async () => {
    const plan = await bench.plan([{ faults: ["none", "mend"], seedList: [5, 6] }]);
    expect((await bench.run(plan)).result.failures).toBe(2);
    writeFileSync(join(bench.folder, "count", "mended"), "");
    const { result } = await bench.run(plan, { mode: "failed" });
    expect(result).toMatchObject({ failures: 0, passed: true });
    expect([5, 6].map((seed) => [bench.begun("none", seed), bench.begun("mend", seed)])).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("has failed where a device carried fewer packets than it should", async () => {
    const { result } = await bench.run(await bench.plan([{ seeds: 2, minimumPackets: 21 }]));
    expect(result).toMatchObject({ complete: true, failures: 0, packets: 20, passed: false });
    expect(readFileSync(join(bench.out, "junit.xml"), "utf8")).toContain("20 packets, the plan asks for 21");
  });

  it("keeps other processes out of its folder", async () => {
    const plan = await bench.plan([{}]);
    const unlock = lockStore(storeAt(bench.out));
    expect(await codesOf(() => bench.run(plan))).toEqual(["LW_REGRESS_BUSY"]);
    unlock();
    writeFileSync(join(bench.out, "lock"), "elsewhere 1");
    expect(await codesOf(() => bench.run(plan, { mode: "resume" }))).toEqual(["LW_REGRESS_BUSY"]);
    writeFileSync(join(bench.out, "lock"), `${hostname()} 999999999`);
    expect(await codesOf(() => bench.run(plan, { mode: "resume" }))).toEqual(["LW_REGRESS_NOTHING"]);
    expect((await bench.run(plan)).result.passed).toBe(true);
  });
});

describe("a worker that dies", () => {
  it("loses nothing but its own item, which runs again, but not for ever", async () => {
    const plan = await bench.plan([{ faults: ["none", "once", "always"], seedList: [1, 2] }]);
    const { result } = await bench.run(plan, { jobs: 2 });
    const of = (faults: string) => result.results.filter(({ id }) => id.includes(`/${faults}/`));
    expect(of("none").map(({ verdict, deaths }) => [verdict, deaths])).toEqual([
      ["passed", 0],
      ["passed", 0],
    ]);
    expect(of("once").map(({ verdict, deaths }) => [verdict, deaths])).toEqual([
      ["passed", 1],
      ["passed", 1],
    ]);
    expect(of("always").map(({ verdict, deaths }) => [verdict, deaths])).toEqual([
      ["failed", 3],
      ["failed", 3],
    ]);
    expect(of("always")[0]?.failure).toBe(
      "its worker died 3 times; the last time the worker was ended by SIGKILL",
    );
    expect(["none", "once", "always"].map((faults) => bench.begun(faults, 2))).toEqual([1, 2, 3]);
  });

  it("is one that gives no result in its time; a mistake in a scenario is told with its place", async () => {
    const plan = await bench.plan([{ faults: ["hang", "throw"], timeoutSeconds: 3 }], { attempts: 1 });
    const [hang, mistake] = (await bench.run(plan)).result.results;
    expect(hang?.failure).toContain("there was no result after 3 s");
    expect(mistake?.failure).toMatch(/TypeError[\s\S]*cheap\.ts:/u);
  });
});

describe("the journal", () => {
  it("is read without lines that were never finished, and what they told of runs again", async () => {
    const plan = await bench.plan([{ seedList: [1, 2, 3] }]);
    await bench.run(plan);
    const journal = join(bench.out, "journal");
    const name = readdirSync(journal).find((one) =>
      readFileSync(join(journal, one), "utf8").includes('"end"'),
    );
    const path = join(journal, String(name));
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.slice(0, text.lastIndexOf('"ok"')));
    appendFileSync(join(journal, "r0001-other.jsonl"), '\u0000\u0000\n{"t":"end"\n{"t":"end","id":"x"');
    const { result } = await bench.run(plan, { mode: "resume" });
    expect(result).toMatchObject({ passed: true, done: 3 });
    expect([1, 2, 3].map((seed) => bench.begun("none", seed))).toEqual([1, 1, 2]);
    expect(result.results[2]?.deaths).toBe(1);
  });
});
