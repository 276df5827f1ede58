import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { renderDatasheet } from "../../generator/emit/datasheet.ts";
import { renderDesign } from "../../generator/emit/index.ts";
import { type AnyDesign, elaborate, generate, loadDescription } from "../../generator/index.ts";
import {
  bth,
  controlSet,
  type Format,
  flowControl,
  lrh,
  startColumn,
} from "../../generator/views/datasheet/formats.ts";
import { frameKind, message, writeControl, writeStart } from "../../sim/reference/columns.ts";
import { buildFlowControl } from "../../sim/reference/flow-control.ts";
import { buildPacket } from "../../sim/reference/packet.ts";
import * as ofLink400 from "./results.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "lanewright-datasheet-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function designOf(example: string): Promise<AnyDesign> {
  return elaborate(await loadDescription(join(examples, example)));
}

const device = "link_25g";
const simulation = {
  ...{ ...ofLink400.simulation, name: device, clockMHz: 400, datapathBits: 64 },
  ...{ rateGbps: 25, cableMeters: 3 },
};
const proofs = { ...ofLink400.proofs, device };
const synthesis = { reports: ofLink400.synthesis.reports.map((report) => ({ ...report, device })) };

describe("the page of a device", () => {
  it.each(["link-100g.json", "link-25g.ts", "link-25g-lanes.json", "link-400g-pcs.ts", "leaf4-small.json"])(
    "of %s is whole, small, and asks for nothing from elsewhere",
    async (example) => {
      const design = await designOf(example);
      const files = renderDesign(design);
      const { text } = renderDatasheet(design, files, { folders: [] });
      expect(text.length).toBeLessThan(1_000_000);
      for (const [, target = ""] of text.matchAll(/(?:src|href)="([^"]*)"/gu))
        expect(target).toMatch(/^(#|data:)/u);
      expect(text).not.toMatch(/url\((?!#)|@import|<script src|undefined|NaN|\[object/u);
      const ids = [...text.matchAll(/ id="([^"]*)"/gu)].map(([, id]) => id);
      expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
      const targets = [...text.matchAll(/href="#([^"]+)"/gu)].map(([, id]) => id);
      expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
      // Every port of the top module but those that port 1 stands for
      const top = files.find(({ path }) => path === `rtl/${design.name}.v`)?.text ?? "";
      const ports = [...top.matchAll(/^\s+(?:input|output)\s+wire\s+(?:\[[^\]]*\])?\s*(\w+)/gmu)].map(
        ([, name]) => name,
      );
      const shown = [...text.matchAll(/data-port="(\w+)"/gu)].map(([, name]) => name);
      expect(shown.toSorted()).toEqual(ports.filter((name) => !/^p[2-9]/u.test(name ?? "")).toSorted());
    },
  );

  it("shows the results that lie in the folder, and those of this device only", async () => {
    const design = await designOf("link-25g.ts");
    const page = async (): Promise<string> =>
      readFileSync(join((await generate(design, { out: work })).folder, "datasheet.html"), "utf8");
    const plain = await page();
    for (const id of ["simulation", "proofs", "resources"])
      expect(plain).not.toContain(`<section id="${id}"`);
    writeFileSync(join(work, "results.json"), JSON.stringify(simulation));
    writeFileSync(join(work, "proofs.json"), JSON.stringify(proofs));
    writeFileSync(join(work, "synth.json"), JSON.stringify(synthesis));
    const full = await page();
    for (const id of ["simulation", "proofs", "resources"]) expect(full).toContain(`<section id="${id}"`);
    for (const words of [
      "✗ failed",
      "3 packets lost",
      "392.69",
      "the window &lt;is&gt; kept",
      "the time ran out",
    ])
      expect(full).toContain(words);
    for (const words of ["1,234", "7.5", "clk 61.3 MHz"]) expect(full).toContain(words);
    expect(full).not.toContain('id="load-chart"');
    const loads = [0.3, 0.6, 0.9].map((load) => ({
      ...simulation.phases[0],
      load,
      offeredPercent: 100 * load,
      deliveredPercent: 100 * load,
    }));
    writeFileSync(join(work, "results.json"), JSON.stringify({ ...simulation, phases: loads }));
    expect(await page()).toContain('id="load-chart"');
    writeFileSync(join(work, "results.json"), JSON.stringify({ ...simulation, datapathBits: 512 }));
    writeFileSync(join(work, "proofs.json"), "{ not whole");
    writeFileSync(join(work, "synth.json"), JSON.stringify({ reports: [] }));
    expect(await page()).toBe(plain);
  });
});

/** Value of a field by the places that the drawing gives it; the first byte holds the highest bits. */
function fieldOf({ fields }: Format, name: string, bytes: Uint8Array): bigint {
  const total = fields.reduce((sum, [, bits]) => sum + bits, 0);
  expect(total % 8).toBe(0);
  let word = 0n;
  for (const byte of bytes.subarray(0, total / 8)) word = (word << 8n) | BigInt(byte);
  let high = total;
  for (const [one, bits] of fields) {
    high -= bits;
    if (one === name) return (word >> BigInt(high)) & ((1n << BigInt(bits)) - 1n);
  }
  throw new Error(`no field ${name}`);
}

function expectFields(format: Format, bytes: Uint8Array, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    expect(fieldOf(format, name, bytes), `${format.id} ${name}`).toBe(BigInt(value));
}

describe("the formats drawn are those of the reference models", () => {
  const packet = buildPacket({
    lrh: { vl: 5, sl: 9, dlid: 0x1234, slid: 0xabcd },
    bth: {
      opcode: 0x2a,
      pkey: 0x8765,
      destQp: 0x123456,
      psn: 0xfedcba,
      ackRequest: true,
      fecn: true,
      solicited: true,
    },
    payload: new Uint8Array(64),
  });

  it("LRH and BTH", () => {
    expectFields(lrh, packet, {
      VL: 5,
      SL: 9,
      LNH: 2,
      DLID: 0x1234,
      PktLen: packet.length / 4,
      SLID: 0xabcd,
    });
    const transport = {
      OpCode: 0x2a,
      SE: 1,
      M: 1,
      Pad: 0,
      P_Key: 0x8765,
      F: 1,
      B: 0,
      DestQP: 0x123456,
      A: 1,
      PSN: 0xfedcba,
    };
    expectFields(bth, packet.subarray(8), transport);
  });

  it("flow-control packet", () => {
    const bytes = buildFlowControl({ op: 1, fctbs: 0xabc, vl: 6, fccl: 0x123 });
    expect(bytes).toHaveLength(6);
    expectFields(flowControl, bytes, { Op: 1, FCTBS: 0xabc, VL: 6, FCCL: 0x123 });
  });

  it("start column and control set", () => {
    const data = new Uint8Array(8);
    const flags = new Uint8Array(1);
    writeStart(data, flags, 0, 0xabcde, frameKind.data);
    expectFields(startColumn, data, {
      FB: 0xfb,
      "seq[19:16]": 0xa,
      "7": 7,
      "seq[15:8]": 0xbc,
      "seq[7:0]": 0xde,
      kind: 0x55,
      D5: 0xd5,
    });
    writeControl(data, flags, 0, message.init, 0xabcde, 0x5a6b);
    expectFields(controlSet, data, {
      "5C": 0x5c,
      message: 3,
      "seq[19:12]": 0xab,
      "seq[11:4]": 0xcd,
      "seq[3:0]": 0xe,
      "6": 6,
      "session word": 0x5a6b,
    });
  });
});
