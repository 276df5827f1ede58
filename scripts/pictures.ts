import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderDesign } from "../generator/emit/index.ts";
import { elaborate, loadDescription, loadLinkDescription } from "../generator/index.ts";
import { drawLinkPort } from "../generator/views/pictures/link-port.ts";
import { moduleTexts } from "../generator/views/pictures/module-texts.ts";
import { drawPcs } from "../generator/views/pictures/pcs.ts";
import { drawSwitch } from "../generator/views/pictures/switch.ts";
import { drawPipeline } from "./pictures/pipeline.ts";
import { drawRetry } from "./pictures/retry.ts";
import { drawSwitchBuffer } from "./pictures/switch-buffer.ts";
import { drawSwitchLatency } from "./pictures/switch-latency.ts";
import { drawWaveform } from "./pictures/waveform.ts";

/**
 * Every picture of the documents, by its path in the project. The same sources give the same bytes.
 * @param simulated draws those of simulations, too, which takes models
 */
export async function pictures(simulated = true): Promise<Readonly<Record<string, string>>> {
  const design = elaborate(await loadLinkDescription(pathOf("examples/link-400g.ts")));
  const leaf = elaborate(await loadDescription(pathOf("examples/leaf4.ts")));
  const lanes = elaborate(await loadLinkDescription(pathOf("examples/link-400g-pcs.ts")));
  if (lanes.pcs?.kind !== "clause119") throw new Error(`${lanes.name} has no PCS of clause 119`);
  if (leaf.kind !== "switch") throw new Error(`${leaf.name} is not a switch`);
  return {
    "docs/pipeline.svg": drawPipeline(),
    "docs/link-port.svg": drawLinkPort(design, moduleTexts(renderDesign(design))),
    "docs/pcs.svg": drawPcs(lanes.name, lanes.clockMHz, lanes.pcs),
    "docs/retry.svg": drawRetry(),
    "docs/switch.svg": drawSwitch(leaf, moduleTexts(renderDesign(leaf))),
    "docs/switch-buffer.svg": drawSwitchBuffer(leaf),
    "docs/switch-latency.svg": drawSwitchLatency(leaf),
    ...(simulated && { "docs/waveform.svg": await drawWaveform() }),
  };
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, svg] of Object.entries(await pictures())) {
    writeFileSync(pathOf(path), svg);
    process.stdout.write(`${path}\n`);
  }
}
