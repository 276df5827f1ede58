import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import { ethCounters } from "../../generator/elaborate/eth-registers.ts";
import { nicCounters } from "../../generator/elaborate/nic-registers.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { PcapngWriter } from "../../sim/capture/pcapng.ts";
import { openModel } from "../../sim/driver/model.ts";
import { ethernetEnds, NicPair } from "../../sim/nic/nic-pair.ts";
import { randomStream } from "../../sim/nic/random-program.ts";
import { ProgramRun } from "../../sim/nic/run-program.ts";
import type { AddressVector } from "../../sim/nic/verbs.ts";
import { decodeFrame } from "../../sim/reference/rc/framing.ts";
import { mappedIpv4 } from "../../sim/reference/rc/framing-roce.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { buildAdapter } from "../rtl/build.ts";
import { connectPairs } from "./connections.ts";
import { Ear } from "./eth-wire.ts";
import { checkWriteErrors } from "./write-errors.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

/** 131 us: longer than the peer takes, shorter than the run. */
const timeout = 5;

function count(pair: NicPair, side: 0 | 1, name: string): number {
  const own = nicCounters(pair.design).find((one) => one.name === name);
  if (own !== undefined) return pair.buses[side].read(0x1000 + own.offset).value;
  return pair.buses[side].read(ethCounters(pair.design).find((one) => one.name === name)!.offset).value;
}

/** Ways to an end: IPv4 and IPv6 in turn. */
function addressOf(end: number, sl: number): AddressVector {
  const { mac, ipv4, ipv6 } = ethernetEnds[end as 0 | 1];
  return {
    mac,
    sl,
    dgid: sl % 2 === 0 ? mappedIpv4(ipv4) : ipv6,
    trafficClass: (sl & 7) << 5,
    flowLabel: sl,
  };
}

function tsharkMissing(): boolean {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
}

describe.skipIf(!long)("two adapters on an Ethernet cable", () => {
  let built: BuiltModel;
  let design: NicDesign;
  beforeAll(async () => {
    design = elaborateNic({
      ...{ name: "dut", clockMHz: 100, datapathBits: 256, mtuBytes: 1024, queuePairs: 16, frame: "ethernet" },
      ...{ completionQueues: 8, memoryRegions: 512, port: { rateGbps: 10, cableMeters: 3 } },
      ...{ virtualLanes: { data: 1 }, requester: { outstandingReads: 4, scatterGather: 6, pushBytes: 64 } },
    });
    built = await buildAdapter(design);
  }, 600_000);

  it("what host memory answers with an error fails its queue pair, and no other", () => {
    const pair = new NicPair(design, [openModel(built), openModel(built)], {});
    checkWriteErrors(pair, (end) => addressOf(end, 0));
    pair.close();
  });

  it.each([0, 2e-6])("READ, WRITE, SEND and atomics are right with bit errors of %f", (ber) =>
    withSeed(seed, (rng) => {
      const pair = new NicPair(design, [openModel(built), openModel(built)], { seed: rng.next() });
      const { connections, pds } = connectPairs(pair.drivers, rng, 1024, 4, timeout, false, addressOf);
      const shape = {
        ...{ steps: long ? 400 : 40, longest: 4096, maxInline: 32, signalEvery: 8, wholeAtomics: true },
      };
      const streams = connections.flatMap((_, connection) =>
        ([0, 1] as const).map((side) => ({
          ...{ stream: randomStream(rng.fork(`${connection}${side}`), shape), connection, side },
        })),
      );
      const folder = mkdtempSync(join(tmpdir(), "lanewright-roce-"));
      const file = join(folder, "roce.pcapng");
      const writer = new PcapngWriter(file, [{ name: "p0", kind: "ethernet" }]);
      const ears = [new Ear(), new Ear()] as const;
      pair.watch = (cycle) => {
        for (const side of [0, 1] as const) {
          const end = pair.models[side];
          if (end.port("p0_mii_tx_ready").get() === 0) continue;
          ears[side].hear(end.port("p0_mii_txd").bytes.slice(), end.port("p0_mii_txc").bytes.slice());
          const { frames } = ears[side];
          for (const { bytes, fcsGood } of frames.splice(0)) {
            expect(fcsGood).toBe(true);
            // What adapters send is what the reference takes
            const { mac, ipv4, ipv6 } = ethernetEnds[side === 0 ? 1 : 0];
            const taken = decodeFrame({ frame: "ethernet", mac, gids: [mappedIpv4(ipv4), ipv6] }, bytes);
            if (typeof taken === "string")
              throw new Error(`cycle ${cycle}: the reference drops it: ${taken}`);
            writer.write(bytes, (cycle * 1000) / design.clockMHz);
          }
        }
      };
      const host = (i: 0 | 1) => ({ verbs: pair.drivers[i], memory: pair.hosts[i], pd: pds[i] });
      pair.setFaults({ ber });
      const advance = (ns: number): void => pair.run(Math.ceil((ns * design.clockMHz) / 1000));
      const options = { maxSend: 8, slotBytes: 4096, advance, patience: 2e7 };
      new ProgramRun([host(0), host(1)], connections, streams, options, rng.fork("program")).run();
      writer.close();
      for (const side of [0, 1] as const) {
        const seen = (name: string): number => count(pair, side, name);
        expect([side, seen("DROP_ICRC"), seen("DROP_MALFORMED"), seen("DROP_OVERFLOW")]).toEqual([
          side,
          0,
          0,
          0,
        ]);
        expect(seen("RX_PACKET")).toBe(seen("RX_FRAME"));
        if (ber === 0) expect([side, seen("RETRY"), seen("DROP_FCS")]).toEqual([side, seen("RNR"), 0]);
        expect(pair.memories[side].violations).toEqual([]);
      }
      if (ber > 0) expect(count(pair, 0, "DROP_FCS") + count(pair, 1, "DROP_FCS")).toBeGreaterThan(0);
      pair.close();
      if (!tsharkMissing()) {
        const fields = ["_ws.malformed", "ip.checksum.status", "infiniband.bth.opcode", "udp.dstport"];
        const options_ = ["-r", file, "-o", "ip.check_checksum:TRUE", "--disable-protocol", "rpcordma"];
        // What takes one in sixteen payloads for its own, whatever they are
        options_.push("--disable-heuristic", "mellanox_eoib");
        const text = execFileSync(
          "tshark",
          [...options_, "-T", "fields", ...fields.flatMap((field) => ["-e", field])],
          { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
        );
        for (const line of text.split("\n").slice(0, -1)) {
          const [malformed, checksum, opcode, port] = line.split("\t");
          // Payload is at random, and may be taken for something else; headers in front of it show in opcode and port
          const own = /Packet: (?:IB|InfiniBand)\]/u.test(malformed ?? "");
          expect([own, checksum === "" || checksum === "1", opcode !== "", port]).toEqual([
            false,
            true,
            true,
            "4791",
          ]);
        }
      }
      rmSync(folder, { recursive: true });
    }),
  );
});
