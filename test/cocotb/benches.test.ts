/** The example benches in Python, through the command, against devices that are right and devices that are broken. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { generateToCache } from "../../generator/emit/cached.ts";
import { elaborate, loadDescription } from "../../generator/index.ts";
import { named, noPython, root, runner } from "./runner.ts";

const long = Number(process.env.LANEWRIGHT_LONG ?? 0) >= 1;
const work = mkdtempSync(join(tmpdir(), "lanewright-benches-"));
afterAll(() => rmSync(work, { recursive: true }));

/** A generated device in a folder of its own, with one change to one of its modules. */
async function broken(example: string, module: string, from: string, to: string): Promise<string> {
  const design = elaborate(await loadDescription(join(root, "examples", example)));
  const folder = join(work, `${design.name}-${module}`);
  cpSync(generateToCache(design).folder, folder, { recursive: true });
  const file = join(folder, "rtl", `${design.name}_${module}.v`);
  const text = readFileSync(file, "utf8");
  expect(text.split(from).length, `${from} in ${module}`).toBe(2);
  writeFileSync(file, text.replace(from, to));
  return folder;
}

/** Verdicts of a JUnit file by the name of the test. */
function verdicts(path: string): Readonly<Record<string, string>> {
  const cases = readFileSync(path, "utf8").matchAll(
    /<testcase name="(\w+)"[^>]*?(\/>|>\s*<(failure|error|skipped))/gu,
  );
  return Object.fromEntries([...cases].map(([, name = "", , child]) => [name, child ?? "passed"]));
}

const link = { session: "passed", delivery: "passed", retry: "passed", counters: "passed" };

describe.skipIf(noPython !== undefined)(named("the bench of a link"), () => {
  it("passes in Icarus, writes JUnit XML and waves", async () => {
    const junit = join(work, "link.xml");
    const waves = join(work, "link.fst");
    const files = ["--junit", junit, "--waves", waves];
    const args = [
      "--device",
      "examples/link-25g.ts",
      "--module",
      "test_link",
      "--sim",
      "icarus",
      "--seed",
      "5",
    ];
    const { code, stdout, stderr } = await runner([...args, ...files]);
    expect(code, stdout + stderr).toBe(0);
    expect(verdicts(junit)).toEqual(link);
    expect(readFileSync(junit, "utf8")).toContain('tests="4" failures="0" errors="0" skipped="0"');
    expect(readFileSync(junit, "utf8")).toContain('<property name="random_seed" value="5"/>');
    expect(stderr).toContain("4 passed, 0 failed, 0 skipped; seed 5; waves in ");
    expect(statSync(waves).size).toBeGreaterThan(10_000);
  });

  it.runIf(long)("passes in Verilator, and the second run takes the model from the cache", async () => {
    const args = ["--device", "examples/link-25g.ts", "--module", "test_link", "--json"];
    const first = await runner(args);
    expect(first.code, first.stderr).toBe(0);
    const { passed, tests } = JSON.parse(first.stdout);
    expect(passed).toBe(true);
    expect(tests.map((test: { name: string }) => test.name)).toEqual(Object.keys(link));
    const second = await runner([...args, "--testcase", "session"]);
    expect(second.code, second.stderr).toBe(0);
    expect(second.stderr).toContain("verilator, from the cache");
    expect(JSON.parse(second.stdout).tests).toHaveLength(1);
  });

  it.runIf(long)("reaches signals inside of the device, in Verilator on request", async () => {
    writeFileSync(
      join(work, "test_inside.py"),
      `import cocotb
from wirebench.bench import ACTIVE, Bench

@cocotb.test()
async def inside(dut):
    await Bench(dut).start()
    assert dut.port0.port_state_machine.port_state.value == ACTIVE
`,
    );
    const folders = ["--path", work, "--path", join(root, "examples/cocotb")];
    const args = ["--device", "examples/link-25g.ts", "--module", "test_inside", "--internals"];
    const { code, stdout, stderr } = await runner([...args, ...folders]);
    expect(code, stdout + stderr).toBe(0);
  });

  it("fails on a link that takes frames whatever their number is", async () => {
    const from = "s_start_ok && s_eligible && distance == 20'd0;";
    const to = "s_start_ok && s_eligible;";
    const folder = await broken("link-25g.ts", "llr_rx", from, to);
    const junit = join(work, "broken.xml");
    const args = [
      "--device",
      folder,
      "--module",
      join(root, "examples/cocotb/test_link.py"),
      "--sim",
      "icarus",
    ];
    const { code, stderr } = await runner([...args, "--testcase", "delivery,retry", "--junit", junit]);
    expect(code).toBe(1);
    expect(stderr).toContain("is not as it was generated: rtl/link_25g_llr_rx.v changed since");
    expect(verdicts(junit)).toEqual({ delivery: "passed", retry: "failure" });
  });
});

