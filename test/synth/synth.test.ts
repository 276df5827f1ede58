import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderDesign } from "../../generator/emit/generate.ts";
import type { EmittedFile } from "../../generator/emit/manifest.ts";
import { elaborate } from "../../generator/index.ts";
import {
  baselineFrom,
  changesBetween,
  findYosys,
  lastReport,
  memoryProblems,
  type SynthReport,
  saveReport,
  synth,
  type Target,
  type Yosys,
} from "../../generator/synth/index.ts";

/**
 * What `synth` says of modules of a small link, and that a change of the Verilog shows in it. Each run of Yosys is of one
 * module of some hundred cells.
 */
const design = elaborate({
  name: "tiny",
  clockMHz: 200,
  datapathBits: 64,
  rateGbps: 10,
  mtuBytes: 256,
  cableMeters: 0,
  virtualLanes: { data: 2 },
});
const files = renderDesign(design);

let folder = "";
let yosys: Yosys;
const cache = process.env.LANEWRIGHT_CACHE;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lanewright-synth-test-"));
  process.env.LANEWRIGHT_CACHE = join(folder, "cache");
  yosys = await findYosys();
});

afterAll(() => {
  if (cache === undefined) delete process.env.LANEWRIGHT_CACHE;
  else process.env.LANEWRIGHT_CACHE = cache;
  rmSync(folder, { recursive: true });
});

const run = (module: string, target: Target = "ice40", from = files): Promise<SynthReport> =>
  synth(yosys, design, from, { target, module, jobs: 1, place: false });

/** The emitted files with one text of a module, which is there just once, exchanged. */
function changed(module: string, from: string, to: string): readonly EmittedFile[] {
  return files.map((file) => {
    if (file.path !== `rtl/tiny_${module}.v`) return file;
    expect(file.text.split(from)).toHaveLength(2);
    return { ...file, text: file.text.replace(from, to) };
  });
}

const beat = 64 + 8 + 1 + 5; // tdata, tkeep, tlast, tuser

describe("synth of a module", () => {
  it("counts its cells, and takes what it knows from the cache", async () => {
    const report = await run("axis_register");
    expect(report).toMatchObject({ top: "tiny_axis_register", target: "ice40", clockMHz: 200, paths: [{}] });
    const [module] = report.modules;
    expect(module).toMatchObject({ name: "axis_register", instances: 1, cached: false });
    expect(module?.own.flipFlops).toBe(2 * beat + 2);
    expect(module?.own.luts).toBeGreaterThanOrEqual(beat);
    expect(module?.own.luts).toBeLessThan(2 * beat);
    expect(report.total).toEqual(module?.own);
    expect(module?.inside?.levels).toBe(report.paths[0]?.levels);
    const again = await run("axis_register");
    expect(again.modules[0]).toEqual({ ...module, cached: true });
  });

  it("does not map again what only has other comments", async () => {
    const commented = changed("axis_register", "`default_nettype none", "// more\n\n`default_nettype none");
    expect((await run("axis_register", "ice40", commented)).modules[0]?.cached).toBe(true);
  });

  it("shows a path that has become deeper with its signals, and what it costs", async () => {
    const before = await run("axis_register");
    const from = "assign m_tuser = m_tuser_reg;";
    const to =
      "wire [4:0] chain = m_tuser_reg * m_tkeep_reg[4:0];\n    assign m_tuser = chain * m_tdata_reg[4:0];";
    const after = await run("axis_register", "ice40", changed("axis_register", from, to));
    expect(after.modules[0]?.cached).toBe(false);
    const changes = changesBetween(before, after);
    const depth = changes.find(({ of, figure }) => of === "axis_register" && figure === "inside");
    expect(depth?.after).toBeGreaterThan((depth?.before ?? 0) + 4);
    expect(after.paths[0]?.end.signal).toBe("m_tuser");
    expect(after.paths[0]?.start.signal).toMatch(/^m_t(user|keep|data)(_reg)?\[\d\]$/);
    expect(changes.find(({ of, figure }) => of === "total" && figure === "luts")).toEqual({
      of: "total",
      figure: "luts",
      before: before.total.luts,
      after: after.total.luts,
    });
    expect(changes.some(({ figure }) => figure === "flipFlops")).toBe(false);
    expect(changesBetween(before, before)).toEqual([]);
  });

  it("refuses a module that there is not", async () => {
    await expect(run("mac_txx")).rejects.toMatchObject({ diagnostics: [{ code: "LW_UNKNOWN_MODULE" }] });
  });

  it("says what Yosys says when it fails", async () => {
    const broken = changed("axis_register", "assign m_tuser = m_tuser_reg;", "assign m_tuser = = 1;");
    await expect(run("axis_register", "ice40", broken)).rejects.toMatchObject({
      exitCode: 1,
      diagnostics: [{ code: "LW_SYNTH_FAILED", value: expect.stringMatching(/syntax error/) }],
    });
  });
});

