import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { appendVcrc, buildPacket } from "../reference/packet.ts";
import { taggedPacket } from "../reference/tagged.ts";
import { readPcap } from "./pcap.ts";
import { PcapngWriter } from "./pcapng.ts";

const folder = mkdtempSync(join(tmpdir(), "lanewright-capture-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tsharkMissing(): boolean {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
}

function tshark(file: string, fields: readonly string[]): string[] {
  const options = ["-r", file, "-T", "fields", ...fields.flatMap((field) => ["-e", field])];
  return execFileSync("tshark", options, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    .trim()
    .split("\n");
}

describe("PcapngWriter", () => {
  const file = join(folder, "link.pcapng");
  const packets = [
    taggedPacket({ source: 1, vl: 3, index: 77 }, 128, { dlid: 0x12, slid: 0x34 }),
    buildPacket({
      lrh: { vl: 0, dlid: 5, slid: 6 },
      bth: { opcode: 0x11, destQp: 9, psn: 10 },
      extension: new Uint8Array(4),
    }),
  ];
  const writer = new PcapngWriter(file, [
    { name: "p0 rx", kind: "infiniband", speed: 400e9 },
    { name: "host", kind: "ethernet" },
  ]);
  packets.forEach((packet, i) => {
    writer.write(appendVcrc(packet), 1500 + i * 4000000000);
  });
  const pcap = readPcap(readFileSync(new URL("../data/rxe-samples.pcap", import.meta.url)));
  writer.write(pcap.frames[12]!.bytes, 5000000000.5, 1);
  for (let i = 0; i < 400; i++)
    writer.write(appendVcrc(taggedPacket({ source: 1, vl: 0, index: i }, 4120)), 6e9 + i);
  writer.close();

  it("writes whole blocks", () => {
    const bytes = readFileSync(file);
    let blocks = 0;
    for (let at = 0; at < bytes.length; blocks++) {
      const length = bytes.readUInt32LE(at + 4);
      expect(bytes.readUInt32LE(at + length - 4)).toBe(length);
      at += length;
    }
    expect(blocks).toBe(3 + 403);
  });

  it.skipIf(tsharkMissing())("is read by tshark with LRH, BTH and CRCs", () => {
    const fields = ["frame.time_epoch", "infiniband.lrh.vl", "infiniband.lrh.dlid", "infiniband.lrh.slid"];
    const more = [
      "infiniband.lrh.pktlen",
      "infiniband.bth.opcode",
      "infiniband.bth.psn",
      "infiniband.variant.crc",
    ];
    const lines = tshark(file, [...fields, ...more]).map((line) => line.split("\t"));
    expect(lines.length).toBe(403);
    const vcrc = Buffer.from(appendVcrc(packets[0]!)).subarray(-2);
    expect(lines[0]!.slice(0, 7)).toEqual(["0.000001500", "0x03", "18", "52", "32", "36", "77"]);
    expect(lines[0]![7]).toBe(`0x${vcrc.toString("hex")}`);
    expect(lines[1]!.slice(0, 7)).toEqual(["4.000001500", "0x00", "5", "6", "7", "17", "10"]);
    const [ethernet] = tshark(file, ["ip.src", "udp.dstport", "infiniband.bth.opcode"]).slice(2, 3);
    expect(ethernet).toBe("10.0.0.2\t4791\t4");
  });
});

describe("readPcap", () => {
  it("says what is wrong with a file", () => {
    const file = readFileSync(new URL("../data/rxe-samples.pcap", import.meta.url));
    expect(readPcap(file).frames.length).toBe(148);
    expect(() => readPcap(file.subarray(0, 10))).toThrow("no pcap file");
    expect(() => readPcap(file.subarray(0, 100))).toThrow("ends within frame 1");
    expect(() => readPcap(Buffer.alloc(100))).toThrow("magic number");
    expect(() => readPcap(Buffer.from(`0a0d0d0a${"00".repeat(30)}`, "hex"))).toThrow("pcapng");
  });
});
