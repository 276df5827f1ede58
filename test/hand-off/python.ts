import { join } from "node:path";
import { execa } from "execa";
import { handOffFolder, whyNoVenv } from "../../scripts/python.mjs";

/** Why the programs of the virtual environment cannot be used here; undefined where they can. */
export const noVenv: string | undefined = whyNoVenv("handOff");

/** A program of the virtual environment. */
export const inVenv = (program: string): string => join(handOffFolder, "bin", program);

/** Runs a program of the virtual environment; what it printed, all of it, and its exit code. */
export async function runInVenv(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly code: number; readonly text: string }> {
  const env = { PATH: `${join(handOffFolder, "bin")}:${process.env.PATH ?? ""}`, XDG_CONFIG_HOME: cwd };
  const result = await execa(inVenv(program), args, { cwd, env, all: true, reject: false });
  return { code: result.exitCode ?? -1, text: result.all };
}
