import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LatencyStage } from "../../generator/design/link.ts";
import { deviceRegisters } from "../../generator/elaborate/device-registers.ts";
import { renderDatasheet } from "../../generator/emit/datasheet.ts";
import { renderDesign } from "../../generator/emit/index.ts";
import { type AnyDesign, elaborate, loadDescription } from "../../generator/index.ts";
import { chromiumPath, launchOptions } from "./chromium.ts";
import { colors, contrastFaults, cutOff, focusedLink, pageWidth, topOf, unreachable } from "./in-page.mjs";
import { proofs, simulation, synthesis } from "./results.ts";

interface Sheet {
  readonly design: AnyDesign;
  readonly url: string;
  readonly modules: ReadonlyMap<string, string>;
}

const none = chromiumPath() === undefined;
if (none)
  process.stderr.write("test/datasheet: no Chromium; install it (apt-get install chromium) to run these\n");

const work = mkdtempSync(join(tmpdir(), "lanewright-browser-"));
let browser: Browser;
let link: Sheet;
let leaf: Sheet;
let nic: Sheet;

/** A page as it is after `generate` and the runs, in a file of its own. */
async function sheetOf(example: string): Promise<Sheet> {
  const path = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url));
  const design = elaborate(await loadDescription(path));
  const files = renderDesign(design);
  const file = join(work, `${design.name}.html`);
  writeFileSync(file, renderDatasheet(design, files, { folders: [work] }).text);
  const modules = files.filter((one) => one.path.startsWith("rtl/"));
  return {
    design,
    url: pathToFileURL(file).href,
    modules: new Map(modules.map(({ path: name, text }) => [name.replace(/^rtl\/|\.v$/gu, ""), text])),
  };
}

/** Opens a page and notes what it asks for and complains about. */
async function open(sheet: Sheet, options: Parameters<Browser["newPage"]>[0] = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(sheet.url);
  return { page, complaints, requests };
}

