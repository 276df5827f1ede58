/**
 * Virtual environments of Python below `.cache`: that of the Python benches, with what
 * `examples/cocotb/requirements.txt` pins, and that of the tests which read what is handed over to other tools, with
 * `test/hand-off/requirements.txt`. Where one cannot be made, a file beside it says why, and those tests are skipped.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Where they are, what they hold, and what for. */
const environments = {
  cocotb: {
    folder: join(root, ".cache", "cocotb-venv"),
    requirements: join(root, "examples", "cocotb", "requirements.txt"),
    what: "cocotb for the Python benches",
    skipped: "the Python benches are",
  },
  handOff: {
    folder: join(root, ".cache", "hand-off-venv"),
    requirements: join(root, "test", "hand-off", "requirements.txt"),
    what: "FuseSoC, the SystemRDL compiler and nextpnr for the tests of what is handed over",
    skipped: "a part of the tests of what is handed over is",
  },
};

/** Folder of the environment of the Python benches. */
export const venvFolder = environments.cocotb.folder;

/** Folder of the environment of the tests of what is handed over. */
export const handOffFolder = environments.handOff.folder;

const minutes = 60_000;
const options = { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 4 * minutes };

/** True when `python3` runs this. @param {string} program */
export function pythonRuns(program) {
  return spawnSync("python3", ["-c", program], { stdio: "ignore" }).status === 0;
}

/** Why there is no environment with these very requirements; undefined when there is one. @param {"cocotb" | "handOff"} name */
export function whyNoVenv(name = "cocotb") {
  const environment = environments[name];
  if (isReady(environment)) return undefined;
  const reason = reasonFile(environment);
  if (existsSync(reason)) return readFileSync(reason, "utf8").trim();
  return "the virtual environment is not there; npm test makes it";
}

/**
 * Makes an environment unless it is there.
 * @param {(text: string) => void} say tells what takes time, or why it failed
 * @param {"cocotb" | "handOff"} name
 */
export function makeVenv(say, name = "cocotb") {
  const environment = environments[name];
  const { folder, requirements, what, skipped } = environment;
  if (isReady(environment)) return;
  rmSync(folder, { recursive: true, force: true });
  rmSync(reasonFile(environment), { force: true });
  mkdirSync(join(folder, ".."), { recursive: true });
  say(`making a virtual environment with ${what}`);
  const python = join(folder, "bin", "python");
  const quiet = ["-q", "--disable-pip-version-check", "--timeout", "20", "--retries", "1"];
  const pip = ["-m", "pip", "install", ...quiet];
  const reason = failure("python3", ["-m", "venv", folder]) ?? failure(python, [...pip, "-r", requirements]);
  if (reason === undefined) writeFileSync(mark(environment), state(environment));
  else {
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(reasonFile(environment), `${reason}\n`);
    say(`${skipped} skipped: ${reason}`);
  }
}

const mark = ({ folder }) => join(folder, "lanewright-ready");
const reasonFile = ({ folder }) => `${folder}.reason`;

function isReady(environment) {
  const path = mark(environment);
  return existsSync(path) && readFileSync(path, "utf8") === state(environment);
}

/** What an environment depends on. */
function state({ requirements }) {
  return createHash("sha256").update(readFileSync(requirements)).update(root).digest("hex");
}

/** Why a command failed, in its own last words; undefined when it did not. */
function failure(command, args) {
  const result = spawnSync(command, args, options);
  if (result.status === 0) return undefined;
  const words = `${result.stdout ?? ""}${result.stderr ?? ""}`.trim().split("\n");
  const last = words.findLast((line) => /error|no module/iu.test(line)) ?? words.at(-1) ?? "";
  return `${command} ${args.slice(0, 3).join(" ")}: ${last || (result.error?.message ?? `exit code ${result.status}`)}`;
}
