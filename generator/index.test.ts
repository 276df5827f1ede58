import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { defineLink, elaborate, generate, LanewrightError } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "lanewright-api-"));
afterAll(() => rmSync(folder, { recursive: true }));

const description = defineLink({
  name: "api_link",
  clockMHz: 400,
  datapathBits: 64,
  rateGbps: 25,
  mtuBytes: 1024,
  cableMeters: 3,
  virtualLanes: { data: 1 },
});

describe("the programming interface", () => {
  it("leads from a description to files", async () => {
    const out = join(folder, "good");
    const { manifest } = await generate(elaborate(description), { out });
    expect(manifest.top).toBe("api_link");
    expect(existsSync(join(out, "rtl/api_link.v"))).toBe(true);
    expect(existsSync(join(out, "manifest.json"))).toBe(true);
  });

  it("writes nothing for a design that would lose data", async () => {
    const out = join(folder, "bad");
    const design = elaborate({ ...description, derived: { vlBufferBeats: 10 } });
    await expect(generate(design, { out })).rejects.toThrow(LanewrightError);
    expect(existsSync(out)).toBe(false);
  });
});
