import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { storeAt } from "../../sim/regress/store.ts";
import { type Bench, openBench } from "./bench.ts";

/** Time for the builds of models on a busy machine. */
vi.setConfig({ testTimeout: 600_000 });

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = join(root, "bin/lanewright.mjs");

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: { ...process.env, NO_COLOR: "1" } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

const regress = (args: readonly string[], cwd: string): Promise<Outcome> =>
  run(process.execPath, [program, "regress", ...args], cwd);

it("prints for each failure one command that repeats it", async () => {
  await bench.plan([{ faults: ["odd", "always"], seedList: [1, 2] }], { attempts: 1 });
  const { code, stdout } = await regress(["plan.json", "--out", "out"], bench.folder);
  expect(code).toBe(1);
  const commands = [...stdout.matchAll(/once more: (npx lanewright regress .*)$/gmu)].map(
    ([, command = ""]) => command,
  );
  expect(commands).toEqual(
    ["odd/0x00000001", "always/0x00000001", "always/0x00000002"].map(
      (item) => `npx lanewright regress plan.json --item link_10g/cheap/${item}`,
    ),
  );
  const before = readdirSync(join(bench.out, "journal"));
  const repeat = (command: string): Promise<Outcome> =>
    run("sh", ["-c", command.replace("npx lanewright", `"${process.execPath}" "${program}"`)], bench.folder);
  const [odd, always] = await Promise.all(commands.slice(0, 2).map(repeat));
  expect([odd?.code, always?.code]).toEqual([1, 1]);
  expect(odd?.stdout).toContain("seed 1 is odd");
  expect(always?.stdout).toContain("the worker was ended by SIGKILL");
  expect(readdirSync(join(bench.out, "journal"))).toEqual(before);
  const passing = await regress(
    ["plan.json", "--item", "link_10g/cheap/odd/0x00000002", "--json"],
    bench.folder,
  );
  expect(passing.code).toBe(0);
  expect(JSON.parse(passing.stdout)).toMatchObject({ ok: true, packets: 10 });
});

it("keeps what is done when Ctrl-C comes, and --resume goes on; figures as JSON", async () => {
  const plan = await bench.plan([{ faults: ["slow"], seeds: 30 }]);
  const child = spawn(process.execPath, [program, "regress", "plan.json", "--out", "out", "--jobs", "1"], {
    cwd: bench.folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const journal = storeAt(bench.out).journalFolder;
  const begun = (): boolean =>
    existsSync(journal) &&
    readdirSync(journal).some((name) => readFileSync(join(journal, name), "utf8").includes('"t":"end"'));
  while (!begun()) await new Promise((resolve) => setTimeout(resolve, 30));
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  const results = JSON.parse(readFileSync(join(bench.out, "results.json"), "utf8")) as {
    readonly done: number;
  };
  expect(results.done).toBeGreaterThan(0);
  expect(results.done).toBeLessThan(30);
  expect(existsSync(join(bench.out, "lock"))).toBe(false);
  const { code, stdout } = await regress(["plan.json", "--out", "out", "--resume", "--json"], bench.folder);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ complete: true, passed: true, items: 30, done: 30, failed: [] });
  const twice = plan.items.filter(({ seed }) => bench.begun("slow", seed) > 1);
  expect(twice.length).toBeLessThanOrEqual(1);
});

it("runs the smoke plan: links with and without retry, each kind of trouble", async () => {
  const out = join(bench.folder, "smoke");
  const { code, stdout } = await regress(["regress/smoke.ts", "--jobs", "1", "--out", out], root);
  expect(code).toBe(0);
  expect(stdout).toMatch(/passed {2}16 of 16 items, 0 failed/u);
});
