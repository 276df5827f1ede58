/**
 * The virtual environment that the Python benches run in: `.cache/cocotb-venv`, with what
 * `examples/cocotb/requirements.txt` pins. Where it cannot be made, a file beside it says why, and those tests are skipped.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const requirements = join(root, "examples", "cocotb", "requirements.txt");

/** Folder of the environment. */
export const venvFolder = join(root, ".cache", "cocotb-venv");
const mark = join(venvFolder, "lanewright-ready");
const reasonFile = `${venvFolder}.reason`;

const minutes = 60_000;
const options = { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 4 * minutes };

/** True when `python3` runs this. @param {string} program */
export function pythonRuns(program) {
  return spawnSync("python3", ["-c", program], { stdio: "ignore" }).status === 0;
}

/** Why there is no environment with these very requirements; undefined when there is one. */
export function whyNoVenv() {
  if (isReady()) return undefined;
  if (existsSync(reasonFile)) return readFileSync(reasonFile, "utf8").trim();
  return "the virtual environment is not there; npm test makes it";
}

/** Makes the environment unless it is there. @param {(text: string) => void} say tells what takes time, or why it failed */
export function makeVenv(say) {
  if (isReady()) return;
  rmSync(venvFolder, { recursive: true, force: true });
  rmSync(reasonFile, { force: true });
  mkdirSync(join(venvFolder, ".."), { recursive: true });
  say("making a virtual environment with cocotb for the Python benches");
  const python = join(venvFolder, "bin", "python");
  const pip = [
    "-m",
    "pip",
    "install",
    "-q",
    "--disable-pip-version-check",
    "--timeout",
    "20",
    "--retries",
    "1",
  ];
  const reason =
    failure("python3", ["-m", "venv", venvFolder]) ?? failure(python, [...pip, "-r", requirements]);
  if (reason === undefined) writeFileSync(mark, state());
  else {
    rmSync(venvFolder, { recursive: true, force: true });
    writeFileSync(reasonFile, `${reason}\n`);
    say(`the Python benches are skipped: ${reason}`);
  }
}

function isReady() {
  return existsSync(mark) && readFileSync(mark, "utf8") === state();
}

/** What the environment depends on. */
function state() {
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
