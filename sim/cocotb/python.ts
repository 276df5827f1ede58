/** The Python that cocotb runs in: which one, and whether all that is needed is there. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { exitCodes, LanewrightError } from "../../generator/diagnostics.ts";

/** The release that the runner is tested with; 2.x needs a later Verilator than 5.006, and reads wrong data from that. */
export const cocotbRelease = "1.9.2";

const requirements = fileURLToPath(new URL("../../examples/cocotb/requirements.txt", import.meta.url));

/** What a Python says about itself and its cocotb. */
export interface PythonTools {
  /** The interpreter as it was called. */
  readonly command: string;
  readonly version: string;
  readonly cocotb: string;
  /** Folder of cocotb's libraries. */
  readonly libs: string;
  /** Folder of its shared files, `lib/verilator/verilator.cpp` among them. */
  readonly share: string;
  readonly libpython: string;
  /** Folder of the virtual environment that it is of, or of the installation. */
  readonly prefix: string;
  readonly venv: boolean;
}

const question = `
import importlib.metadata, json, sys
answer = {"version": "%d.%d.%d" % sys.version_info[:3], "executable": sys.executable,
          "prefix": sys.prefix, "venv": sys.prefix != sys.base_prefix}
try:
    answer["cocotb"] = importlib.metadata.version("cocotb")
    if answer["cocotb"].startswith("1."):
        import cocotb.config, find_libpython
        answer["libs"] = cocotb.config.libs_dir
        answer["share"] = cocotb.config.share_dir
        answer["libpython"] = find_libpython.find_libpython()
except ImportError as error:
    answer["problem"] = str(error)
print(json.dumps(answer))
`;

interface Answer extends Partial<PythonTools> {
  readonly version: string;
  readonly executable: string;
  readonly prefix: string;
  readonly venv: boolean;
  readonly problem?: string;
}

/**
 * The interpreter to use: `--python` (an interpreter, or the folder of a virtual environment), else the active virtual
 * environment, else `.venv` of the working directory, else `python3`.
 */
export function chosenPython(given: string | undefined, env = process.env, cwd = process.cwd()): string {
  if (given !== undefined) return isFolder(given) ? join(given, "bin", "python") : given;
  const active = env.VIRTUAL_ENV;
  if (active !== undefined && active !== "") return join(active, "bin", "python");
  const own = join(cwd, ".venv", "bin", "python");
  return existsSync(own) ? own : "python3";
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Asks a Python about cocotb. @throws LanewrightError with exit code 3 and the command that sets right what is wrong */
export async function pythonTools(command: string): Promise<PythonTools> {
  const result = await execa(command, ["-c", question], { reject: false, stdin: "ignore" });
  if (result.code !== undefined && ["ENOENT", "EACCES", "ENOTDIR"].includes(result.code))
    throw missing(
      "LW_PYTHON_MISSING",
      `there is no Python at ${command}`,
      command === "python3"
        ? "sudo apt-get install python3 python3-venv"
        : "give --python the interpreter, or the folder of a virtual environment",
    );
  const answer = parseAnswer(result.stdout);
  if (answer === undefined)
    throw missing(
      "LW_PYTHON_MISSING",
      `${command} does not run as Python 3.8 or newer: ${tail(result.stderr)}`,
      "give --python another interpreter",
    );
  const install = installCommand(answer);
  if (answer.cocotb === undefined)
    throw missing("LW_COCOTB_MISSING", `cocotb is not installed for ${answer.executable}`, install);
  if (!/^1\.(8|9)\./u.test(answer.cocotb))
    throw missing("LW_COCOTB_VERSION", `cocotb of ${answer.executable} is of the wrong version`, install, {
      value: answer.cocotb,
      limit: `1.8 or 1.9; tested with ${cocotbRelease}`,
    });
  const { libs, share, libpython } = answer;
  if (libs === undefined || share === undefined)
    throw missing(
      "LW_COCOTB_MISSING",
      `cocotb of ${answer.executable} cannot be loaded: ${answer.problem ?? "it names no libraries"}`,
      install,
    );
  if (typeof libpython !== "string")
    throw missing(
      "LW_PYTHON_LIBRARY",
      `${answer.executable} (Python ${answer.version}) comes without a shared library, which cocotb loads`,
      `sudo apt-get install libpython${answer.version.split(".").slice(0, 2).join(".")}, or another Python with --python`,
    );
  const { version, cocotb, prefix, venv, executable } = answer;
  return { command: executable, version, cocotb, libs, share, libpython, prefix, venv };
}

/** Into a virtual environment where that Python is of one; else one is made, as many systems refuse anything else. */
function installCommand({ venv, executable }: Answer): string {
  return venv
    ? `${executable} -m pip install -r ${requirements}`
    : `${executable} -m venv .venv && .venv/bin/pip install -r ${requirements}`;
}

function parseAnswer(text: string): Answer | undefined {
  try {
    return JSON.parse(text.trim().split("\n").at(-1) ?? "") as Answer;
  } catch {
    return undefined;
  }
}

function tail(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

function missing(
  code: "LW_PYTHON_MISSING" | "LW_COCOTB_MISSING" | "LW_COCOTB_VERSION" | "LW_PYTHON_LIBRARY",
  message: string,
  remedy: string,
  more: { readonly value?: string; readonly limit?: string } = {},
): LanewrightError {
  return new LanewrightError(
    { code, severity: "error", message, remedy, ...more },
    { exitCode: exitCodes.toolMissing },
  );
}
