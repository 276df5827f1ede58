import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readJournal } from "../../sim/regress/journal.ts";
import { type Bench, codesOf, openBench } from "./bench.ts";
import { type SlurmNode, slurmMissing, startSlurm } from "./slurm-node.ts";

const long = process.env.LANEWRIGHT_LONG !== undefined;
const missing = long
  ? slurmMissing()
  : "LANEWRIGHT_LONG=1 runs it, and installs Slurm where that is possible";
if (missing !== null) process.stdout.write(`regressions on Slurm are left out: ${missing}\n`);

describe.skipIf(missing !== null)(
  `regressions on a Slurm of one node${missing === null ? "" : ` (${missing})`}`,
  () => {
    let node: SlurmNode;
    let bench: Bench;

    beforeAll(async () => {
      node = await startSlurm();
      process.env.SLURM_CONF = node.conf;
    });
    afterAll(async () => {
      delete process.env.SLURM_CONF;
      await node.stop();
    });
    beforeEach(() => {
      bench = openBench();
    });
    afterEach(() => {
      bench.remove();
    });
    const slurm = { engine: "slurm", jobs: 3 } as const;
    const queue = (): readonly string[] =>
      spawnSync("squeue", ["-h", "-r", "-o", "%i"], { encoding: "utf8" })
        .stdout.split("\n")
        .filter((line) => line !== "");

    it("give what they give on one machine, in as many tasks as asked for, dead workers and all", async () => {
      const plan = await bench.plan([{ faults: ["none", "odd", "once", "always"], seedList: [1, 2, 3] }]);
      const there = await bench.run(plan, slurm);
      const logs = readdirSync(join(bench.out, "slurm")).filter((name) => name.endsWith(".log"));
      expect(logs).toHaveLength(3);
      const other = openBench();
      const here = await other.run({ ...plan }, { jobs: 2 });
      other.remove();
      const bare = ({ result }: typeof here) =>
        result.results.map(({ id, verdict, packets, deaths }) => ({ id, verdict, packets, deaths }));
      expect(bare(there)).toEqual(bare(here));
      expect(there.result).toMatchObject({ engine: "slurm", jobs: 3, complete: true, failures: 5 });
    });

    it("submit again what tasks left open that were cancelled", async () => {
      const plan = await bench.plan([{ faults: ["slow"], seeds: 12 }]);
      const running = bench.run(plan, { ...slurm, jobs: 1 });
      const journal = join(bench.out, "journal");
      while (!readJournal(journal).some(({ t }) => t === "end")) await sleep(50);
      const [task = ""] = queue();
      spawnSync("scancel", ["--signal=KILL", "--full", task]);
      spawnSync("scancel", [task]);
      const { result } = await running;
      expect(result).toMatchObject({ complete: true, passed: true, done: 12 });
      const counts = plan.items.map(({ seed }) => bench.begun("slow", seed));
      expect(counts.every((count) => count <= 2)).toBe(true);
      const jobs = new Set(
        readdirSync(join(bench.out, "slurm")).flatMap((name) => /^(\d+)_/.exec(name)?.[1] ?? []),
      );
      expect(jobs.size).toBe(2);
    });

    it("stop their tasks when they are stopped, and go on from there", async () => {
      const plan = await bench.plan([{ faults: ["slow"], seeds: 16 }]);
      const abort = new AbortController();
      const running = bench.run(plan, { ...slurm, jobs: 2, signal: abort.signal });
      const journal = join(bench.out, "journal");
      while (!readJournal(journal).some(({ t }) => t === "end")) await sleep(50);
      abort.abort();
      const { result } = await running;
      expect(result.done).toBeGreaterThan(0);
      expect(result.complete).toBe(false);
      expect(queue()).toEqual([]);
      const rest = await bench.run(plan, { ...slurm, mode: "resume" });
      expect(rest.result).toMatchObject({ passed: true, done: 16 });
      expect(rest.result.results.every(({ deaths }) => deaths === 0)).toBe(true);
    });

    it("say what Slurm says when it does not take the job (LW_REGRESS_ENGINE), and keep the folder", async () => {
      const plan = await bench.plan([{}]);
      const refused = bench.run(plan, { ...slurm, sbatch: ["--partition=none"] });
      await expect(refused).rejects.toThrow(/sbatch does not take the job[\s\S]*invalid partition/u);
      expect(
        await codesOf(() => bench.run(plan, { ...slurm, mode: "resume", sbatch: ["--partition=none"] })),
      ).toEqual(["LW_REGRESS_ENGINE"]);
      expect((await bench.run(plan, { mode: "resume" })).result.passed).toBe(true);
      expect(readFileSync(join(bench.out, "junit.xml"), "utf8")).toContain('failures="0"');
    });
  },
);
