import { describe, expect, it } from "vitest";
import { ethernetOf } from "../../generator/elaborate/ethernet.ts";
import { spoiled, spoilNames } from "../../sim/fuzz/ethernet-frames.ts";
import {
  dropReasons,
  judgeEthernet,
  type Known,
  longestUdpBytes,
  type Verdict,
} from "../../sim/fuzz/ethernet-judge.ts";
import { encodeFrame } from "../../sim/reference/rc/framing.ts";
import { mappedIpv4 } from "../../sim/reference/rc/framing-roce.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { EthBench, type Own, openEthPort } from "./eth-bench.ts";
import { type Row, rowsOf } from "./eth-wire.ts";
import { benchNic } from "./nic-bench.ts";
import { randomSample, usedOpcodes } from "./packets.ts";
import { randomBytes } from "./records.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;
const widths = (process.env.LANEWRIGHT_WIDTHS ?? (long ? "128,256,512,1024" : "256")).split(",").map(Number);
/** Frames of each kind. */
const rounds = long ? 1000 : 60;
const mtuBytes = 256;
const queuePairs = 16;

const own: Own = {
  mac: Uint8Array.of(2, 0x11, 0x22, 0x33, 0x44, 0x55),
  ipv4: Uint8Array.of(10, 1, 2, 3),
  ipv6: Uint8Array.of(0xfd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14),
};

describe.each(widths)("spoilt frames into an Ethernet port of %i bits", (bits) => {
  it("each is dropped for the reason that it has, or given on", { timeout: 900_000 }, () =>
    withSeed(seed, async (rng) => {
      const design = benchNic({
        ...{ bits: bits as 256, mtuBytes, queuePairs, clockMHz: 402.83, frame: "ethernet" },
      });
      const model = await openEthPort(design);
      const bench = new EthBench(model, rng.fork("bench"));
      bench.own(own);
      const mac = Uint8Array.of(6, 1, 2, 3, 4, 5);
      const peers = Array.from({ length: queuePairs }, (_, at) => randomBytes(rng, at % 2 === 0 ? 4 : 16));
      for (const [qpn, ip] of peers.entries()) bench.peer(qpn, { mac, ip });
      const { maxFrameBytes } = ethernetOf(design).derived;
      const known: Known = {
        ...{ ...own, queuePairs, peer: (qpn) => peers[qpn]! },
        maxUdpBytes: longestUdpBytes(design),
      };
      const make = (): Uint8Array => {
        const qpn = rng.below(queuePairs);
        const peer = peers[qpn]!;
        const six = peer.length === 16;
        const { packet } = randomSample(rng, rng.pick(usedOpcodes), rng.pick([0, rng.below(120), mtuBytes]));
        const from = { frame: "ethernet" as const, mac, gids: [six ? peer : mappedIpv4(peer)] };
        const to = {
          mac: own.mac,
          dgid: six ? own.ipv6 : mappedIpv4(own.ipv4),
          udpSourcePort: rng.below(65536),
        };
        return encodeFrame(from, to, { ...packet, destQp: qpn }, { ecn: rng.below(4) });
      };
      const due = new Map<Verdict, number>();
      const total = new Map<Verdict, number>();
      let count = 0;
      let before = bench.counts();
      for (let round = 0; round < rounds; round += 1) {
        const frames = spoilNames.map((kind) => {
          const frame = spoiled(rng, kind, make(), maxFrameBytes.value);
          const verdict = judgeEthernet(frame, known);
          due.set(verdict, (due.get(verdict) ?? 0) + 1);
          total.set(verdict, (total.get(verdict) ?? 0) + 1);
          return frame;
        });
        count += frames.length;
        const rows: readonly Row[] = rowsOf(frames, bench.rowBytes, () =>
          rng.range(bits === 1024 ? 14 : 2, 20),
        );
        bench.rows.push(...rows);
        while (bench.rows.length > 0) bench.step();
        bench.run(100);
        const after = bench.counts();
        const was = before;
        const seen = (name: string): number =>
          after[name.toLowerCase() as keyof typeof after] - was[name.toLowerCase() as keyof typeof was];
        const expected = (name: Verdict): number => due.get(name) ?? 0;
        expect([round, "good", seen("rx_frame")]).toEqual([round, "good", expected("good")]);
        let spare = expected("any");
        for (const reason of dropReasons) {
          const more = seen(reason) - expected(reason);
          // what an end that is missing would have told is one of the reasons
          expect([round, reason, more >= 0 && more <= spare]).toEqual([round, reason, true]);
          spare -= more;
        }
        expect([round, "all", spare]).toEqual([round, "all", 0]);
        expect(bench.received.length).toBe(expected("good"));
        bench.received.splice(0);
        due.clear();
        before = after;
      }
      expect(count).toBe(rounds * spoilNames.length);
      if (rounds >= 60)
        for (const reason of dropReasons) expect([reason, total.has(reason)]).toEqual([reason, true]);
      expect(bench.counts()).toMatchObject({ overflow: 0, symbol_error: 0 });
      model.close();
    }),
  );
});
