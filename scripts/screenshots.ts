/**
 * `npm run screenshots [FILE ...]`: the pictures of datasheets in the documents, taken in the system's Chromium. Not
 * compared byte by byte.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium, type Page } from "playwright-core";
import { renderDatasheet } from "../generator/emit/datasheet.ts";
import { renderDesign } from "../generator/emit/index.ts";
import { elaborate, loadDescription } from "../generator/index.ts";
import { launchOptions } from "../test/datasheet/chromium.ts";

interface Shot {
  readonly file: string;
  readonly example: string;
  readonly size: readonly [width: number, height: number];
  readonly dark?: boolean;
  /** What is at the top of the picture; the title unless given. */
  readonly at?: string;
  readonly prepare?: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  { file: "datasheet-switch.png", example: "leaf4.ts", size: [1240, 940] },
  { file: "datasheet-dark.png", example: "link-400g.ts", size: [1240, 900], dark: true, at: "memory" },
  {
    file: "datasheet-search.png",
    example: "link-400g.ts",
    size: [1240, 640],
    at: "register-search",
    prepare: (page) => page.locator("#register-search").fill("replay"),
  },
  { file: "datasheet-nic.png", example: "nic-100g.ts", size: [1240, 1080], at: "block-diagram" },
  { file: "datasheet-interface.png", example: "link-400g.ts", size: [1240, 900], at: "if-stream-p0-tx" },
];

const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "lanewright-screenshots-"));
const browser = await chromium.launch(launchOptions);
const wanted = process.argv.slice(2);
for (const { file, example, size, dark = false, at, prepare } of shots) {
  if (wanted.length > 0 && !wanted.includes(file)) continue;
  const design = elaborate(await loadDescription(join(root, "examples", example)));
  const html = join(work, `${design.name}.html`);
  writeFileSync(
    html,
    renderDatasheet(design, renderDesign(design), { folders: [join(root, "out", design.name)] }).text,
  );
  const [width, height] = size;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? "dark" : "light" });
  await page.goto(pathToFileURL(html).href);
  await prepare?.(page);
  if (at !== undefined) await page.locator(`#${at}`).evaluate((one) => one.scrollIntoView());
  await page.waitForTimeout(200);
  const path = join(root, "docs", file);
  await page.screenshot({ path });
  process.stdout.write(`docs/${file}: ${Math.round(statSync(path).size / 1000)} KB\n`);
  await page.close();
}
await browser.close();
rmSync(work, { recursive: true });
