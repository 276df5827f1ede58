import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadDescription } from "../description/index.ts";
import { LanewrightError } from "../diagnostics.ts";
import { elaborate } from "../elaborate/index.ts";
import { completeFiles, emit } from "./emit.ts";
import { type EmittedFile, filesBelow, readManifest, sha256 } from "./manifest.ts";

const description = {
  name: "lk",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: { data: 2 },
} as const;
const design = elaborate(description);
const files: EmittedFile[] = [
  { path: "rtl/lk_b.v", text: "module lk_b; endmodule\n" },
  { path: "rtl/lk.v", text: "module lk; endmodule\n" },
  { path: "sim/lk_smoke.v", text: "module lk_smoke; endmodule\n" },
  { path: "doc/registers.md", text: "# lk\n" },
];
const everything = [
  ...["design.json", "doc/registers.md", "lk.f", "lk_sim.f", "manifest.json"],
  ...["rtl/lk.v", "rtl/lk_b.v", "sim/lk_smoke.v"],
];

let base = "";
let out = "";

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "lanewright-emit-")));
  out = join(base, "deep", "lk");
});

afterEach(() => rmSync(base, { recursive: true }));

function refusal(work: () => unknown): {
  code: string;
  message: string;
  value: string;
  error: LanewrightError;
} {
  try {
    work();
  } catch (error) {
    if (!(error instanceof LanewrightError)) throw error;
    const [first] = error.diagnostics;
    return { code: first?.code ?? "", message: first?.message ?? "", value: first?.value ?? "", error };
  }
  throw new Error("nothing was refused");
}

describe("the output folder", () => {
  it("holds the files, filelists relative to it, the design and a manifest of all", () => {
    const result = emit(design, files, out);
    expect(result.changed).toBe(true);
    expect(filesBelow(out)).toEqual(everything);
    expect(readFileSync(join(out, "lk.f"), "utf8")).toBe("rtl/lk_b.v\nrtl/lk.v\n");
    expect(readFileSync(join(out, "lk_sim.f"), "utf8")).toBe("rtl/lk_b.v\nrtl/lk.v\nsim/lk_smoke.v\n");
    const manifest = readManifest(out);
    expect(manifest).toEqual(result.manifest);
    expect(manifest).toMatchObject({ kind: "link", name: "lk", top: "lk" });
    expect(manifest?.files.map((file) => file.path)).toEqual(
      everything.filter((path) => path !== "manifest.json"),
    );
    for (const { path, sha256: sum, bytes } of manifest?.files ?? []) {
      const content = readFileSync(join(out, path));
      expect([sum, bytes]).toEqual([sha256(content), content.length]);
    }
  });

  it("gives the same bytes from TypeScript and JSON, with keys in any order", async () => {
    const reversed = Object.fromEntries(Object.entries({ kind: "link", ...description }).reverse());
    const source = fileURLToPath(new URL("../index.ts", import.meta.url));
    writeFileSync(join(base, "d.json"), JSON.stringify(reversed));
    writeFileSync(
      join(base, "d.ts"),
      `import { defineLink } from ${JSON.stringify(source)};\nexport default defineLink(${JSON.stringify(description)});\n`,
    );
    const texts = await Promise.all(
      ["d.json", "d.ts"].map(async (name) => {
        const read = elaborate(await loadDescription(join(base, name)));
        return completeFiles(read, files).all.map((file) => file.text);
      }),
    );
    expect(texts[0]).toEqual(texts[1]);
    expect(texts[0]?.join("")).not.toContain(base);
  });

  it("is not touched when nothing changed", () => {
    emit(design, files, out);
    const before = statSync(out).ino;
    expect(emit(design, files, out).changed).toBe(false);
    expect(statSync(out).ino).toBe(before);
  });

  it("loses files that are no longer generated, and leaves nothing beside itself", () => {
    emit(design, files, out);
    expect(emit(design, files.slice(1), out).changed).toBe(true);
    expect(filesBelow(out)).toEqual(everything.filter((path) => path !== "rtl/lk_b.v"));
    expect(readdirSync(join(base, "deep"))).toEqual(["lk"]);
  });

  it("may be a link to a folder, or the working directory", () => {
    mkdirSync(join(base, "real"));
    symlinkSync(join(base, "real"), join(base, "link"));
    emit(design, files, join(base, "link"));
    expect(filesBelow(join(base, "real"))).toEqual(everything);

    const before = process.cwd();
    const inode = statSync(join(base, "real")).ino;
    process.chdir(join(base, "real"));
    try {
      emit(design, files.slice(1), ".");
      expect(filesBelow(process.cwd())).toEqual(everything.filter((path) => path !== "rtl/lk_b.v"));
      expect(statSync(join(base, "real")).ino).toBe(inode);
    } finally {
      process.chdir(before);
    }
  });
});

