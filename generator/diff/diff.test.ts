import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { AnyDesign } from "../design/switch.ts";
import type { LinkDescription } from "../dsl/link-description.ts";
import type { NicDescriptionOfKind } from "../dsl/nic-description.ts";
import type { SwitchDescription } from "../dsl/switch-description.ts";
import { elaborate, elaborateSwitch } from "../elaborate/index.ts";
import { generate } from "../emit/index.ts";
import { compare, readSide, type Side } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "lanewright-diff-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const link: LinkDescription = {
  ...{ name: "lk", clockMHz: 402.83, datapathBits: 64, rateGbps: 25, mtuBytes: 1024, cableMeters: 3 },
  virtualLanes: { data: 2 },
};
const port = { rateGbps: 25, cableMeters: 3 };
const fabric: Omit<SwitchDescription, "ports"> = {
  ...{ name: "sw", clockMHz: 402.83, datapathBits: 64, mtuBytes: 1024, virtualLanes: { data: 1 } },
  tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 2 },
};

/** A design as a description gives it, and as its output folder does. */
const described = (design: AnyDesign): Promise<Side> => readSide("file.ts", async () => design);
async function written(design: AnyDesign, name = design.name): Promise<Side> {
  const out = join(folder, name);
  generate(design, { out });
  return readSide(out, never);
}
const never = async (): Promise<AnyDesign> => {
  throw new Error("a folder has no description");
};

async function between(a: AnyDesign, b: AnyDesign) {
  return compare(await described(a), await described(b));
}

const adapter: NicDescriptionOfKind = {
  ...{ kind: "nic", name: "ad", clockMHz: 200, datapathBits: 128, mtuBytes: 256 },
  ...{ queuePairs: 16, completionQueues: 2, memoryRegions: 4, virtualLanes: { data: 1 } },
  port: { rateGbps: 10, cableMeters: 2 },
};

