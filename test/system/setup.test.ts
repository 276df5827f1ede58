import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

/** What `npm start` and `npm test` do about programs that are missing, on made-up machines. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lanewright-setup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let machines = 0;

/** A folder of programs that is all of PATH; `scripts` by name and text. */
function machine(scripts: Readonly<Record<string, string>>): string {
  const path = join(folder, `machine${machines++}`);
  mkdirSync(path);
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(path, name), 0o755);
  }
  for (const name of ["env", "touch"]) symlinkSync(`/usr/bin/${name}`, join(path, name));
  return path;
}

interface Outcome {
  readonly code: number;
  readonly err: string;
}

function setUp(path: string, needed: readonly string[], wanted: readonly string[] = []): Promise<Outcome> {
  const call = `import { setUp } from "./scripts/setup.mjs"; setUp(${JSON.stringify({ needed, wanted })});`;
  return new Promise((resolve) => {
    const options = { cwd: root, env: { PATH: path } };
    execFile(process.execPath, ["--input-type=module", "-e", call], options, (error, _out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, err });
    });
  });
}

const withSudo = { sudo: 'shift; exec "$@"' };

/** Installs by touching a file of the package's name, once `update` has run. */
const aptGet = `
echo "$@" >> "$0.log"
case "$1" in
  update) touch "$0.updated" ;;
  install) [ -e "$0.updated" ] || exit 100
    for word in "$@"; do case "$word" in -*|install) ;; *) touch "\${0%/*}/$word" ;; esac; done ;;
esac`;

describe("programs", () => {
  it("that are there need no word", async () => {
    expect(await setUp(machine({ yosys: "", iverilog: "" }), ["yosys"], ["iverilog"])).toEqual({
      code: 0,
      err: "",
    });
  });

  it("that are missing end it with exit code 3 and the command, where apt-get cannot be used", async () => {
    const { code, err } = await setUp(machine({}), ["yosys", "verilator", "g++"], ["tshark"]);
    expect(code).toBe(3);
    expect(err).toContain("Missing: yosys, verilator, g++, tshark.");
    expect(err).toContain("\n  sudo apt-get install g++ tshark verilator yosys\n");
  });

  it("that are only wanted are mentioned", async () => {
    const { code, err } = await setUp(machine({ yosys: "" }), ["yosys"], ["tshark"]);
    expect(code).toBe(0);
    expect(err).toContain("not installed: tshark");
  });

  it("are installed through apt-get, its lists fetched when it does not know them", async () => {
    const path = machine({ ...withSudo, "apt-get": aptGet });
    const { code, err } = await setUp(path, ["yosys", "iverilog"], ["tshark"]);
    expect(err).toContain("installing through apt-get: iverilog tshark yosys");
    expect(code).toBe(0);
    const calls = readFileSync(join(path, "apt-get.log"), "utf8").trim().split("\n");
    const install = "install -y -q --no-install-recommends iverilog tshark yosys";
    expect(calls).toEqual([install, "update -q", install]);
  });

  it("that apt-get fails to install end it as well", async () => {
    const { code, err } = await setUp(machine({ ...withSudo, "apt-get": "exit 100" }), ["yosys"]);
    expect(code).toBe(3);
    expect(err).toContain("sudo apt-get install yosys");
  });
});
