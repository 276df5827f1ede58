import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { elaborate, generate, loadDescription } from "../../generator/index.ts";

/** Devices whose generated files are checked in, by their description. */
const references = {
  "rtl-out/leaf4": "examples/leaf4.ts",
  "rtl-out/link_400g": "examples/link-400g.ts",
} as const;

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lanewright-reference-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

describe("the checked-in output", () => {
  it.each(Object.entries(references))("%s is what %s gives, byte for byte", async (place, description) => {
    const fresh = join(folder, place);
    await generate(elaborate(await loadDescription(join(root, description))), { out: fresh });
    const files = filesBelow(fresh);
    expect(filesBelow(join(root, place))).toEqual(files);
    const stale = files.filter(
      (file) => !readFileSync(join(root, place, file)).equals(readFileSync(join(fresh, file))),
    );
    // Out of date? `npm start` or `npx lanewright generate examples/link-400g.ts` writes it anew.
    expect(stale).toEqual([]);
  });
});
