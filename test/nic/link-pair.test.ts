import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import { nicCounters } from "../../generator/elaborate/nic-registers.ts";
import { linkRegisters } from "../../generator/elaborate/registers.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { openModel } from "../../sim/driver/model.ts";
import { NicPair } from "../../sim/nic/nic-pair.ts";
import { randomStream } from "../../sim/nic/random-program.ts";
import { ProgramRun } from "../../sim/nic/run-program.ts";
import { decodeFrame } from "../../sim/reference/rc/index.ts";
import { opcodeFor } from "../../sim/reference/rc/opcodes.ts";
import { readCounters } from "../../sim/run/counters.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { buildAdapter } from "../rtl/build.ts";
import { connectPairs } from "./connections.ts";
import { pairDescription } from "./pair-design.ts";
import { checkWriteErrors } from "./write-errors.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

/** 4.2 ms: far above what replays of the link take. */
const longTimeout = 10;

const tsharkMissing = ((): boolean => {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
})();

/** A counter of an adapter. */
function count(pair: NicPair, side: 0 | 1, name: string): number {
  const { offset } = nicCounters(pair.design).find((one) => one.name === name)!;
  return pair.buses[side].read(0x1000 + offset).value;
}

/** Widths of host memory; the datapath has 256 bits. */
const hostWidths = long ? [256, 128, 512] : [256];

