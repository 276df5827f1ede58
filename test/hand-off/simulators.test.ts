import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kinds, namesOf, outputs, written } from "./devices.ts";

/** The filelists, the bench for other simulators and the text to copy, in Icarus Verilog and Verilator. */
const { folder, remove } = outputs();
afterAll(remove);

async function runs(command: string, args: readonly string[], cwd: string) {
  const { exitCode, all } = await execa(command, args, { cwd, all: true, reject: false });
  return { code: exitCode ?? -1, text: all };
}

/** Compiles what `NAME_sim.f` lists and runs it. */
async function smoke(out: string, name: string) {
  const model = join(folder, `${name}.vvp`);
  const compiled = await runs("iverilog", ["-g2005", "-Wall", "-f", `${name}_sim.f`, "-o", model], out);
  return compiled.text === "" ? runs("vvp", ["-n", model], out) : compiled;
}

describe.each(kinds)("%s", (_, design) => {
  const { name } = design;
  let out: string;
  beforeAll(async () => {
    out = await written(design, folder);
  });

  it("runs in Icarus Verilog by its list, without a warning", async () => {
    const { code, text } = await smoke(out, name);
    expect([code, text]).toEqual([0, expect.stringMatching(/^PASS: \w+ answers, ID is 4c57\w+$/u)]);
  });

  it("has text to copy that instances every port at its width", async () => {
    const text = readFileSync(join(out, "doc", `${name}_inst.v`), "utf8");
    const { ports } = await namesOf(out, name, /nothing/u);
    const connected = [...text.matchAll(/^ +\.(\w+) +\((\w+)\)/gmu)].map(([, port, wire]) => [port, wire]);
    expect(connected).toEqual(Object.keys(ports).map((port) => [port, port]));
    for (const [port, { direction, bits }] of Object.entries(ports)) {
      const range = bits === 1 ? " +" : ` +\\[${bits - 1}:0\\] +`;
      const way = direction === "input" ? "into" : "out of";
      expect(text).toMatch(new RegExp(`^ +wire${range}${port}; +// ${way} the device`, "mu"));
    }
    const around = join(folder, `${name}_around.v`);
    writeFileSync(around, `module around;\n${text}endmodule\n`);
    const args = ["-g2005", "-Wall", "-s", "around", "-f", `${name}.f`, around, "-o", "/dev/null"];
    expect(await runs("iverilog", args, out)).toEqual({ code: 0, text: "" });
  });
});

describe("what is broken is found", () => {
  it("by the bench", async () => {
    const [, design] = kinds[0]!;
    const out = await written(design, folder);
    const csr = join(out, "rtl", `${design.name}_link_csr.v`);
    const text = readFileSync(csr, "utf8");
    writeFileSync(csr, text.replaceAll("32'h4c574c31", "32'h4c574c32"));
    expect(await smoke(out, design.name)).toMatchObject({ text: expect.stringMatching(/^FAIL: /u) });
    writeFileSync(csr, text);
    const top = join(out, "rtl", `${design.name}.v`);
    const wired = readFileSync(top, "utf8");
    writeFileSync(top, wired.replace(/(\.s_axil_rvalid +\()s_axil_rvalid/u, "$1"));
    expect((await smoke(out, design.name)).text).toMatch(/^FAIL: /mu);
  });

  it("by the bench of an adapter whose own registers are out of reach", async () => {
    const [, design] = kinds.find(([kind]) => kind === "an adapter")!;
    const out = await written(design, folder);
    const demux = join(out, "rtl", `${design.name}_register_demux.v`);
    const text = readFileSync(demux, "utf8");
    const changed = text.replace(/\[15:12\]/gu, "[11:8]");
    expect(changed).not.toBe(text);
    writeFileSync(demux, changed);
    expect((await smoke(out, design.name)).text).toMatch(/^FAIL: /mu);
  });
});
