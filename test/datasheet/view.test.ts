import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withProgressFile } from "../../generator/commands/simulate-progress.ts";
import { elaborate, generate, loadDescription } from "../../generator/index.ts";
import { loopback, serve, type View } from "../../generator/view/server.ts";
import { sourceOfFolder } from "../../generator/view/source.ts";
import { chromiumPath, launchOptions } from "./chromium.ts";
import { simulation } from "./results.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "lanewright-view-"));
const folder = join(work, "rtl");
const results = join(work, "results");
const run = {
  ...simulation,
  name: "link_25g",
  clockMHz: 400,
  datapathBits: 64,
  rateGbps: 25,
  cableMeters: 3,
};
let view: View;

beforeAll(async () => {
  mkdirSync(results);
  writeFileSync(join(work, "secret.txt"), "not for the page");
  const design = elaborate(await loadDescription(join(root, "examples/link-25g.ts")));
  await generate(design, { out: folder });
  view = await serve(sourceOfFolder(folder, results), 0);
});

afterAll(async () => {
  await view?.close();
  rmSync(work, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks for a path just as it is given. */
function ask(
  path: string,
  options: { readonly method?: string; readonly host?: string } = {},
): Promise<Answer> {
  const { port } = new URL(view.url);
  const headers = { host: options.host ?? `${loopback}:${port}` };
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: loopback, port, path, method: options.method ?? "GET", headers },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    asked.on("error", reject);
    asked.end();
  });
}

describe("lanewright view", () => {
  it("serves the page and the files of the device", async () => {
    expect(view.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/u);
    expect((await ask("/")).text).toContain("<h1>link_25g</h1>");
    const top = await ask("/rtl/link_25g.v");
    expect(top).toEqual({ status: 200, text: readFileSync(join(folder, "rtl/link_25g.v"), "utf8") });
  });

  it.each([
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/rtl/../../secret.txt",
    "/..%2fsecret.txt",
    "/%00",
    "/%E0%A4%A",
    "//etc/passwd",
    "/etc/passwd",
    "/rtl",
    "/.",
  ])("refuses %s", async (path) => {
    const { status, text } = await ask(path);
    expect(status).toBe(404);
    expect(text).toBe("there is no such file\n");
  });

  it("answers to its own address only, and to nothing but GET", async () => {
    expect((await ask("/", { host: "attacker.example" })).status).toBe(403);
    expect((await ask("/", { method: "POST" })).status).toBe(405);
    expect((await ask("/", { method: "HEAD" })).status).toBe(200);
  });

  it.skipIf(chromiumPath() === undefined)(
    "shows phases while they come in, and then the results",
    async () => {
      const browser = await chromium.launch(launchOptions);
      try {
        const page = await browser.newPage();
        const complaints: string[] = [];
        page.on("console", (message) => complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(error.message));
        await page.goto(view.url);
        expect(await page.locator("#live").isVisible()).toBe(false);
        const [first] = run.phases;
        const progress = {
          name: "link_25g",
          phase: "errors (phase 2 of 2)",
          cycles: 1500,
          expectedCycles: 20_000,
        };
        const tell = (more: object): void =>
          writeFileSync(
            join(results, "progress.json"),
            JSON.stringify({ ...progress, phaseCount: 2, ...more }),
          );
        tell({ results: [first] });
        const now = page.locator("#live-now");
        await now.getByText("errors (phase 2 of 2): 1,500 of 20,000 cycles; 1 of 2 phases done").waitFor();
        expect(await page.locator("#live-rows tr").allInnerTexts()).toEqual(["load\t392.69\t98.17\t502\t0"]);
        tell({ results: [first], cycles: 9000 });
        await now.getByText("9,000 of 20,000").waitFor();
        writeFileSync(join(results, "results.json"), JSON.stringify(run));
        rmSync(join(results, "progress.json"));
        await page.locator("#simulation").getByText("3 packets lost").waitFor();
        expect(await page.locator("#live").isVisible()).toBe(false);
        expect(complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    },
  );
});

describe("a port that is taken", () => {
  it("is told with what to do about it", async () => {
    const source = sourceOfFolder(folder, results);
    const again = serve(source, Number(new URL(view.url).port));
    await expect(again).rejects.toMatchObject({ diagnostics: [{ code: "LW_VIEW_PORT" }], exitCode: 2 });
  });
});

describe("the command", () => {
  const command = (...args: readonly string[]): ChildProcess =>
    spawn(
      process.execPath,
      [join(root, "bin/lanewright.mjs"), "view", folder, "--no-open", "--json", ...args],
      {
        cwd: work,
      },
    );
  const textOf = (stream: NodeJS.ReadableStream | null): (() => string) => {
    let text = "";
    stream?.on("data", (part: Buffer) => {
      text += part.toString();
    });
    return () => text;
  };
  const ended = (child: ChildProcess): Promise<number | null> =>
    new Promise((resolve) => child.on("close", (code) => resolve(code)));

  it("ends quietly with Ctrl-C", async () => {
    const child = command();
    const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
    await expect.poll(out, { timeout: 60_000 }).toContain("\n");
    const { name, url } = JSON.parse(out()) as { readonly name: string; readonly url: string };
    expect(name).toBe("link_25g");
    expect((await fetch(url)).status).toBe(200);
    child.kill("SIGINT");
    expect(await ended(child)).toBe(0);
    expect(err()).toBe("");
  });
});

describe("progress.json", () => {
  it("is there while a run goes on, and gone when it has ended", async () => {
    const path = join(results, "progress.json");
    const now = { name: "x", phase: "load", cycles: 7, expectedCycles: null, phaseCount: 1, results: [] };
    let end = (): void => {};
    const work = new Promise<void>((_, fail) => {
      end = () => fail(new Error("over"));
    });
    const going = withProgressFile(results, () => now, work);
    await expect.poll(() => existsSync(path), { timeout: 10_000 }).toBe(true);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(now);
    end();
    await expect(going).rejects.toThrow("over");
    expect(existsSync(path)).toBe(false);
  });
});
