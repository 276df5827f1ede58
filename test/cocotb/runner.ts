/** Calls of `cocotb-runner-cli` as a user makes them. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { venvFolder, whyNoVenv } from "../../scripts/python.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Why benches in Python cannot run here; undefined where they can. */
export const noPython: string | undefined = whyNoVenv();

/** Name of a group of tests, with the reason where they are skipped. */
export function named(name: string): string {
  return noPython === undefined ? name : `${name} (skipped: ${noPython})`;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command; the virtual environment of the tests is the active one unless `env` says other. */
export function runner(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<Outcome> {
  const { cwd = root, env = {} } = options;
  const call = [`${root}/bin/cocotb-runner-cli.mjs`, ...args];
  const all = { ...process.env, VIRTUAL_ENV: venvFolder, NO_COLOR: "1", ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, call, { cwd, env: all, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : typeof error.code === "number" ? error.code : -1,
        stdout,
        stderr,
      });
    });
  });
}
