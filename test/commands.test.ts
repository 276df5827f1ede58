import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { derivedIds } from "../generator/design/link.ts";
import { switchDerivedIds } from "../generator/design/switch.ts";
import { elaborate, loadDescription } from "../generator/index.ts";
import { lanewrightHere, type Outcome } from "./in-process.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lanewright-commands-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line in a folder of its own, outside of the project. */
const lanewright = (...args: readonly string[]): Promise<Outcome> => lanewrightHere(folder, args);

/** The same as a process of its own. */
function program(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: folder, maxBuffer: 1 << 26 };
    execFile(process.execPath, [join(root, "bin/lanewright.mjs"), ...args], options, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
    });
  });
}

const example = join(root, "examples/link-400g.ts");
const leaf = join(root, "examples/leaf4.ts");
/** What a terminal would take for a colour. */
const escapeCode = String.fromCharCode(27);

describe("init", () => {
  it("writes an example that is sound, the same device in TypeScript and in JSON", async () => {
    expect(await lanewright("init", "my-link.ts")).toMatchObject({ code: 0, err: "" });
    expect(await lanewright("init", "sub/my-link.json")).toMatchObject({ code: 0 });
    const script = elaborate(await loadDescription(join(folder, "my-link.ts")));
    const plain = elaborate(await loadDescription(join(folder, "sub/my-link.json")));
    expect(script.name).toBe("my_link");
    expect(JSON.stringify(script)).toBe(JSON.stringify(plain));
    expect(await lanewright("check", "my-link.ts")).toMatchObject({
      code: 0,
      out: "my-link.ts: 0 errors, 0 warnings\n",
    });
  });

  it("writes a switch when asked to", async () => {
    expect(await lanewright("init", "--kind", "switch", "top-of-rack.ts")).toMatchObject({ code: 0 });
    expect(await lanewright("init", "--kind", "switch", "sub/top-of-rack.json")).toMatchObject({ code: 0 });
    const script = elaborate(await loadDescription(join(folder, "top-of-rack.ts")));
    const plain = elaborate(await loadDescription(join(folder, "sub/top-of-rack.json")));
    expect(script).toMatchObject({ kind: "switch", name: "top_of_rack", ports: 4 });
    expect(JSON.stringify(script)).toBe(JSON.stringify(plain));
    const { out } = await lanewright("check", "top-of-rack.ts");
    expect(out).toBe("top-of-rack.ts: 0 errors, 0 warnings\n");
  });

  it("writes an adapter when asked to", async () => {
    expect(await lanewright("init", "--kind", "nic", "host.ts")).toMatchObject({ code: 0 });
    expect(await lanewright("init", "--kind", "nic", "sub/host.json")).toMatchObject({ code: 0 });
    const script = elaborate(await loadDescription(join(folder, "host.ts")));
    const plain = elaborate(await loadDescription(join(folder, "sub/host.json")));
    expect(script).toMatchObject({ kind: "nic", name: "host", queuePairs: 64 });
    expect(JSON.stringify(script)).toBe(JSON.stringify(plain));
    const { out } = await lanewright("check", "host.ts");
    expect(out).toBe("host.ts: 0 errors, 0 warnings\n");
  });

  it("overwrites only with --force", async () => {
    const path = join(folder, "kept.ts");
    writeFileSync(path, "mine\n");
    expect(await lanewright("init", "kept.ts")).toMatchObject({ code: 2 });
    expect(readFileSync(path, "utf8")).toBe("mine\n");
    expect(await lanewright("init", "kept.ts", "--force")).toMatchObject({ code: 0 });
    expect(readFileSync(path, "utf8")).toContain("defineLink");
  });
});

describe("check", () => {
  it("prints problems for people, and for programs with --json", async () => {
    writeFileSync(join(folder, "bad.json"), '{ "kind": "link", "name": "reg" }\n');
    const text = await program("check", "bad.json");
    expect(text.code).toBe(2);
    expect(text.out).toContain("at:     bad.json:1:1");
    expect(text.out).toMatch(/bad\.json: 7 errors, 0 warnings\n$/);
    const json = await lanewright("check", "bad.json", "--json");
    const document = JSON.parse(json.out) as { ok: boolean; diagnostics: { code: string }[] };
    expect(document.ok).toBe(false);
    expect(document.diagnostics.map((one) => one.code)).toContain("LW_NAME_KEYWORD");
  });
});

