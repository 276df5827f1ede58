import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { devices, type Names, namesOf, outputs, sourcesOf, written } from "./devices.ts";
import { runTcl, type TclTool } from "./tcl.ts";

/** Scripts and constraints for vendors' tools, run in tclsh with stand-ins for the commands of these tools. */
const { folder, remove } = outputs();
afterAll(remove);
const work = join(folder, "work");
mkdirSync(work);

/** Modules between which there are clocks; the rest of a device is not gone into. */
const crossings = /_(link_port|pcs|pcs_settings|async_fifo|bit_sync|event_sync|reset_sync)\.v$/u;

/** Why scripts cannot be run here; undefined where they can. */
const missing = spawnSync("tclsh", [], { input: "" }).error === undefined ? undefined : "no tclsh";
const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;

describe.skipIf(missing).each(Object.entries(devices))(`%s${skipped}`, (_, design) => {
  const { name } = design;
  let out: string;
  let names: Names;
  beforeAll(async () => {
    out = await written(design, folder);
    names = await namesOf(out, name, crossings);
  });
  const run = (tool: TclTool, script: string, args: string[] = []) =>
    runTcl(tool, { script: join(out, script), names, folder: work, args });

  it("goes through Vivado's flow with every source, and constraints that find what they name", async () => {
    const { ok, calls, problem } = await run("vivado", "synth/vivado.tcl");
    expect([ok, problem]).toEqual([true, ""]);
    const read = calls.filter((call) => call.startsWith("read_verilog "));
    expect(read).toEqual(sourcesOf(out, name).map((path) => `read_verilog ${join(out, path)}`));
    expect(calls.find((call) => call.startsWith("synth_design"))).toContain(
      `-top ${name} -part xcvu9p-flga2104-2L-e`,
    );
    const { calls: other } = await run("vivado", "synth/vivado.tcl", ["xcku5p-ffvb676-2-e"]);
    expect(other.find((call) => call.startsWith("synth_design"))).toContain("-part xcku5p-ffvb676-2-e");
  });

  it("goes through Quartus' flow with every source, and no port on a pin but the clocks", async () => {
    const { ok, calls, problem } = await run("quartus", "synth/quartus.tcl");
    expect([ok, problem]).toEqual([true, ""]);
    const assigned = (what: string) =>
      calls.filter((call) => call.startsWith(`set_global_assignment -name ${what} `));
    expect(assigned("VERILOG_FILE").map((call) => call.split(" ").at(-1))).toEqual(
      sourcesOf(out, name).map((path) => join(out, path)),
    );
    expect(assigned("SDC_FILE")).toEqual([
      `set_global_assignment -name SDC_FILE ${join(out, "constraints", `${name}.quartus.sdc`)}`,
    ]);
    const virtual = calls
      .filter((call) => call.includes("VIRTUAL_PIN"))
      .map((call) => call.split(" ").at(-1));
    const clocks = Object.keys(names.ports).filter((port) => /clk$/u.test(port));
    expect([...virtual, ...clocks].sort()).toEqual(Object.keys(names.ports).sort());
    const { calls: other } = await run("quartus", "synth/quartus.tcl", ["Arria 10", "10AX115S2F45I1SG"]);
    expect(other).toContain("set_global_assignment -name FAMILY {Arria 10}");
  });

  it.each([
    ["xdc", "xdc"],
    ["sdc", "sdc"],
    ["quartus-sdc", "quartus.sdc"],
  ] as const)("has %s that gives every clock its period", async (tool, ending) => {
    const { ok, calls, problem } = await run(tool, `constraints/${name}.${ending}`);
    expect([ok, problem]).toEqual([true, ""]);
    const clocks = calls.filter((call) => call.startsWith("create_clock "));
    const ports = Object.keys(names.ports).filter((port) => /clk$/u.test(port));
    expect(clocks.map((call) => call.split(" ").at(-1)).sort()).toEqual(ports.sort());
    const own = clocks.find((call) => call.includes("-name clk "));
    expect(Number(/-period (\S+)/u.exec(own ?? "")?.[1])).toBeCloseTo(1000 / design.clockMHz, 2);
    // A crossing is more than its clocks
    const limits = calls.filter((call) =>
      /^set_(max_delay|false_path) .*(first_reg|rd_data_reg)/u.test(call),
    );
    expect(limits.length > 0).toBe(ports.length > 1);
  });
});

