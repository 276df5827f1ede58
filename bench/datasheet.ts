/**
 * Datasheets: size of the page, time to write it, time until Chromium has drawn it. `npx tsx bench/datasheet.ts [FILE ...]`
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { renderDatasheet } from "../generator/emit/datasheet.ts";
import { renderDesign } from "../generator/emit/index.ts";
import { elaborate, loadDescription } from "../generator/index.ts";
import { launchOptions } from "../test/datasheet/chromium.ts";

const given = process.argv.slice(2);
const files =
  given.length > 0 ? given : ["examples/link-400g.ts", "examples/leaf4.ts", "examples/link-400g-pcs.ts"];
const loads = 5;
const work = mkdtempSync(join(tmpdir(), "lanewright-bench-"));
const browser = await chromium.launch(launchOptions);

for (const file of files) {
  const design = elaborate(await loadDescription(file));
  const rendered = renderDesign(design);
  const begin = performance.now();
  const { text } = renderDatasheet(design, rendered, { folders: [] });
  const writing = performance.now() - begin;
  const path = join(work, `${design.name}.html`);
  writeFileSync(path, text);
  const times: number[] = [];
  for (let load = 0; load < loads; load++) {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path).href);
    times.push(await page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart"));
    await page.close();
  }
  const kb = (bytes: number): string => `${Math.round(bytes / 1000)} KB`;
  const median = times.toSorted((a, b) => a - b)[Math.floor(loads / 2)];
  const size = `${kb(Buffer.byteLength(text))}, ${kb(gzipSync(text).length)} compressed`;
  process.stdout.write(
    `${design.name}: ${size}; written in ${Math.round(writing)} ms; loaded in ${median} ms\n`,
  );
}
await browser.close();
rmSync(work, { recursive: true });
