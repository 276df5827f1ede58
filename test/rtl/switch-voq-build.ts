/** Single modules of a switch as models, with no more of the design than they are made of. */
import { basename } from "node:path";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { filesOf } from "../../generator/views/index.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { buildTexts } from "./build.ts";

/** Builds and opens a module of a switch by its suffix; `change` may add faults to the texts. */
export async function openSwitchPart(
  design: SwitchDesign,
  suffix: string,
  change: (name: string, text: string) => string = (_name, text) => text,
): Promise<Model> {
  const top = `${design.name}_${suffix}`;
  const files = new Map(filesOf(design).map((file) => [basename(file.path, ".v"), file]));
  const texts = new Map<string, string>();
  const open = [top];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const file = files.get(name);
    if (file === undefined || texts.has(name)) continue;
    const text = renderTemplate(file.template, file.view);
    texts.set(name, change(name, text));
    for (const [, other] of text.matchAll(/^ *(\w+) (?:#\(|\w+ \()/gmu)) open.push(other!);
  }
  return openModel(await buildTexts(top, texts, undefined, true));
}
