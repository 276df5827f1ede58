import { execa } from "execa";
import { exitCodes, LanewrightError } from "./diagnostics.ts";

/** Programs that Lanewright calls, and the Debian package that brings each. */
const packages = {
  verilator: "verilator",
  "g++": "g++",
  make: "make",
  ar: "binutils",
  iverilog: "iverilog",
  yosys: "yosys",
  "yosys-smtbmc": "yosys",
  "yosys-abc": "yosys",
  z3: "z3",
  ccache: "ccache",
  sbatch: "slurm-wlm",
  zlib: "zlib1g-dev",
} as const;

export type Tool = keyof typeof packages;

/** The command that installs `tools` on Debian and Ubuntu. */
export function installCommand(tools: readonly Tool[]): string {
  const names = [...new Set(tools.map((tool) => packages[tool]))].sort();
  return `sudo apt-get install ${names.join(" ")}`;
}

/** The error for programs that are not there: exit code 3, with the command that installs all of them. */
export function missingTools(tools: readonly Tool[], cause?: unknown): LanewrightError {
  const remedy = installCommand(tools);
  return new LanewrightError(
    tools.map((tool) => ({
      code: "LW_TOOL_MISSING" as const,
      severity: "error" as const,
      message: `${tool} is not installed, or not in PATH`,
      remedy,
    })),
    { exitCode: exitCodes.toolMissing, cause },
  );
}

const versionArguments: Readonly<Record<Tool, readonly string[]>> = {
  verilator: ["--version"],
  "g++": ["--version"],
  make: ["--version"],
  ar: ["--version"],
  iverilog: ["-V"],
  yosys: ["-V"],
  "yosys-smtbmc": ["--help"],
  "yosys-abc": ["-h"],
  z3: ["--version"],
  ccache: ["--version"],
  sbatch: ["--version"],
  zlib: [],
};

const known = new Map<string, Promise<string | undefined>>();

/** First line of what `tool` says about its version; undefined when it is not installed. Asked once a PATH. */
export function toolVersion(tool: Tool): Promise<string | undefined> {
  const key = `${tool}\n${process.env.PATH ?? ""}`;
  const asked = known.get(key) ?? askVersion(tool);
  known.set(key, asked);
  return asked;
}

async function askVersion(tool: Tool): Promise<string | undefined> {
  const result = await execa(tool, versionArguments[tool], { reject: false, all: true, stdin: "ignore" });
  if (result.code === "ENOENT" || result.code === "EACCES") return undefined;
  return result.all.split("\n")[0]?.trim() ?? "";
}

/** Versions of all `tools`, in their order; throws {@link missingTools} naming every one that is not there. */
export async function requireTools(tools: readonly Tool[]): Promise<readonly string[]> {
  const versions = await Promise.all(tools.map((tool) => toolVersion(tool)));
  const missing = tools.filter((_tool, index) => versions[index] === undefined);
  if (missing.length > 0) throw missingTools(missing);
  return versions.map((version) => version ?? "");
}
