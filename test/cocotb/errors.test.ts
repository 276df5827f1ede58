/** What a user reads when something is missing or wrong; no Python with cocotb is needed for these. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatDiagnostics, LanewrightError } from "../../generator/diagnostics.ts";
import { portNames } from "../../sim/cocotb/flags.ts";
import { chosenPython, pythonTools } from "../../sim/cocotb/python.ts";
import { runner } from "./runner.ts";

const work = mkdtempSync(join(tmpdir(), "lanewright-cocotb-test-"));
afterAll(() => rmSync(work, { recursive: true }));
writeFileSync(join(work, "test_nothing.py"), "");

const device = ["--device", "examples/link-25g.ts", "--module", join(work, "test_nothing.py")];

/** A program that answers as a Python does when it is asked what it has. */
function pythonThat(name: string, answer: object): string {
  const path = join(work, name);
  const about = { version: "3.11.2", executable: path, prefix: "/usr", venv: false, ...answer };
  writeFileSync(path, `#!/bin/sh\ncat <<'END'\n${JSON.stringify(about)}\nEND\n`);
  chmodSync(path, 0o755);
  return path;
}

const whole = { cocotb: "1.9.2", libs: "/x", share: "/x", libpython: "/x/libpython3.11.so" };

/** What the runner would say to somebody with this Python, and its exit code. */
async function complaint(python: string): Promise<{ readonly text: string; readonly code: number }> {
  const error = await pythonTools(python).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof LanewrightError)) throw new Error(`${python} is no problem`, { cause: error });
  return { text: formatDiagnostics(error.diagnostics, { color: false }), code: error.exitCode };
}

describe("what is missing", () => {
  it("is Python: LW_PYTHON_MISSING", async () => {
    const { code, stderr } = await runner([...device, "--python", join(work, "no-python")]);
    expect(code).toBe(3);
    expect(stderr).toBe(`error LW_PYTHON_MISSING: there is no Python at ${join(work, "no-python")}
  remedy: give --python the interpreter, or the folder of a virtual environment
`);
  });

  it("is a Python that works: LW_PYTHON_MISSING", async () => {
    const { code, text } = await complaint("/bin/false");
    expect(code).toBe(3);
    expect(text).toContain("LW_PYTHON_MISSING: /bin/false does not run as Python");
  });

  it("is python3, with the command that installs it", async () => {
    const { code, stderr } = await runner(device, { env: { VIRTUAL_ENV: "", PATH: "" } });
    expect(code).toBe(3);
    expect(stderr).toContain("remedy: sudo apt-get install python3 python3-venv");
  });

  it("is cocotb, and a virtual environment to put it in: LW_COCOTB_MISSING", async () => {
    const { code, text } = await complaint(pythonThat("bare", {}));
    expect(code).toBe(3);
    expect(text).toMatch(/^error LW_COCOTB_MISSING: cocotb is not installed for .*bare\n {2}remedy: .*$/mu);
    expect(text).toMatch(
      /bare -m venv \.venv && \.venv\/bin\/pip install -r .*examples\/cocotb\/requirements\.txt$/u,
    );
  });

  it("is cocotb in a virtual environment: one command", async () => {
    const { text } = await complaint(pythonThat("venv-python", { venv: true }));
    expect(text).toMatch(/remedy: .*venv-python -m pip install -r .*requirements\.txt$/u);
  });

  it.each(["2.0.1", "1.7.2"])("is the right version, cocotb %s: LW_COCOTB_VERSION", async (cocotb) => {
    const { code, text } = await complaint(pythonThat("other", { ...whole, cocotb }));
    expect(code).toBe(3);
    expect(text).toContain("LW_COCOTB_VERSION");
    expect(text).toContain(`value:  ${cocotb}\n  limit:  1.8 or 1.9; tested with 1.9.2`);
    expect(text).toMatch(/remedy: .*pip install -r/u);
  });

  it("is a cocotb that loads: LW_COCOTB_MISSING", async () => {
    const { text } = await complaint(
      pythonThat("torn", { cocotb: "1.9.2", problem: "no module find_libpython" }),
    );
    expect(text).toContain("cannot be loaded: no module find_libpython");
  });

  it("is the shared library of Python: LW_PYTHON_LIBRARY", async () => {
    const { code, text } = await complaint(pythonThat("static", { ...whole, libpython: null }));
    expect(code).toBe(3);
    expect(text).toContain("LW_PYTHON_LIBRARY");
    expect(text).toContain("remedy: sudo apt-get install libpython3.11,");
  });

  it("is a simulator: LW_TOOL_MISSING", async () => {
    const bin = join(work, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "cat"), '#!/bin/sh\nexec /bin/cat "$@"\n', { mode: 0o755 });
    const python = ["--python", pythonThat("complete", whole)];
    const { code, stderr } = await runner([...device, ...python, "--sim", "icarus"], { env: { PATH: bin } });
    expect(code).toBe(3);
    expect(stderr).toContain("LW_TOOL_MISSING: iverilog is not installed");
    expect(stderr).toContain("remedy: sudo apt-get install iverilog");
  });
});