describe.skipIf(noPython !== undefined)(named("the bench of a switch"), () => {
  const device = ["--device", "examples/leaf4-small.json", "--sim", "icarus"];

  it("passes in Icarus", async () => {
    const tests = long ? [] : ["--testcase", "unicast,multicast"];
    const { code, stdout, stderr } = await runner([...device, "--module", "test_switch", ...tests]);
    expect(code, stdout + stderr).toBe(0);
  });

  it.runIf(long)("passes in Verilator, and the bench of a link with it", async () => {
    const args = ["--device", "examples/leaf4-small.json", "--module", "test_switch,test_link"];
    const { code, stdout, stderr } = await runner(args);
    expect(code, stdout + stderr).toBe(0);
  });
});

describe.skipIf(noPython !== undefined || !long)(named("the bench of two ports"), () => {
  it.each(["icarus", "verilator"])("passes in %s", async (sim) => {
    const args = ["--device", "examples/link-25g.ts", "--module", "test_link_pair", "--sim", sim];
    const top = ["--source", "examples/cocotb/link_pair.v", "--top", "link_pair"];
    const { code, stdout, stderr } = await runner([...args, ...top]);
    expect(code, stdout + stderr).toBe(0);
  });
});

describe.skipIf(noPython !== undefined)(named("the bench of docs/cocotb.md"), () => {
  it("passes as it stands there", async () => {
    const page = readFileSync(join(root, "docs/cocotb.md"), "utf8");
    const [, bench = ""] = /^```python\n([\s\S]*?)^```$/mu.exec(page) ?? [];
    writeFileSync(join(work, "test_mine.py"), bench);
    const args = [
      "--device",
      "examples/link-25g.ts",
      "--sim",
      "icarus",
      "--module",
      "test_mine",
      "--path",
      work,
    ];
    const { code, stdout, stderr } = await runner(args);
    expect(code, stdout + stderr).toBe(0);
    expect(stderr).toContain("1 passed, 0 failed");
  });
});

describe.skipIf(noPython !== undefined)(named("a run without results"), () => {
  const device = ["--device", "examples/link-25g.ts", "--sim", "icarus"];

  it("is one whose module cannot be imported: LW_COCOTB_RUN, an error in JUnit", async () => {
    writeFileSync(join(work, "test_import.py"), "import there_is_no_such_module\n");
    const junit = join(work, "import.xml");
    const args = [...device, "--module", "test_import", "--path", work, "--junit", junit];
    const { code, stdout, stderr } = await runner(args);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain("there_is_no_such_module");
    expect(stderr).toContain("LW_COCOTB_RUN");
    expect(verdicts(junit)).toEqual({ simulation: "error" });
  });

  it("is one that is asked for a test that is not there", async () => {
    const { code, stderr } = await runner([...device, "--module", "test_link", "--testcase", "deliver"]);
    expect(code).toBe(1);
    expect(stderr).toContain("LW_COCOTB_RUN");
  });

  it("leaves nothing behind", () => {
    expect(existsSync(join(root, "results.xml"))).toBe(false);
  });
});