describe.each(hostWidths)("two adapters on a cable, host memory of %i bits", (dataBits) => {
  let built: BuiltModel;
  let design: NicDesign;
  beforeAll(async () => {
    design = elaborateNic({ ...pairDescription, host: { dataBits } });
    built = await buildAdapter(design);
  }, 600_000);

  it("READ, WRITE, SEND and atomics are right with bit errors, and nothing is sent again end to end", () =>
    withSeed(seed, (rng) => {
      const pair = new NicPair(design, [openModel(built), openModel(built)], { seed: rng.next() });
      const { connections, pds } = connectPairs(pair.drivers, rng, 1024, 4, longTimeout);
      const shape = {
        ...{ steps: long ? 400 : 40, longest: 4096, maxInline: 32, signalEvery: 8, wholeAtomics: true },
      };
      const streams = connections.flatMap((_, connection) =>
        ([0, 1] as const).map((side) => ({
          ...{ stream: randomStream(rng.fork(`${connection}${side}`), shape), connection, side },
        })),
      );
      const host = (i: 0 | 1) => ({ verbs: pair.drivers[i], memory: pair.hosts[i], pd: pds[i] });
      pair.setFaults({ ber: 2e-5 });
      const advance = (ns: number): void => pair.run(Math.ceil((ns * design.clockMHz) / 1000));
      const options = { maxSend: 8, slotBytes: 4096, advance, patience: 2e7 };
      new ProgramRun([host(0), host(1)], connections, streams, options, rng.fork("program")).run();
      expect(pair.wire.counts.map((one) => one.bitErrors > 0)).toEqual([true, true]);
      for (const side of [0, 1] as const) {
        const seen = (name: string): number => count(pair, side, name);
        // Receivers that are late make their peers send again; the wire does not.
        expect([side, seen("RETRY"), seen("DROP_STALE")]).toEqual([side, seen("RNR"), 0]);
        expect([side, seen("DROP_MALFORMED"), seen("RX_PACKET") > 50]).toEqual([side, 0, true]);
        // The link hands on damaged packets marked, before it has them sent again.
        const { LLR_RX_EXPECTED_SEQ_BAD: damaged } = readCounters(
          pair.buses[side],
          linkRegisters(design.port),
        );
        expect(seen("DROP_ICRC")).toBeLessThanOrEqual(damaged!);
        expect(pair.memories[side].violations).toEqual([]);
      }
      pair.close();
    }));

  it("what host memory answers with an error fails its queue pair, and no other", () => {
    const pair = new NicPair(design, [openModel(built), openModel(built)], {});
    checkWriteErrors(pair);
    pair.close();
  });

  it("what an adapter sends is decoded by the reference model and by tshark as it was meant, ICRC and lengths included", () => {
    const folder = mkdtempSync(join(tmpdir(), "lanewright-nic-"));
    const path = join(folder, "wire.pcapng");
    try {
      const pair = new NicPair(design, [openModel(built), openModel(built)], {
        pcapng: { paths: [path, join(folder, "other.pcapng")] },
      });
      const wanted = sendOneOfEach(pair);
      pair.close();
      const frames = framesOf(readFileSync(path));
      const packets = frames.map(({ bytes, sent }) => {
        const decoded = decodeFrame({ frame: "infiniband", lid: sent ? 2 : 1 }, bytes);
        if (typeof decoded === "string") throw new Error(`a frame is dropped: ${decoded}`);
        return { ...decoded.packet, sent };
      });
      const requests = packets.filter(({ sent }) => sent);
      expect(requests.map(({ opcode }) => opcode)).toEqual(wanted.map(({ opcode }) => opcode));
      expect(requests.map(({ payload }) => payload.length)).toEqual(wanted.map(({ bytes }) => bytes));
      // A READ takes a PSN for each packet of its answer.
      let psn = 0;
      for (const [i, request] of requests.entries()) {
        expect([i, request.psn]).toEqual([i, psn]);
        psn += request.opcode === 0x0c ? Math.max(1, Math.ceil(request.reth!.length / wireMtu)) : 1;
      }
      if (tsharkMissing) return;
      const fields = ["bth.opcode", "bth.psn", "bth.destqp", "bth.padcnt", "reth.dmalen", "aeth.msn"];
      const options = ["-r", path, "--disable-protocol", "rpcordma", "-T", "fields", "-e", "_ws.malformed"];
      const text = execFileSync(
        "tshark",
        [...options, ...fields.flatMap((one) => ["-e", `infiniband.${one}`])],
        {
          ...{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
        },
      );
      const number = (field: string | undefined) =>
        field === undefined || field === "" ? null : Number(field);
      const lines = text.split("\n").slice(0, -1);
      expect(lines.map((line) => line.split("\t").map(number))).toEqual(
        packets.map((one) => [
          ...[null, one.opcode, one.psn, one.destQp, -one.payload.length & 3],
          ...[one.reth?.length ?? null, one.aeth?.msn ?? null],
        ]),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const wireMtu = 256;
/** Every verb: what it does on the wire, and what its last packet brings along. */
const verbs = [
  ["send", "send", "none"],
  ["send-imm", "send", "imm"],
  ["send-inv", "send", "ieth"],
  ["write", "write", "none"],
  ["write-imm", "write", "imm"],
  ["read", "read", "none"],
  ["fetch-add", "fetch-add", "none"],
  ["cmp-swap", "cmp-swap", "none"],
] as const;

/** Every verb with messages of no packet, one and several, one after the other. @returns what is to be sent */
function sendOneOfEach(pair: NicPair): { opcode: number; bytes: number }[] {
  const base = 0x1_0000_0000n;
  const pds = pair.drivers.map((driver) => driver.allocPd());
  const cqs = pair.drivers.map((driver) => driver.createCq(256));
  const region = (side: 0 | 1) => ({ pd: pds[side]!, address: base, length: 65_536, access: 15 });
  const keys = ([0, 1] as const).map((side) => pair.drivers[side].regMr(region(side)).rkey);
  for (const host of pair.hosts)
    host.write(
      base,
      Uint8Array.from({ length: 65_536 }, (_, i) => 7 * i + (i >> 8)),
    );
  const qpns = pair.drivers.map((driver, side) =>
    driver.createQp({
      ...{ type: "rc", pd: pds[side]!, sendCq: cqs[side]!, recvCq: cqs[side]!, maxSend: 16, maxRecv: 16 },
    }),
  );
  for (const [side, driver] of pair.drivers.entries()) {
    driver.modifyQp(qpns[side]!, { state: "INIT", pkey: 0xffff, access: 14 });
    driver.modifyQp(qpns[side]!, {
      ...{ state: "RTR", pathMtu: wireMtu, destQpn: qpns[1 - side]!, rqPsn: 0, maxDestRdAtomic: 4 },
      ...{ minRnrTimer: 1, address: { dlid: 2 - side } },
    });
    driver.modifyQp(qpns[side]!, {
      ...{ state: "RTS", timeout: longTimeout, retryCount: 7, rnrRetry: 7, sqPsn: 0, maxRdAtomic: 4 },
    });
  }
  const wanted: { opcode: number; bytes: number }[] = [];
  for (const [opcode, operation, extra] of verbs)
    for (const length of opcode === "fetch-add" || opcode === "cmp-swap" ? [8] : [0, 5, 3 * wireMtu + 2]) {
      const victim = pair.drivers[1].regMr({ ...region(1), remoteInvalidate: true }).rkey;
      const piece = (lkey: number) => [{ address: base + 0x1000n, length, lkey }];
      if (/send|write-imm/u.test(opcode))
        pair.drivers[1].postRecv(qpns[1]!, { wrId: 1, sges: piece(keys[1]!) });
      pair.drivers[0].postSend(qpns[0]!, {
        ...{ wrId: 1, opcode, signaled: true, sges: piece(keys[0]!), imm: 0xc0ffee, invalidateKey: victim },
        ...{ remote: { address: base + 0x2000n, rkey: keys[1]! }, compareAdd: 1n, swap: 2n },
      });
      for (let cycles = 0; pair.drivers[0].pollCq(cqs[0]!, 1).length === 0; cycles += 100) {
        if (cycles > 20_000) throw new Error(`no completion of ${opcode}`);
        pair.run(100);
      }
      pair.drivers[1].pollCq(cqs[1]!, 10);
      const answered = operation !== "send" && operation !== "write";
      const packets = answered ? 1 : Math.max(1, Math.ceil(length / wireMtu));
      for (let i = 0; i < packets; i++) {
        const place = packets === 1 ? "only" : i === 0 ? "first" : i < packets - 1 ? "middle" : "last";
        const ends = place === "only" || place === "last";
        wanted.push({
          opcode: opcodeFor("rc", operation, place, ends ? extra : "none"),
          bytes: answered ? 0 : Math.min(wireMtu, length - i * wireMtu),
        });
      }
    }
  return wanted;
}

/** Enhanced packet blocks of a pcapng file: frames behind their ERF header, LRH … VCRC. */
function framesOf(file: Buffer): { bytes: Uint8Array; sent: boolean }[] {
  const [packetBlock, blockHeader, erfHeader] = [6, 28, 16];
  const frames: { bytes: Uint8Array; sent: boolean }[] = [];
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    if (file.readUInt32LE(at) !== packetBlock) continue;
    const [captured, from] = [file.readUInt32LE(at + 20), at + blockHeader + erfHeader];
    const bytes = Uint8Array.from(file.subarray(from, at + blockHeader + captured));
    frames.push({ bytes, sent: file.readUInt32LE(at + 8) === 0 });
  }
  return frames;
}