describe("a design", () => {
  it("is the same as itself, whether it is described, written, or named by its manifest", async () => {
    const design = elaborate(link);
    const nothing = { same: true, settings: [], numbers: [], ports: [], registers: [], files: [] };
    const out = await written(design);
    expect(compare(out, await described(design))).toEqual(nothing);
    expect(compare(await readSide(join(folder, "lk", "manifest.json"), never), out)).toEqual(nothing);
  });

  it("may be that of an adapter: its numbers, those of its port, its buses, its files", async () => {
    const [some, more] = [elaborate(adapter), elaborate({ ...adapter, datapathBits: 256 })];
    expect(compare(await written(some), await described(some)).same).toBe(true);
    const { settings, numbers, ports, files } = await between(some, more);
    expect(settings).toContainEqual({ what: "host.dataBits", a: "128", b: "256" });
    const names = numbers.map(({ what }) => what);
    expect(names).toEqual(expect.arrayContaining(["receivePacketBeats", "port.beatBytes"]));
    expect(ports).toContainEqual({
      ...{ what: "m_axi_wdata", a: "output, 128 bits, clk", b: "output, 256 bits, clk" },
    });
    expect(files.map(({ what }) => what)).toContain("rtl/ad_nic_dma_write.v");
  });

  it("differs in the numbers that follow from a longer cable, each with its formula and what moved it", async () => {
    const { same, settings, numbers, ports, registers, files } = await between(
      elaborate(link),
      elaborate({ ...link, cableMeters: 500 }),
    );
    expect([same, settings, ports]).toEqual([false, [{ what: "cableMeters", a: "3", b: "500" }], []]);
    const number = (id: string) => numbers.find(({ what }) => what === id);
    expect(number("cableNs")).toEqual({
      ...{ what: "cableNs", a: "15", b: "2500", unit: "ns", formula: "nsPerMeter * cableMeters" },
      inputs: [{ what: "cableMeters", a: "3", b: "500" }],
    });
    expect(number("creditsPerVl")?.inputs.map(({ what }) => what)).toEqual(["creditLoopBytes"]);
    expect(number("beatBytes")).toBeUndefined();
    const timer = registers.find(({ what }) => what === "link.REPLAY_TIMER_MAX.VALUE");
    expect(timer?.a).toMatch(/^bits 23:0, rw, reset \d+$/u);
    expect(timer?.b).not.toBe(timer?.a);
    expect(files.map(({ what }) => what)).toContain("sw/lk_regs.h");
    expect(files.map(({ what }) => what)).not.toContain("lk.f");
  });

  it("differs in ports, registers and files that only one has", async () => {
    const { ports, registers, files } = await between(
      elaborate(link),
      elaborate({ ...link, retry: "none", phy: "pcs", lanes: { count: 1, gbps: 25 } }),
    );
    expect(ports).toContainEqual({ what: "p0_mii_txd", a: "output, 64 bits, clk" });
    expect(ports).toContainEqual({ what: "p0_tx_lane", b: "output, 64 bits, p0_tx_lane_clk" });
    expect(ports).toContainEqual({ what: "p0_tx_lane_clk", b: "input, 1 bit" });
    expect(registers.some(({ what, a, b }) => /PCS/u.test(what) && a === undefined && b !== undefined)).toBe(
      true,
    );
    const only = (what: string) => files.find((one) => one.what === what);
    expect(Object.keys(only("rtl/lk_replay_buffer.v") ?? {})).toEqual(["what", "a"]);
    expect(Object.keys(only("rtl/lk_pcs.v") ?? {})).toEqual(["what", "b"]);
  });

  it("differs in registers that moved, and in blocks of more ports", async () => {
    const of = (count: number, data = 1) =>
      elaborateSwitch({ ...fabric, ports: { count, ...port }, virtualLanes: { data } });
    const { numbers, ports, registers } = await between(of(2), of(4));
    expect(numbers.find(({ what }) => what === "internalPorts")).toMatchObject({ a: "3", b: "5" });
    expect(ports).toContainEqual({ what: "p4_port_state", b: "output, 3 bits, clk" });
    expect(registers).toContainEqual({
      what: "link",
      a: "at 0x000 + 0x2000 p, p = 1 ... 2",
      b: "at 0x000 + 0x2000 p, p = 1 ... 4",
    });
    const lanes = await between(of(2), of(2, 3));
    const moved = lanes.registers.filter(({ a, b }) => /^at/u.test(a ?? "") && /^at/u.test(b ?? ""));
    expect(moved.length).toBeGreaterThan(0);
    expect(lanes.numbers.some(({ what }) => what.startsWith("port."))).toBe(true);
  });

  it("says which side a number is set in", async () => {
    const given = elaborate({ ...link, derived: { creditsPerVl: 400, vlBufferBeats: 4000 } });
    const { numbers } = await between(elaborate(link), given);
    expect(numbers.find(({ what }) => what === "creditsPerVl")).toMatchObject({ b: "400", set: "b" });
  });

  it("under another name is the same but for its name", async () => {
    const difference = await between(elaborate(link), elaborate({ ...link, name: "up" }));
    expect(difference.settings).toEqual([{ what: "name", a: "lk", b: "up" }]);
    expect([difference.numbers, difference.ports, difference.registers]).toEqual([[], [], []]);
    const verilog = difference.files.filter(({ what }) => what.startsWith("rtl/"));
    expect(verilog).toEqual([]);
  });

  it("shows a file that was changed by hand", async () => {
    const design = elaborate(link);
    await written(design, "changed");
    const path = join(folder, "changed", "rtl", "lk.v");
    writeFileSync(path, `${readFileSync(path, "utf8")}// tuned\n`);
    rmSync(join(folder, "changed", "sw", "lk_regs.h"));
    const { files, numbers } = compare(
      await described(design),
      await readSide(join(folder, "changed"), never),
    );
    expect(files).toEqual([
      { what: "rtl/lk.v", a: "0 lines", b: "1 line" },
      { what: "sw/lk_regs.h", a: expect.stringMatching(/^\d+ lines$/u) },
    ]);
    expect(numbers).toEqual([]);
  });
});

describe("a folder", () => {
  it.each([
    ["without a manifest", {}],
    ["with a manifest of another form", { "manifest.json": "[]" }],
    ["without its design", { "manifest.json": manifest("link") }],
    ["with a design that is no JSON", { "manifest.json": manifest("link"), "design.json": "{" }],
    [
      "with the design of another kind",
      { "manifest.json": manifest("link"), "design.json": '{"kind":"switch"}' },
    ],
    [
      "with a device of a kind that is not known",
      { "manifest.json": manifest("crossbow"), "design.json": "{}" },
    ],
  ])("%s is refused", async (what, files) => {
    const path = join(folder, what.replaceAll(" ", "-"));
    mkdirSync(path);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
    await expect(readSide(path, never)).rejects.toThrow(/LW_DIFF_FOLDER/u);
  });

  it("with a design that lacks what is compared is refused", async () => {
    const path = join(folder, "old");
    mkdirSync(path);
    writeFileSync(join(path, "manifest.json"), manifest("link"));
    writeFileSync(join(path, "design.json"), '{"kind":"link","name":"lk"}');
    await expect(readSide(path, never)).rejects.toThrow(/LW_DIFF_FOLDER/u);
  });
});

function manifest(kind: string): string {
  const files = [{ path: "design.json", sha256: "", bytes: 0 }];
  return JSON.stringify({ kind, name: "lk", top: "lk", files });
}
