import { type ChildProcess, execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs `lanewright simulate` in a folder; `begun` is given the process. */
export function simulate(
  cwd: string,
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly begun?: (child: ChildProcess) => void;
  } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const call = [join(root, "bin/lanewright.mjs"), "simulate", ...args];
    const settings = { cwd, env: { ...process.env, ...options.env }, maxBuffer: 1 << 26 };
    const child = execFile(process.execPath, call, settings, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
    });
    options.begun?.(child);
  });
}
