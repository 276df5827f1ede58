/**
 * What `npm start` and `npm test` need before they can begin: npm packages, and programs of the system. Plain Node, as
 * nothing is installed yet.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeVenv, pythonRuns } from "./python.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));

const oldestNode = 20;
const toolMissing = 3;

/**
 * Programs, the Debian package of each, and what it is for.
 * @typedef {{ name: string, package: string, use: string, present: () => boolean }} Tool
 */

/** Loads the shared library of a Python, which cocotb needs; fails where there is none. */
const loadLibpython = `
import ctypes, os, sysconfig
name = sysconfig.get_config_var("INSTSONAME")
path = os.path.join(sysconfig.get_config_var("LIBDIR"), name)
ctypes.CDLL(path if os.path.exists(path) else name)
`;

/** @type {Record<string, Tool>} */
const tools = Object.fromEntries(
  [
    program("verilator", "verilator", "builds the simulation models, lints"),
    program("g++", "g++", "compiles the models"),
    program("make", "make", "compiles the models"),
    program("iverilog", "iverilog", "lints"),
    program("yosys", "yosys", "lints, checks"),
    program("z3", "z3", "proves"),
    program("tshark", "tshark", "decodes the captures in tests"),
    program("tclsh", "tcl", "runs the emitted scripts in tests"),
    {
      name: "chromium",
      package: "chromium",
      use: "looks at datasheets in tests",
      present: () => ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].some(inPath),
    },
    {
      name: "python3",
      package: "python3-venv",
      use: "runs the Python benches",
      present: () => pythonRuns("import venv, ensurepip"),
    },
    {
      name: "libpython",
      package: "libpython3-dev",
      use: "runs the Python benches",
      present: () => pythonRuns(loadLibpython),
    },
    { name: "zlib", package: "zlib1g-dev", use: "compresses waves", present: zlibPresent },
  ].map((tool) => [tool.name, tool]),
);

/** @returns {Tool} */
function program(name, packageName, use) {
  return { name, package: packageName, use, present: () => inPath(name) };
}

function inPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => folder !== "" && existsSync(join(folder, name)));
}

function zlibPresent() {
  if (!inPath("g++")) return false;
  const call = ["-fsyntax-only", "-x", "c++", "-include", "zlib.h", "/dev/null"];
  return spawnSync("g++", call, { stdio: "ignore" }).status === 0;
}

/** Runs a program of the project in its folder, the terminal passed on. @returns its exit code */
export function runNode(...args) {
  process.on("SIGINT", () => {}); // Ctrl-C is the program's to answer; its exit code says how it ended
  const result = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  return result.status ?? 1;
}

/**
 * Installs what is missing, or says how and ends the process with exit code 3.
 * @param needed names of tools without which it cannot go on
 * @param wanted names of tools that are installed too where that is possible, and only mentioned where it is not
 * @param python makes the virtual environments of Python, where they can be made
 */
export function setUp({ needed, wanted = [], python = false }) {
  if (Number(process.versions.node.split(".")[0]) < oldestNode) {
    end(
      `Node ${oldestNode} or newer is needed (https://nodejs.org); this is ${process.versions.node}.`,
      toolMissing,
    );
  }
  if (packagesAreOld()) {
    say("installing npm packages (npm ci)");
    const result = npm("ci");
    if (result !== 0) end("npm ci failed; see above.", 1);
  }
  linkCommands();
  installTools(needed, wanted);
  if (python && inPath("python3")) for (const name of ["cocotb", "handOff"]) makeVenv(say, name);
}

/** `npx` remembers the commands that a clone had when it was first used there; this makes it find later ones, too. */
function linkCommands() {
  const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const folder = join(root, "node_modules", ".bin");
  for (const [name, path] of Object.entries(bin)) {
    try {
      if (!existsSync(join(folder, name))) symlinkSync(join("..", "..", path), join(folder, name));
    } catch {
      // npx works without where it has not been used before
    }
  }
}

function installTools(needed, wanted) {
  const missing = [...needed, ...wanted].filter((name) => !tools[name].present());
  if (missing.length === 0) return;
  const use = missing.map((name) => `${name} (${tools[name].use})`).join(", ");
  const packages = [...new Set(missing.map((name) => tools[name].package))].sort();
  const prefix = aptPrefix();
  if (prefix !== undefined) {
    say(`not installed: ${use}; installing through apt-get: ${packages.join(" ")}`);
    aptInstall(prefix, packages);
  }
  const still = missing.filter((name) => !tools[name].present());
  if (still.length === 0) return;
  const command = `sudo apt-get install ${[...new Set(still.map((name) => tools[name].package))].sort().join(" ")}`;
  if (still.some((name) => needed.includes(name))) {
    end(
      `Missing: ${still.join(", ")}. On Debian and Ubuntu this installs what is missing:\n  ${command}`,
      toolMissing,
    );
  }
  say(`not installed: ${still.join(", ")}; what needs them is skipped. To install: ${command}`);
}

function packagesAreOld() {
  const installed = join(root, "node_modules", ".package-lock.json");
  const lock = join(root, "package-lock.json");
  if (!existsSync(installed)) return true;
  return existsSync(lock) && statSync(installed).mtimeMs < statSync(lock).mtimeMs;
}

function npm(...args) {
  const script = process.env.npm_execpath;
  const [command, first] = script === undefined ? ["npm", []] : [process.execPath, [script]];
  return spawnSync(command, [...first, ...args], { cwd: root, stdio: "inherit" }).status ?? 1;
}

/** Words in front of apt-get that make it work without a question; undefined when there are none. */
function aptPrefix() {
  if (!inPath("apt-get")) return undefined;
  if (process.getuid?.() === 0) return [];
  const asked = spawnSync("sudo", ["-n", "true"], { stdio: "ignore" });
  return asked.status === 0 ? ["sudo", "-n"] : undefined;
}

/** Installs; where the lists of packages are missing or old, fetches them and tries again. */
function aptInstall(prefix, packages) {
  const install = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install"];
  const options = ["-y", "-q", "--no-install-recommends"];
  const [command, ...args] = [...prefix, ...install, ...options, ...packages];
  const stdio = ["ignore", "ignore", "inherit"];
  if (spawnSync(command, args, { stdio: "ignore" }).status === 0) return;
  const [updater, ...update] = [...prefix, "apt-get", "update", "-q"];
  spawnSync(updater, update, { stdio });
  spawnSync(command, args, { stdio });
}

/** A line on standard error: standard output belongs to the work itself. */
export function say(text) {
  process.stderr.write(`[lanewright] ${text}\n`);
}

function end(text, code) {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}