describe("explain", () => {
  it("shows every derived number, latency, line rate and memories, without colours in a pipe", async () => {
    const { code, out, err } = await program("explain", example);
    expect([code, err]).toEqual([0, ""]);
    for (const id of derivedIds) expect(out).toContain(`│ ${id} `);
    expect(out).toContain("packet stream in to MII out");
    expect(out).toContain("packet sizes fall short of the wire");
    expect(out).toContain("replay_buffer");
    expect(out).not.toContain(escapeCode);
  });

  it("gives the same as JSON", async () => {
    const { out } = await lanewright("explain", example, "--json");
    const document = JSON.parse(out) as { derived: { id: string; inputs: object; formula: string }[] };
    const design = elaborate(await loadDescription(example));
    expect(document).toMatchObject({ name: "link_400g", memories: design.memories });
    expect(document.derived).toEqual(Object.values(design.derived));
  });

  it("shows a switch: its numbers, those of a port, the way from port to port, its memories", async () => {
    const { code, out, err } = await lanewright("explain", leaf);
    expect([code, err]).toEqual([0, ""]);
    for (const id of [...switchDerivedIds, ...derivedIds]) expect(out).toContain(`│ ${id} `);
    expect(out).toContain("MII in to MII out");
    expect(out).toMatch(/│ sum +│ +22 │ 54\.614 │/);
    expect(out).toContain("Packets of one beat (up to 128 bytes) are switched every second cycle");
    for (const module of ["voq_memory", "unicast_table", "sl_to_vl", "replay_buffer"])
      expect(out).toContain(module);
  });

  it("gives the same of a switch as JSON, and single numbers of either kind", async () => {
    const { out } = await lanewright("explain", leaf, "--json");
    const design = elaborate(await loadDescription(leaf));
    if (design.kind !== "switch") throw new Error("leaf4 is a switch");
    expect(JSON.parse(out)).toMatchObject({
      kind: "switch",
      derived: Object.values(design.derived),
      port: { derived: Object.values(design.port.derived), lineRateCoverage: design.port.lineRateCoverage },
      latencyBudget: design.latencyBudget,
      memories: design.memories,
    });
    const only = await lanewright("explain", leaf, "--json", "--only", "pageBeats,creditsPerVl");
    const ids = (JSON.parse(only.out) as { derived: { id: string }[] }).derived.map(({ id }) => id);
    expect(ids).toEqual(["pageBeats", "creditsPerVl"]);
  });

  it("shows only what is asked for, and marks what was set", async () => {
    const description = { ...(await loadDescription(example)), derived: { replayDepthBeats: 256 } };
    writeFileSync(join(folder, "set.json"), JSON.stringify(description));
    const { code, out, err } = await lanewright("explain", "set.json", "--only", "replayDepthBeats");
    expect(code).toBe(0);
    expect(out).toContain("replayDepthBeats *");
    expect(out).toContain("the formula gives 512");
    expect(out).not.toContain("creditsPerVl");
    expect(err).toContain("LW_SLOW_REPLAY_DEPTH");
  });
});

describe("schema", () => {
  it("prints a JSON Schema that takes the examples", async () => {
    const { out } = await lanewright("schema");
    const validate = new Ajv().compile(JSON.parse(out) as object);
    const description: unknown = JSON.parse(readFileSync(join(root, "examples/link-100g.json"), "utf8"));
    expect(validate(description)).toBe(true);
    expect(validate({ kind: "link" })).toBe(false);
    const small: unknown = JSON.parse(readFileSync(join(root, "examples/leaf4-small.json"), "utf8"));
    expect(validate(small)).toBe(true);
    expect(validate({ kind: "switch" })).toBe(false);
    expect(validate({ ...(small as object), kind: "link" })).toBe(false);
    expect(validate({ ...(small as object), kind: "router" })).toBe(false);
  });

  it("prints that of one kind", async () => {
    for (const [kind, other] of [
      ["link", "leaf4-small.json"],
      ["switch", "link-100g.json"],
    ] as const) {
      const { out } = await lanewright("schema", kind);
      const validate = new Ajv().compile(JSON.parse(out) as object);
      const foreign: unknown = JSON.parse(readFileSync(join(root, "examples", other), "utf8"));
      expect(validate(foreign)).toBe(false);
    }
    expect(await lanewright("schema", "router")).toMatchObject({ code: 2 });
  });
});

describe("the command line", () => {
  it("has help with an example for every verb, and for itself", async () => {
    const { out } = await program("--help");
    const verbs = [...out.matchAll(/^ {2}([a-z]+) .*(?:\[|<|print)/gm)].map((match) => String(match[1]));
    expect(verbs).toEqual(expect.arrayContaining(["init", "check", "explain", "generate", "lint", "schema"]));
    for (const verb of ["init", "check", "explain", "generate", "lint", "schema"]) {
      const help = await lanewright(verb, "--help");
      expect([verb, help.code]).toEqual([verb, 0]);
      expect(help.out).toMatch(/Examples?:\n {2}\$ lanewright/);
    }
  });

  it("answers wrong usage with exit code 2", async () => {
    expect(await program("explian", example)).toMatchObject({ code: 2 });
    expect(await lanewright("check")).toMatchObject({ code: 2 });
    expect(await lanewright("check", example, "--jsno")).toMatchObject({ code: 2 });
  });

  it("gives JSON for errors too when JSON was asked for", async () => {
    const { code, out } = await lanewright("explain", "nothing.ts", "--json");
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ ok: false, diagnostics: [{ code: "LW_FILE_MISSING" }] });
  });
});