describe("files of others", () => {
  it("leaves what synth has put there, and takes it for nothing foreign", () => {
    emit(design, files, out);
    writeFileSync(join(out, "synth.json"), "{}\n");
    expect(emit(design, files, out).changed).toBe(false);
    expect(emit(design, files.slice(1), out).changed).toBe(true);
    expect(filesBelow(out)).toContain("synth.json");
  });

  it("are not overwritten, and nothing is written beside them", () => {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "thesis.txt"), "years of work");
    const { code, value, error } = refusal(() => emit(design, files, out));
    expect([code, value, error.exitCode]).toEqual(["LW_OUTPUT_FOREIGN", "thesis.txt", 2]);
    expect(filesBelow(out)).toEqual(["thesis.txt"]);
    expect(readdirSync(join(base, "deep"))).toEqual(["lk"]);
  });

  it("stay beside the new ones with force", () => {
    emit(design, files, out);
    mkdirSync(join(out, "notes"));
    writeFileSync(join(out, "notes", "a.txt"), "mine");
    symlinkSync("/nowhere", join(out, "dangling"));
    expect(refusal(() => emit(design, files.slice(1), out)).value).toBe("dangling, notes/a.txt");
    emit(design, files.slice(1), out, { force: true });
    expect(readFileSync(join(out, "notes", "a.txt"), "utf8")).toBe("mine");
    expect(filesBelow(out)).toContain("dangling");
    expect(filesBelow(out)).not.toContain("rtl/lk_b.v");
  });

  it("include generated files that were changed by hand", () => {
    emit(design, files, out);
    writeFileSync(join(out, "rtl", "lk.v"), "module lk; /* tuned */ endmodule\n");
    const { code, message, value } = refusal(() => emit(design, files, out));
    expect([code, value]).toEqual(["LW_OUTPUT_FOREIGN", "rtl/lk.v"]);
    expect(message).toContain("changed since");
    emit(design, files, out, { force: true });
    expect(readFileSync(join(out, "rtl", "lk.v"), "utf8")).toBe("module lk; endmodule\n");
  });

  it("are all files of a folder whose manifest is broken", () => {
    emit(design, files, out);
    writeFileSync(join(out, "manifest.json"), "{");
    expect(refusal(() => emit(design, files, out)).code).toBe("LW_OUTPUT_FOREIGN");
  });
});

describe("a folder that cannot be written", () => {
  it("is a file", () => {
    writeFileSync(join(base, "file"), "x");
    expect(refusal(() => emit(design, files, join(base, "file"))).message).toMatch(
      /cannot be written: it is not a folder/u,
    );
  });

  it("lies below a file", () => {
    writeFileSync(join(base, "file"), "x");
    const { code, message, error } = refusal(() => emit(design, files, join(base, "file", "lk")));
    expect(code).toBe("LW_OUTPUT_UNWRITABLE");
    expect(message).toMatch(/a part of its path is a file/u);
    expect(error.cause).toMatchObject({ code: "ENOTDIR" });
  });

  for (const [what, prepare] of [
    ["is new, in a read-only folder", (): void => undefined],
    ["is itself read-only", (): void => void mkdirSync(out, { mode: 0o555 })],
  ] as const) {
    it(what, () => {
      mkdirSync(join(base, "deep"));
      prepare();
      chmodSync(base, 0o755);
      chmodSync(join(base, "deep"), 0o555);
      const said = emitAsOther();
      chmodSync(join(base, "deep"), 0o755);
      expect(said).toMatch(/^LW_OUTPUT_UNWRITABLE .*not yours to write to/u);
      expect(filesBelow(base)).toEqual([]);
    });
  }

  it("fails in the middle of the work, and keeps what it held", () => {
    emit(design, files, out);
    const clash = [...files.slice(0, 1), { path: "rtl/lk_b.v/x", text: "" }];
    expect(refusal(() => emit(design, clash, out)).code).toBe("LW_OUTPUT_UNWRITABLE");
    expect(filesBelow(out)).toEqual(everything);
    expect(readdirSync(join(base, "deep"))).toEqual(["lk"]);
    expect(emit(design, files, out).changed).toBe(false);
  });
});

describe("paths", () => {
  for (const path of ["../x.v", "/x.v", "a/../../x", "a//b", "", ".hidden", "a\\b", "a b", "x.", "é"]) {
    it(`refuse ${JSON.stringify(path)}`, () => {
      expect(refusal(() => emit(design, [{ path, text: "" }], out)).code).toBe("LW_OUTPUT_PATH");
      expect(existsSync(out)).toBe(false);
    });
  }

  it("refuse two files in one place", () => {
    const twice = [...files, { path: "RTL/lk.v", text: "" }];
    expect(refusal(() => emit(design, twice, out)).code).toBe("LW_OUTPUT_PATH");
  });
});

/** Runs `emit` in a process that has no right to write to what this user owns, and says what came of it. */
function emitAsOther(): string {
  const script = `
    import { emit } from ${JSON.stringify(fileURLToPath(new URL("emit.ts", import.meta.url)))};
    try { emit({ kind: "link", name: "lk" }, [], ${JSON.stringify(out)}); console.log("written"); }
    catch (error) { console.log(error.diagnostics[0].code, error.message); }`;
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const other = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const arguments_ = ["--import", "tsx", "--input-type=module", "-e", script];
  const result = spawnSync(process.execPath, arguments_, { cwd: root, encoding: "utf8", ...other });
  return result.stdout + result.stderr;
}
