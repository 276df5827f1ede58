import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { nicFormats } from "../../generator/elaborate/nic-formats.ts";
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
import { drawnFields, extensionHeaders } from "../../generator/views/datasheet/nic-formats.ts";
import { decodeCqe, encodeSend } from "../../sim/nic/formats.ts";
import { frameKind, message, writeControl, writeStart } from "../../sim/reference/columns.ts";
import { buildFlowControl } from "../../sim/reference/flow-control.ts";
import { buildPacket } from "../../sim/reference/packet.ts";
import { encodeExtension } from "../../sim/reference/rc/packet.ts";
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
  it.each([
    "link-100g.json",
    "link-25g.ts",
    "link-25g-lanes.json",
    "link-400g-pcs.ts",
    "leaf4-small.json",
    "nic-100g.ts",
    "nic-roce.ts",
  ])("of %s is whole, small, and asks for nothing from elsewhere", async (example) => {
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
  });

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

  it("headers of the transport", () => {
    const plain = { opcode: 0, solicited: false, migrated: false, pkey: 0, fecn: false, becn: false };
    const packet = { ...plain, destQp: 2, ackRequest: false, psn: 0, payload: new Uint8Array(0) };
    const of = (id: string) => extensionHeaders.find((one) => one.id === id)!;
    const range = { va: 0x1234_5678_9abcn, rkey: 0xdeadbee1 };
    const reth = { ...range, length: 0x8765_4321 };
    expectFields(of("reth"), encodeExtension({ ...packet, opcode: 0x0c, reth }), {
      VA: 0x1234_5678_9abc,
      R_Key: 0xdeadbee1,
      DMALen: 0x8765_4321,
    });
    const atomicEth = { ...range, swapAdd: 77n, compare: 99n };
    expectFields(of("atomic-eth"), encodeExtension({ ...packet, opcode: 0x13, atomicEth }), {
      VA: 0x1234_5678_9abc,
      R_Key: 0xdeadbee1,
      SwapAdd: 77,
      Compare: 99,
    });
    const aeth = { syndrome: 0x61, msn: 0xabcdef };
    const answer = encodeExtension({ ...packet, opcode: 0x12, aeth, atomicAck: 5n });
    expectFields(of("aeth"), answer, { Syndrome: 0x61, MSN: 0xabcdef });
    expectFields(of("atomic-ack-eth"), answer.subarray(4), { Original: 5 });
    expectFields(of("imm-dt"), encodeExtension({ ...packet, opcode: 0x05, imm: 0x01020304 }), {
      ImmDt: 0x01020304,
    });
  });

  it("work requests, completions and rows of an adapter, every bit once", async () => {
    const design = await designOf("nic-400g.ts");
    if (design.kind !== "nic") throw new Error("it is an adapter");
    const formats = nicFormats(design);
    for (const format of formats) {
      const bits = drawnFields(format).reduce((sum, field) => sum + field.bits, 0);
      expect(bits, format.id).toBe(8 * format.bytes);
    }
    const drawnValue = (id: string, name: string, bytes: Uint8Array): bigint => {
      let low = 0;
      for (const { field, bits } of drawnFields(formats.find((one) => one.id === id)!)) {
        const word = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
        if (field === name) return (word >> BigInt(low)) & ((1n << BigInt(bits)) - 1n);
        low += bits;
      }
      throw new Error(`${id} has no field ${name}`);
    };
    const remote = { address: 0x1_0000_0008n, rkey: 0x4567 };
    const send = encodeSend(
      { wrId: 1, opcode: "cmp-swap", remote, compareAdd: 3n, swap: 9n, signaled: true },
      128,
    );
    const drawn = ["OPCODE", "FLAGS", "REMOTE_KEY", "REMOTE_ADDRESS", "COMPARE_ADD", "SWAP"];
    expect(drawn.map((name) => drawnValue("SEND_WQE", name, send))).toEqual([
      0x11n,
      1n,
      0x4567n,
      0x1_0000_0008n,
      3n,
      9n,
    ]);
    const cqe = Uint8Array.from({ length: 64 }, (_, at) => (at === 3 ? 129 : at + 1));
    const { qpn, wqe, status } = decodeCqe(cqe);
    expect(["QPN", "WQE", "STATUS"].map((name) => Number(drawnValue("CQE", name, cqe)))).toEqual([
      qpn,
      wqe,
      status,
    ]);
    expect(drawnValue("CQE", "OWNER", cqe)).toBe(0n);
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
