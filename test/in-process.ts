/** The command line in the process of a test: starting one takes longer than most commands do. */
import { endQuietly, main } from "../generator/cli.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `lanewright` with these words in a folder; one call at a time. */
export async function lanewrightHere(folder: string, args: readonly string[]): Promise<Outcome> {
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write] as const;
  const [before, codeBefore] = [process.cwd(), process.exitCode];
  const text = { out: "", err: "" };
  const into = (key: "out" | "err") => (chunk: string | Uint8Array) => {
    text[key] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    return true;
  };
  process.chdir(folder);
  process.exitCode = undefined;
  stdout.write = into("out");
  stderr.write = into("err");
  try {
    await main([process.execPath, "lanewright", ...args]);
    return { code: Number(process.exitCode ?? 0), ...text };
  } finally {
    [stdout.write, stderr.write] = writes;
    stdout.off("error", endQuietly);
    process.exitCode = codeBefore;
    process.chdir(before);
  }
}
