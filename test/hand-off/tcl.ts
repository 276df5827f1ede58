import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Names } from "./devices.ts";

const common = fileURLToPath(new URL("stubs/common.tcl", import.meta.url));

/** Tools whose commands there are stand-ins for. */
export type TclTool = "vivado" | "quartus" | "xdc" | "sdc" | "quartus-sdc";

export interface TclOutcome {
  readonly ok: boolean;
  /** Calls of the tool's commands, in their order. */
  readonly calls: readonly string[];
  /** What went wrong, in the words of the stand-ins. */
  readonly problem: string;
}

/** Runs a script in tclsh with stand-ins for the commands of a tool, in a folder of its own. */
export async function runTcl(
  tool: TclTool,
  { script, names, folder, args = [] }: { script: string; names: Names; folder: string; args?: string[] },
): Promise<TclOutcome> {
  const list = join(folder, "names.txt");
  const lines = [
    ...Object.keys(names.ports).map((name) => `port ${name}`),
    ...names.registers.map((path) => `register ${path}`),
  ];
  writeFileSync(list, `${lines.join("\n")}\n`);
  const call = [common, tool, list, script, ...args];
  const result = await execa("tclsh", call, { cwd: folder, reject: false });
  const calls = result.stdout.split("\n").filter((line) => line !== "");
  return { ok: result.exitCode === 0, calls, problem: result.stderr.split("\n")[0] ?? "" };
}