describe.skipIf(none)("the datasheet in Chromium", () => {
  beforeAll(async () => {
    writeFileSync(join(work, "results.json"), JSON.stringify(simulation));
    writeFileSync(join(work, "proofs.json"), JSON.stringify(proofs));
    writeFileSync(join(work, "synth.json"), JSON.stringify(synthesis));
    [link, leaf, nic] = await Promise.all([
      sheetOf("link-400g.ts"),
      sheetOf("leaf4.ts"),
      sheetOf("nic-100g.ts"),
    ]);
    browser = await chromium.launch(launchOptions);
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(work, { recursive: true, force: true });
  });

  it.each(["light", "dark"] as const)(
    "renders in %s without complaint or request, and can be read",
    async (colorScheme) => {
      for (const sheet of [link, leaf, nic]) {
        const { page, complaints, requests } = await open(sheet, { colorScheme });
        const { ground } = await page.evaluate(colors);
        const [red = 0] = (ground.match(/\d+/gu) ?? []).map(Number);
        expect(red > 128).toBe(colorScheme === "light");
        expect(await page.evaluate(contrastFaults)).toEqual([]);
        expect(complaints).toEqual([]);
        expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([sheet.url]);
        await page.close();
      }
    },
  );

  it("draws the modules and ports that the device has, with the numbers of its design", async () => {
    for (const sheet of [link, leaf, nic]) {
      const { page } = await open(sheet);
      const { design, modules } = sheet;
      const names = await page.locator("#diagram-port .name").allTextContents();
      const body = modules.get(`${design.name}_link_port`) ?? "";
      const instances = [
        ...body.matchAll(new RegExp(`^ {4}${design.name}_(\\w+) (?:#\\([^;]*?\\) )?\\w+ \\($`, "gmu")),
      ];
      const inside = instances.map(([, module]) => module).filter((module) => module !== "link_csr");
      const outside = ["packets to send", "packets received", "MII out", "MII in"];
      expect(inside.length).toBeGreaterThan(10);
      expect(names.toSorted()).toEqual([...inside, ...outside].toSorted());

      const top = modules.get(design.name) ?? "";
      const ports = [...top.matchAll(/^\s+(input|output)\s+wire\s+(\[[^\]]*\])?\s*(\w+)/gmu)]
        .map(([, , range = "", name = ""]) => `${name}${range}`)
        .filter((name) => !/^p[2-9]_/u.test(name));
      expect((await page.locator("#diagram-ports .port").allTextContents()).toSorted()).toEqual(
        ports.toSorted(),
      );

      const stages = Object.values<readonly LatencyStage[]>(design.latencyBudget).flat();
      const segments = await page.locator("#latency-chart rect title").allTextContents();
      expect(segments).toHaveLength(stages.length);
      for (const [at, { module, what }] of stages.entries())
        expect(segments[at]).toContain(`${module}: ${what}`);
      const bits = design.memories.reduce((sum, memory) => sum + memory.bits, 0);
      expect(await page.locator("#memory .total").textContent()).toContain(bits.toLocaleString("en-US"));
      for (const { id, value } of Object.values(design.derived)) {
        const row = page.locator("#numbers tr", { has: page.getByText(id, { exact: true }) }).first();
        expect(await row.locator("strong").first().textContent()).toBe(
          value.toLocaleString("en-US", { maximumFractionDigits: 3 }),
        );
      }
      await page.close();
    }
  });

  it("draws the blocks of a switch", async () => {
    const { page } = await open(leaf);
    const names = new Set(await page.locator("#diagram-switch .name").allTextContents());
    for (const name of [
      "link_port",
      "route_lookup",
      "voq_buffer",
      "crossbar",
      "scheduler",
      "management_port",
    ])
      expect(names).toContain(name);
    const text = await page.locator("#diagram-switch").textContent();
    if (leaf.design.kind !== "switch") throw new Error("leaf4 is a switch");
    expect(text).toContain(`${leaf.design.derived.pagesPerPort.value} pages`);
    await page.close();
  });

  it("draws the modules of an adapter, its formats and its buses", async () => {
    const { page } = await open(nic);
    const { design, modules } = nic;
    const body = modules.get(`${design.name}_nic_core`) ?? "";
    const inside = [
      ...body.matchAll(new RegExp(`^ {4}${design.name}_(\\w+) (?:#\\([^;]*?\\) )?\\w+ \\($`, "gmu")),
    ];
    expect(inside.length).toBeGreaterThan(15);
    const names = await page.locator("#diagram-nic .name").allTextContents();
    expect(names.toSorted()).toEqual(
      [...inside.map(([, module]) => module), "host memory", "link_port", "software"].toSorted(),
    );
    expect(await page.locator("#bits-cqe").textContent()).toContain("STATUS");
    expect(await page.locator("#interfaces").textContent()).toContain("m_axi_awaddr");
    await page.locator("#register-search").fill("sq_doorbell");
    const rows = await page.locator("#register-map tbody tr:visible").allTextContents();
    expect(rows.length).toBeGreaterThan(0);
    await page.close();
  });

  it("finds registers by name, address and meaning, with the keyboard alone", async () => {
    const { page } = await open(leaf);
    const rows = page.locator("#register-map tbody tr:visible");
    const maps = deviceRegisters(leaf.design).blocks.map(({ map }) => map);
    const all = maps.reduce(
      (sum, { groups, counters }) =>
        sum +
        counters.length +
        groups.flatMap(({ registers }) => registers.flatMap(({ fields }) => fields)).length,
      0,
    );
    expect(await rows.count()).toBe(all);
    await page.keyboard.press("/");
    await page.keyboard.type("replay timer");
    const found = await rows.allTextContents();
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(8);
    for (const row of found) expect(row.toLowerCase()).toMatch(/replay[\s\S]*timer|timer[\s\S]*replay/u);
    expect(await page.locator("#register-count").textContent()).toBe(`${found.length} of ${all}`);
    await page.locator("#register-search").fill("0x014 lid");
    expect(await rows.allTextContents()).toHaveLength(1);
    await page.locator("#register-search").fill("there is no such register");
    expect(await rows.count()).toBe(0);
    await page.keyboard.press("Escape");
    expect(await rows.count()).toBe(all);
    await page.close();
  });

  it("is walked through by keyboard", async () => {
    const { page } = await open(link);
    const focused = (): Promise<string> => page.evaluate(focusedLink);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("#overview");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("#overview");
    for (let step = 0; step < 6; step++) await page.keyboard.press("Tab");
    expect(await focused()).toBe("#memory");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(topOf, "memory")).toBeLessThan(40);
    // What is wider than its place can be reached and scrolled
    expect(await page.evaluate(unreachable)).toEqual([]);
    await page.close();
  });

  it("fits a screen of 360 pixels", async () => {
    for (const sheet of [link, leaf, nic]) {
      const { page } = await open(sheet, { viewport: { width: 360, height: 740 } });
      expect(await page.evaluate(pageWidth)).toBe(360);
      // Derived numbers are cards there, not a table to be scrolled
      const box = await page.locator("#numbers .stack").first().boundingBox();
      expect((box?.width ?? 999) + (box?.x ?? 0)).toBeLessThanOrEqual(360);
      await page.close();
    }
  });

  it("prints on paper, without what only a screen can do", async () => {
    const { page } = await open(link, { colorScheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.locator("#register-search").isVisible()).toBe(false);
    expect((await page.evaluate(colors)).ink).toBe("rgb(0, 0, 0)");
    await page.setViewportSize({ width: 688, height: 1000 }); // A4 between its margins
    expect(await page.evaluate(cutOff, 690)).toEqual([]);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    const pages = pdf.toString("latin1").match(/\/Type \/Page\b/gu)?.length ?? 0;
    expect(pages).toBeGreaterThan(8);
    expect(pages).toBeLessThan(40);
    await page.close();
  });
});
