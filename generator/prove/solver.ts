import { type ChildProcess, spawn } from "node:child_process";

/** What a program said and how it ended. */
export interface Run {
  readonly output: string;
  readonly exitCode: number;
  /** True when it was stopped because its time was over. */
  readonly timedOut: boolean;
  readonly seconds: number;
}

const running = new Set<ChildProcess>();
let watching = false;

/**
 * Runs a program with the solvers that it starts in a group of their own, so that all of them end with it: when the time
 * is over, and when this process ends.
 */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly folder: string; readonly seconds: number },
): Promise<Run> {
  watch();
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    let timedOut = false;
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    const timer = setTimeout(() => {
      timedOut = true;
      end(child);
    }, options.seconds * 1000);
    child.on("error", (cause) => {
      clearTimeout(timer);
      running.delete(child);
      reject(cause);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      running.delete(child);
      const seconds = Math.round(performance.now() - begin) / 1000;
      resolve({ output: Buffer.concat(chunks).toString("utf8"), exitCode: code ?? -1, timedOut, seconds });
    });
  });
}

function end(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // it has just ended by itself
  }
}

/** Ctrl-C reaches only this process; the groups of the solvers are ended on the way out. */
function watch(): void {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    for (const child of running) end(child);
  });
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}

/** Lets at most `count` pieces of work run at once; the others wait in their order. */
export function limiter(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
