import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodes, LanewrightError } from "../diagnostics.ts";
import { run } from "../prove/solver.ts";
import { toolVersion } from "../tools.ts";

/** The Yosys that does the work: the one of the system when it is there, else the one that npm brought. */
export interface Yosys {
  /** As it names itself, for reports and for the keys of the cache. */
  readonly version: string;
  readonly wasm: boolean;
}

const wasmPackage = "@yowasp/yosys";

/** Version of the WebAssembly package; undefined when it is not installed. */
function wasmVersion(): string | undefined {
  try {
    // Its `exports` hide package.json: found beside the entry
    const entry = createRequire(import.meta.url).resolve(wasmPackage);
    const about = readFileSync(join(entry, "..", "..", "package.json"), "utf8");
    return (JSON.parse(about) as { readonly version: string }).version;
  } catch {
    return undefined;
  }
}

/**
 * @param wanted `native` and `wasm` insist on one of the two
 * @throws LanewrightError LW_TOOL_MISSING, exit code 3
 */
export async function findYosys(wanted: "native" | "wasm" | "any" = "any"): Promise<Yosys> {
  const native = wanted === "wasm" ? undefined : await toolVersion("yosys");
  if (native !== undefined) return { version: native, wasm: false };
  const wasm = wanted === "native" ? undefined : wasmVersion();
  if (wasm !== undefined) return { version: `Yosys ${wasm} (${wasmPackage})`, wasm: true };
  throw new LanewrightError(
    {
      code: "LW_TOOL_MISSING",
      severity: "error",
      message: `yosys is not in PATH${wanted === "native" ? "" : `, and the package ${wasmPackage} is not installed`}`,
      remedy: `sudo apt-get install yosys${wanted === "native" ? "" : `, or npm install ${wasmPackage}`}`,
    },
    { exitCode: exitCodes.toolMissing },
  );
}

/** Time that a call of Yosys may take, s: far beyond the largest module. */
const mostSeconds = 7200;

/**
 * Runs a script over `files` (texts by name), which lie in the working directory, and gives the files `outputs` back.
 * @param what named in the error when Yosys fails
 * @throws LanewrightError LW_SYNTH_FAILED, exit code 1, with what Yosys said last
 */
export async function runYosys(
  yosys: Yosys,
  what: string,
  script: readonly string[],
  files: Readonly<Record<string, string>>,
  outputs: readonly string[],
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-synth-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove); // Ctrl-C ends the process on its way through here
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "script.ys"), script.map((line) => `${line}\n`).join(""));
    const result = yosys.wasm
      ? await run(process.execPath, [wasmRunner, ...outputs], { folder, seconds: mostSeconds })
      : await run("yosys", ["-q", "-s", "script.ys"], { folder, seconds: mostSeconds });
    if (result.exitCode !== 0) throw failed(what, result.output);
    return outputs.map((name) => readFileSync(join(folder, name), "utf8"));
  } finally {
    process.off("exit", remove);
    remove();
  }
}

const wasmRunner = fileURLToPath(new URL("./wasm-yosys.mjs", import.meta.url));

function failed(what: string, output: string): LanewrightError {
  const lines = output.trim().split("\n");
  const error = lines.filter((line) => /ERROR/.test(line)).at(-1) ?? lines.at(-1) ?? "";
  return new LanewrightError(
    {
      code: "LW_SYNTH_FAILED",
      severity: "error",
      message: `Yosys failed on ${what}`,
      value: error.trim(),
      remedy: "`lanewright lint` may name the place; else this is a mistake in lanewright or in Yosys",
    },
    { exitCode: exitCodes.workFailed },
  );
}
