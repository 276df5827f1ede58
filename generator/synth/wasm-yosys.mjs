/**
 * Runs the Yosys of npm, compiled to WebAssembly, over the files of the working directory: `script.ys`, then writes the
 * outputs named on the command line. A process of its own, so that it can be stopped, and gives its memory back.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Exit, runYosys } from "@yowasp/yosys";

const text = new TextDecoder();
const write = (bytes) => process.stdout.write(bytes === null ? "" : text.decode(bytes));
const files = Object.fromEntries(readdirSync(".").map((name) => [name, readFileSync(name)]));
try {
  const after = await runYosys(["-q", "-s", "script.ys"], files, {
    stdout: write,
    stderr: write,
    decodeASCII: false,
  });
  for (const name of process.argv.slice(2)) writeFileSync(name, after[name]);
} catch (error) {
  if (!(error instanceof Exit)) throw error;
  process.exitCode = error.code;
}
