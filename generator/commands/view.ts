import { statSync } from "node:fs";
import type { Command } from "commander";
import { openBrowser } from "../view/browser.ts";
import { serve } from "../view/server.ts";
import { type Source, sourceOfDesign, sourceOfFolder } from "../view/source.ts";
import { loadDesign } from "./load-design.ts";
import { integer } from "./simulate-values.ts";

interface Options {
  readonly results?: string;
  readonly port: number;
  readonly open: boolean;
  readonly json?: boolean;
}

const help = `
The page is that of datasheet.html, with the results of simulate, prove and synth that are there, and it follows a
simulation while it runs: start \`lanewright simulate\` in another terminal. The files of the device are served beside it.
Only this machine can connect (127.0.0.1). Ctrl-C ends it.

Examples:
  $ lanewright view link.ts                      shows the datasheet of a description
  $ lanewright view rtl-out/link_400g            of a folder that generate has written
  $ lanewright view link.ts --results out/mine   with the results of simulate --out out/mine
  $ lanewright view link.ts --no-open --port 8080
`;

/** Adds the command `view` to the command line. */
export function register(program: Command): void {
  program
    .command("view")
    .description("show the datasheet of a device in a browser, and a simulation while it runs")
    .argument("<file-or-dir>", "description, or a folder that generate has written")
    .option("--results <dir>", "folder with results of simulate and prove (default: out/NAME)")
    .option("-p, --port <number>", "port to listen at; 0: a free one", integer(0, 65_535), 0)
    .option("--no-open", "open no browser")
    .option("--json", "print where it is shown as JSON, in one line")
    .addHelpText("after", help)
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const source = await sourceOf(path, options.results);
  const view = await serve(source, options.port);
  const { name } = source.design;
  const opened = options.open && openBrowser(view.url);
  const text = `${name}: ${view.url}${opened ? ", opened in the browser" : ""}; Ctrl-C ends it`;
  process.stdout.write(`${options.json === true ? JSON.stringify({ name, url: view.url }) : text}\n`);
  await interrupted();
  await view.close();
}

async function sourceOf(path: string, results: string | undefined): Promise<Source> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return sourceOfFolder(path, results);
  return sourceOfDesign(await loadDesign(path), results);
}

/** Waits for Ctrl-C, or for the terminal to be closed. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}
