/**
 * The changes that are kept by hand, in `breaks.ts` and `breaks-NAME.ts` of `test/rtl/`, and in `breaks.ts` of `test/conformance/`,
 * `test/link/` and `test/switch/`: one model and one run of its bench for each.
 */
import { readdirSync } from "node:fs";
import { renderDesign } from "../../generator/emit/generate.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import type { FileOfDesign } from "../../generator/views/files.ts";
import { filesOf } from "../../generator/views/index.ts";
import { switchDesignOf } from "../../sim/switch/open.ts";
import { keptBreaks as conformanceBreaks } from "../conformance/breaks.ts";
import { breaks as linkBreaks } from "../link/breaks.ts";
import type { Breaks } from "../rtl/breaks.ts";
import { benchDesign } from "../rtl/link-bench.ts";
import { breaks as switchBreaks } from "../switch/breaks.ts";
import { smallSwitch } from "../switch/devices.ts";
import { type Fate, startBench } from "./bench-process.ts";
import { benchFile } from "./campaign.ts";

export interface Kept extends Omit<Breaks, "changes"> {
  readonly from: string;
  readonly to: string;
  /** False where the module as it is emitted has no such text. */
  readonly found: boolean;
}

/** Files that `breaks-NAME.ts` looks for its texts in. */
type Files = readonly Pick<FileOfDesign, "template" | "view">[];

/** A first build of a large model, and a bench that hangs. */
const longestSeconds = 1800;

/** @returns whether every change was noticed by its bench */
export async function runKept(
  wanted: readonly string[],
  progress: (text: string) => void,
  stopped: () => boolean,
): Promise<boolean> {
  const names = (one: Kept): string[] => [one.bench, one.bench.replace("../", ""), one.module];
  const chosen = (await readKept()).filter(
    (one) => wanted.length === 0 || names(one).some((n) => wanted.includes(n)),
  );
  let caught = 0;
  let run = 0;
  for (const one of chosen) {
    if (stopped()) break;
    progress(`${run} of ${chosen.length} kept changes, ${one.bench}: ${one.from}`);
    const fate = await fateOf(one);
    run += 1;
    if (fate.end === "killed") caught += 1;
    const how = fate.end === "alive" ? "no test failed" : fate.how;
    const word = { killed: "caught", alive: "ALIVE ", broken: "BROKEN" }[fate.end];
    process.stdout.write(`${word} ${one.module}: ${one.from} -> ${one.to}\n         ${how}\n`);
  }
  process.stdout.write(`${caught} of ${run} changes caught\n`);
  return caught === chosen.length && chosen.length > 0;
}

async function fateOf({ bench, only, from, to, found, whole }: Kept): Promise<Fate> {
  if (!found) return { end: "broken", how: "the module has no such text" };
  const change = { from, to, byBench: whole !== true };
  const one = startBench({ file: benchFile(`rtl/${bench}`), only, change, random: false });
  try {
    return await one.run({ mutant: "", limit: 1e15 }, longestSeconds);
  } finally {
    one.close();
  }
}

/** All of them; a text that the module no longer has is told by `found`. */
export async function readKept(): Promise<readonly Kept[]> {
  const folder = new URL("../rtl/", import.meta.url);
  const names = readdirSync(folder).filter((name) => /^breaks.*\.ts$/u.test(name));
  const lists = await Promise.all(
    names.toSorted().map(async (name) => {
      const list = (await import(new URL(name, folder).href)) as { breaks: readonly Breaks[]; files?: Files };
      return keptOf(list.breaks, list.files ?? filesOf(benchDesign()));
    }),
  );
  const switchText = renderDesign(switchDesignOf(smallSwitch))
    .map(({ text }) => text)
    .join("\n");
  const ofSwitch = switchBreaks.map((one) => ({ ...one, bench: `../switch/${one.bench}`, module: "switch" }));
  return [
    ...lists.flat(),
    ...keptOf(linkBreaks, filesOf(benchDesign())),
    ...keptOf(conformanceBreaks, undefined),
    ...keptOf(ofSwitch, undefined).map((one) => ({ ...one, found: switchText.includes(one.from) })),
  ];
}

/** Where it is not known which file has a text, the bench says so itself. */
function keptOf(list: readonly Breaks[], files: Files | undefined): Kept[] {
  return list.flatMap(({ changes, ...rest }) => {
    const path = rest.module.includes("/") ? rest.module : `link/${rest.module}`;
    const text = files
      ?.filter(({ template }) => template === `${path}.v.hbs`)
      .map(({ template, view }) => renderTemplate(template, view))
      .join("");
    return changes.map(([from, to]) => ({ ...rest, from, to, found: text?.includes(from) ?? true }));
  });
}