describe.skipIf(missing)(`what is broken is found${skipped}`, () => {
  const design = devices["a link with lanes"]!;
  const { name } = design;
  let names: Names;
  let out: string;
  beforeAll(async () => {
    out = join(folder, "broken");
    cpSync(await written(design, folder), out, { recursive: true });
    names = await namesOf(out, name, crossings);
  });

  /** Runs a script after a change to one of the files; the change is taken back. */
  async function broken(tool: TclTool, script: string, file: string, change: (text: string) => string) {
    const path = join(out, file);
    const text = readFileSync(path, "utf8");
    const changed = change(text);
    expect(changed).not.toBe(text);
    writeFileSync(path, changed);
    const outcome = await runTcl(tool, { script: join(out, script), names, folder: work });
    writeFileSync(path, text);
    expect(outcome.ok).toBe(false);
    return outcome.problem;
  }
  const [xdc, sdc, quartus] = ["xdc", "sdc", "quartus.sdc"].map((ending) => `constraints/${name}.${ending}`);

  it.each([
    [
      "vivado",
      "synth/vivado.tcl",
      /place_design\nphys/u,
      "place_desing\nphys",
      /invalid command name "place_desing"/u,
    ],
    [
      "vivado",
      "synth/vivado.tcl",
      /opt_design\nplace_design/u,
      "place_design\nopt_design",
      /place_design comes behind/u,
    ],
    ["vivado", "synth/vivado.tcl", / -part \$part/u, "", /without -part/u],
    ["vivado", "synth/vivado.tcl", /-details/u, "-detail", /report_cdc has no option -detail/u],
    ["quartus", "synth/quartus.tcl", /execute_flow -compile/u, "", /not compiled/u],
    ["quartus", "synth/quartus.tcl", /-name DEVICE/u, "-name DEVISE", /no assignment DEVISE/u],
    ["quartus", "synth/quartus.tcl", /p0_tx_tdata/u, "p0_tx_data", /no port is called p0_tx_data/u],
  ] as const)("in a script of %s", async (tool, script, from, to, problem) => {
    expect(await broken(tool, script, script, (text) => text.replace(from, to))).toMatch(problem);
  });

  it.each([
    ["xdc", xdc, "get_cells", "port0/pcs/tx_fifo/wr_gray_reg", /no cell is called/u],
    ["sdc", sdc, "get_cells", "port0/pcs/tx_fifo/wr_gray_reg", /no cell is called/u],
    ["quartus-sdc", quartus, "get_registers", "port0|pcs|tx_fifo|wr_gray_reg", /no register is called/u],
  ] as const)("in %s", async (tool, file = "", _command, cell, problem) => {
    expect(await broken(tool, file, file, (text) => text.replace(cell, "nowhere"))).toMatch(problem);
    const port = "[get_ports clk]";
    expect(await broken(tool, file, file, (text) => text.replace(port, "[get_ports clock]"))).toMatch(
      /no port is called clock/u,
    );
    expect(await broken(tool, file, file, (text) => text.replace("-from", "-form"))).toMatch(
      /no option -form/u,
    );
  });

  it("in the constraints that Vivado's script reads", async () => {
    const problem = await broken("vivado", "synth/vivado.tcl", xdc ?? "", (text) =>
      text.replace("rx_reset/ask", "rx_reset/asked"),
    );
    expect(problem).toMatch(/no cell is called/u);
  });

  it("as a file that is not there", async () => {
    const file = join(out, "rtl", `${name}_pcs.v`);
    renameSync(file, `${file}.away`);
    for (const tool of ["vivado", "quartus"] as const) {
      const script = join(out, "synth", `${tool}.tcl`);
      const { ok, problem } = await runTcl(tool, { script, names, folder: work });
      expect([ok, problem]).toEqual([false, `there is no file ${file}`]);
    }
    renameSync(`${file}.away`, file);
  });
});
