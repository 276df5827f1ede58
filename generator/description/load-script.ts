import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type Diagnostic, type DiagnosticCode, LanewrightError, type Position } from "../diagnostics.ts";
import { setOrigin } from "../dsl/origin.ts";
import { defaultExportOrigin, parseError, sourceOrigin } from "../dsl/source-origin.ts";
import { descriptionWords, type FileWords } from "./file-words.ts";
import type { LoadReport } from "./load-thread.ts";

/** What a thread may use at most, so that a runaway description ends as an error. */
const memoryLimitMB = 512;

/**
 * Runs a TypeScript or JavaScript description in a thread of its own and takes its default export as plain data.
 * @param path absolute path
 * @param timeoutMs the thread is ended after that time
 * @param words what the file should hold
 * @throws LanewrightError when the file throws, never ends, or has no object as default export
 */
export async function loadScript(
  path: string,
  timeoutMs: number,
  words: FileWords = descriptionWords,
): Promise<object> {
  const report = await runThread(path, timeoutMs);
  const top = { file: path, line: 1, column: 1 };
  if (report.kind === "failed") throw scriptError(path, report);
  if (report.kind === "no-default") {
    throw new LanewrightError({
      code: "LW_NO_DEFAULT_EXPORT",
      severity: "error",
      message: "the file has no default export",
      limit: `export default ${words.call}`,
      remedy: `write \`export default\` in front of ${words.builder}`,
      at: top,
    });
  }
  const { description, at } = report;
  const origin = at ? sourceOrigin(at) : defaultExportOrigin(path);
  if (typeof description !== "object" || description === null || Array.isArray(description)) {
    throw new LanewrightError({
      code: "LW_NOT_A_DESCRIPTION",
      severity: "error",
      message: `the default export is not ${words.what}`,
      value: Array.isArray(description)
        ? "an array"
        : `${JSON.stringify(description) ?? String(description)}`,
      limit: `what ${words.builder} returns`,
      remedy: `write \`export default ${words.example}`,
      at: origin.locate([], "value") ?? top,
    });
  }
  setOrigin(description, origin);
  return description;
}

function runThread(path: string, timeoutMs: number): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./load-entry.mjs", import.meta.url), {
      workerData: { path },
      execArgv: [],
      stdout: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMB },
    });
    worker.stdout.pipe(process.stderr, { end: false });
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      act();
      void worker.terminate();
    };
    const fail = (message: string, cause?: unknown) =>
      settle(() => reject(new LanewrightError(neverEnds(path, message, timeoutMs), { cause })));
    const timer = setTimeout(
      () => fail(`importing the file did not end within ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    worker.once("message", (report: LoadReport) => settle(() => resolve(report)));
    worker.once("error", (cause: Error) => {
      settle(() =>
        resolve({ kind: "failed", name: cause.name, message: cause.message, stack: cause.stack ?? "" }),
      );
    });
    worker.once("exit", (code) => {
      if (code === unsettledAwait) return fail("importing the file waits for something that never comes");
      const message = `the file ended its process with code ${code} while it was imported`;
      settle(() => resolve({ kind: "failed", name: "Exit", message, stack: "" }));
    });
  });
}

/** Node's exit code for a top-level await that nothing can settle any more. */
const unsettledAwait = 13;

function neverEnds(path: string, message: string, timeoutMs: number): Diagnostic {
  return {
    code: "LW_DESCRIPTION_TIMEOUT",
    severity: "error",
    message,
    limit: `${timeoutMs / 1000} s`,
    remedy:
      "a description only builds an object: look for an endless loop, a server, or an await without end",
    at: { file: path, line: 1, column: 1 },
  };
}

function scriptError(path: string, failure: LoadReport & { readonly kind: "failed" }): LanewrightError {
  const cause = Object.assign(new Error(failure.message), { name: failure.name, stack: failure.stack });
  const syntax = /^(\/.*?|[A-Za-z]:\\.*?):(\d+):(\d+): ERROR: (.*)$/m.exec(failure.message);
  if (syntax) {
    const at = { file: syntax[1] ?? path, line: Number(syntax[2]), column: Number(syntax[3]) + 1 };
    const message = `the file cannot be parsed: ${syntax[4]}`;
    return failed("LW_DESCRIPTION_SYNTAX", message, "correct the file", at, cause);
  }
  const parsed = failure.name === "SyntaxError" ? parseError(path) : undefined;
  if (parsed) {
    const message = `the file cannot be parsed: ${parsed.message}`;
    return failed("LW_DESCRIPTION_SYNTAX", message, "correct the file", parsed.at, cause);
  }
  const lost = /^Cannot find (?:module|package) '(.*?)'/.exec(failure.message);
  const top = { file: path, line: 1, column: 1 };
  if (lost) {
    const at = importPosition(path, lost[1] ?? "") ?? top;
    const message = `the file imports ${JSON.stringify(lost[1])}, which is not there`;
    return failed("LW_DESCRIPTION_IMPORT", message, "correct the import, or install the package", at, cause);
  }
  const at = framePosition(failure.stack, path) ?? top;
  const what = failure.name === "Exit" ? "" : `the description throws ${failure.name}: `;
  const message = `${what}${failure.message.split("\n")[0]}`;
  return failed("LW_DESCRIPTION_THROWS", message, "make the file import without an error", at, cause);
}

function failed(
  code: DiagnosticCode,
  message: string,
  remedy: string,
  at: Position,
  cause: Error,
): LanewrightError {
  return new LanewrightError({ code, severity: "error", message, remedy, at }, { cause });
}

/** The innermost frame of the stack in the user's own file. */
function framePosition(stack: string, path: string): Position | undefined {
  const frames = [...stack.matchAll(/\(?((?:file:\/\/|\/)[^()\n]*?):(\d+):(\d+)\)?$/gm)].map((match) => ({
    file: match[1]?.startsWith("file:") ? fileURLToPath(match[1].replace(/\?.*$/, "")) : (match[1] ?? ""),
    line: Number(match[2]),
    column: Number(match[3]),
  }));
  return frames.find((one) => one.file === path);
}

/** The import statement of the user's file that names the lost module. */
function importPosition(path: string, lost: string): Position | undefined {
  const lines = readFileSync(path, "utf8").split("\n");
  const line = lines.findIndex(
    (text) => /\b(import|from)\b/.test(text) && text.includes(basename(lost, ".ts")),
  );
  const column = lines[line]?.search(/["'][^"']*["']/) ?? -1;
  return column < 0 ? undefined : { file: path, line: line + 1, column: column + 1 };
}