describe("memories", () => {
  it("are block RAM where they are read with the clock", async () => {
    const { memories } = await run("replay_index");
    expect(memories).toMatchObject([
      { block: "replay_buffer (index)", array: "mem", home: "block", mustBeMemory: true },
    ]);
    expect(memoryProblems(memories, "ice40")).toEqual([]);
    const block = design.memories.find(({ module }) => module === "replay_buffer (index)");
    expect(memories).toMatchObject([{ words: block?.words, bitsPerWord: block?.bitsPerWord }]);
  });

  /** A second port to write at, which no block RAM of an iCE40 has. */
  const read = "rd_reg <= mem[rd_addr];";
  const twice = `${read}\n        end\n        if (wr_en && wr_data == 0) begin\n            mem[rd_addr ^ 1] <= mem[wr_addr];`;

  it("that became flip-flops are an error", async () => {
    const free = changed("replay_index", read, twice).map((file) => ({
      ...file,
      text: file.path.endsWith("replay_index.v")
        ? file.text.replace(/\(\* no_rw_check.*\*\)/, "").replace(/(DEPTH *= )\d+,/, "$132,")
        : file.text,
    }));
    const { memories } = await run("replay_index", "ice40", free);
    expect(memories).toMatchObject([{ home: "flip-flops" }]);
    const [problem, ...more] = memoryProblems(memories, "ice40");
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "LW_MEMORY_FLIPFLOPS", severity: "error" });
    expect(problem?.message).toContain("the memory mem of replay_index (replay_buffer (index))");
    expect(problem?.value).toMatch(/^32 words of \d+ bits, [\d,]+ flip-flops$/);
  });

  it("that Yosys refuses to map are the same error", async () => {
    await expect(run("replay_index", "ice40", changed("replay_index", read, twice))).rejects.toMatchObject({
      exitCode: 1,
      diagnostics: [{ code: "LW_MEMORY_FLIPFLOPS", value: expect.stringMatching(/^\d+ words of \d+ bits/) }],
    });
  });
});

describe("memories of an adapter", () => {
  const adapter = elaborate({
    ...{ kind: "nic", name: "ad", clockMHz: 200, datapathBits: 128, mtuBytes: 256 },
    ...{ queuePairs: 64, completionQueues: 2, memoryRegions: 4, virtualLanes: { data: 1 } },
    port: { rateGbps: 10, cableMeters: 0 },
  });
  const of = (from: readonly EmittedFile[]) =>
    synth(yosys, adapter, from, { target: "ice40", module: "nic_qp_state", jobs: 1, place: false });

  it("are block RAM, each copy of the states of its queue pairs, and an error where one is not", async () => {
    const emitted = renderDesign(adapter);
    const { memories, kind, modules } = await of(emitted);
    const copy = { block: "nic_qp_state_memory", words: 64, bitsPerWord: 3, instances: 5 };
    expect(memories).toContainEqual(expect.objectContaining({ ...copy, home: "block", mustBeMemory: true }));
    expect(memoryProblems(memories, "ice40")).toEqual([]);
    expect([kind, modules.at(-1)?.name]).toEqual(["nic", "nic_qp_state"]);
    const broken = emitted.map((file) =>
      file.path.endsWith("qp_state_memory.v") ? { ...file, text: asFlipFlops(file.text) } : file,
    );
    const { memories: lost } = await of(broken);
    expect(memoryProblems(lost, "ice40")).toMatchObject([{ code: "LW_MEMORY_FLIPFLOPS" }]);
  });
});

/** Reads in the cycle of the address, which no block RAM does. */
function asFlipFlops(text: string): string {
  const read = "assign rd_data = rd_reg;";
  expect(text).toContain(read);
  return text.replace(/^.*no_rw_check.*$\n/mu, "").replace(read, "assign rd_data = mem[rd_addr];");
}

describe("synth.json", () => {
  it("holds the last run of each target and module", async () => {
    const one = await run("axis_register");
    const out = join(folder, "out");
    expect(lastReport(out, one)).toBeUndefined();
    saveReport(out, one);
    const other: SynthReport = { ...one, target: "xc7" };
    saveReport(out, other);
    saveReport(out, { ...other, seconds: 7 });
    expect(lastReport(out, one)).toEqual(one);
    expect(lastReport(out, other)?.seconds).toBe(7);
    const file = join(out, "synth.json");
    expect(JSON.parse(readFileSync(file, "utf8")).reports).toHaveLength(2);
    expect(baselineFrom(file, one)).toEqual(one);
    writeFileSync(join(out, "printed.json"), JSON.stringify(one));
    expect(baselineFrom(join(out, "printed.json"), one)).toEqual(one);
    const wrong = expect.objectContaining({
      diagnostics: [expect.objectContaining({ code: "LW_SYNTH_BASELINE" })],
    });
    expect(() => baselineFrom(file, { ...one, top: "tiny" })).toThrow(wrong);
    expect(() => baselineFrom(join(out, "none.json"), one)).toThrow(wrong);
  });
});