describe("the Python", () => {
  it("is the one that is given, that of the active environment, that of ./.venv, python3", () => {
    mkdirSync(join(work, ".venv", "bin"), { recursive: true });
    writeFileSync(join(work, ".venv", "bin", "python"), "");
    const active = { VIRTUAL_ENV: "/active" };
    expect(chosenPython("/usr/bin/python3.12", active, work)).toBe("/usr/bin/python3.12");
    expect(chosenPython(join(work, ".venv"), active, work)).toBe(join(work, ".venv", "bin", "python"));
    expect(chosenPython(undefined, active, work)).toBe("/active/bin/python");
    expect(chosenPython(undefined, {}, work)).toBe(join(work, ".venv", "bin", "python"));
    expect(chosenPython(undefined, { VIRTUAL_ENV: "" }, "/")).toBe("python3");
  });
});

describe("ports of a top module", () => {
  it("are found in its header, whatever stands beside them", () => {
    const text = `// module top (input x);
module other (input wire y);
endmodule
module top #(parameter W = (3 + 1)) (
    input  wire clk, /* input wire no, */ input rst,
    output reg  [W-1:0] q, // output wire neither
    output wire signed [7:0] s
);`;
    expect(portNames(text, "top")).toEqual(["clk", "rst", "q", "s"]);
    expect(portNames("module top (a, b); input a; output b;", "top")).toEqual([]);
  });
});

describe("what is wrong", () => {
  it("is a module that is nowhere: LW_COCOTB_MODULE", async () => {
    const { code, stderr } = await runner(["--device", "examples/link-25g.ts", "--module", "test_lonk"]);
    expect(code).toBe(2);
    expect(stderr).toContain("LW_COCOTB_MODULE: there is no Python module test_lonk in ");
    expect(stderr).toContain("examples/cocotb");
  });

  it("is a folder without a device: LW_COCOTB_DEVICE", async () => {
    const { code, stderr } = await runner(["--device", work, "--module", join(work, "test_nothing.py")]);
    expect(code).toBe(2);
    expect(stderr).toContain(`LW_COCOTB_DEVICE: ${work} holds no manifest.json of a generated device`);
  });

  it("is the description: its own message", async () => {
    writeFileSync(join(work, "bad.json"), '{ "kind": "link" }');
    const { code, stderr } = await runner([
      "--device",
      join(work, "bad.json"),
      "--module",
      join(work, "test_nothing.py"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("LW_MISSING_KEY");
  });

  it("is the command line: LW_USAGE as JSON, or in words", async () => {
    const words = await runner(["--device", "examples/link-25g.ts"]);
    expect([words.code, words.stderr]).toEqual([
      2,
      expect.stringContaining("required option '-m, --module <names>' not specified"),
    ]);
    const json = await runner([...device, "--sim", "vcs", "--json"]);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, diagnostics: [{ code: "LW_USAGE" }] });
  });
});
