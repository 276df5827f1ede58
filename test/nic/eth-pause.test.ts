import { describe, expect, it } from "vitest";
import { ethernetOf } from "../../generator/elaborate/ethernet.ts";
import { withFcs as shortFrame } from "../../sim/nic/eth-rig.ts";
import { encodeFrame } from "../../sim/reference/rc/framing.ts";
import { mappedIpv4 } from "../../sim/reference/rc/framing-roce.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { EthBench, ethPorts, type Own, openEthPort, registersAt } from "./eth-bench.ts";
import { pauseFrame, type Row, rowsOf, withFcs } from "./eth-wire.ts";
import { benchNic } from "./nic-bench.ts";
import { clientBytes, randomSample } from "./packets.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;
const mtuBytes = 256;
const queuePairs = 16;
const own: Own = {
  mac: Uint8Array.of(2, 0x11, 0x22, 0x33, 0x44, 0x55),
  ipv4: Uint8Array.of(10, 1, 2, 3),
  ipv6: new Uint8Array(16),
};
const peer = { mac: Uint8Array.of(6, 1, 2, 3, 4, 5), ip: Uint8Array.of(10, 9, 8, 7) };
const priority = 3;

async function setUp(bits: 128 | 256 | 512 | 1024, rateGbps: number, rng: Rng) {
  const design = benchNic({
    ...{ bits, rateGbps, mtuBytes, queuePairs, clockMHz: 402.83, frame: "ethernet" },
  });
  const model = await openEthPort(design);
  const bench = new EthBench(model, rng.fork("bench"));
  bench.own(own);
  for (let qpn = 0; qpn < queuePairs; qpn += 1) bench.peer(qpn, peer);
  bench.steady = true;
  bench.txRate = Math.min(1, (design.port.rateGbps * 1000) / (design.clockMHz * bits));
  /** Keeps a packet of the adapter waiting: a longest one, or of any length. */
  const feed = (longest: boolean): void => {
    const bytes = longest ? mtuBytes : rng.pick([0, rng.below(mtuBytes), mtuBytes]);
    const sample = randomSample(rng, 0x0b, bytes);
    const lrh = { vl: 0, sl: priority, dlid: rng.range(2, 15), slid: 1 };
    if (bench.source.pending < 2) bench.source.push({ bytes: clientBytes({ ...sample, lrh }), vl: 0 });
  };
  return { design, model, bench, feed, numbers: ethernetOf(design).derived };
}

describe.each(ethPorts)("pauses of a port of %i bits, %i Gb/s", (bits, rateGbps) => {
  it("a pause frame stops its priority within what is derived", { timeout: 600_000 }, () =>
    withSeed(seed, async (rng) => {
      const { design, model, bench, feed, numbers } = await setUp(bits, rateGbps, rng);
      const stop = numbers.pauseStopCycles.value;
      const nsOf = (cycles: number): number => (cycles * 1000) / design.clockMHz;
      const quantaNs = (numbers.peerPauseQuanta.value * 512) / design.port.rateGbps;
      let [latestEnd, latestStart, least] = [0, 0, Number.POSITIVE_INFINITY];
      const trials = long ? 400 : 16;
      for (let trial = 0; trial < trials; trial += 1) {
        const longest = trial % 4 !== 0;
        for (let left = rng.range(stop, 2 * stop); left > 0; left -= 1) {
          feed(longest);
          bench.step();
        }
        // Behind others, so many that rows wait where two frames can start in one
        const others = Array.from({ length: trial % 2 === 0 ? 0 : 60 }, () => withFcs(new Uint8Array(60)));
        const rows = rowsOf(
          [...others, withFcs(pauseFrame(1 << priority, new Array<number>(8).fill(0xffff)))],
          bench.rowBytes,
          () => 1,
        );
        // up to the row with the last column of the pause frame
        const last = rows.findLastIndex(({ data }) => data.some((byte) => byte === 0xfd));
        for (const row of rows) bench.rows.push(row);
        for (let left = last + 1; left > 0; left -= 1) {
          feed(longest);
          bench.step();
        }
        const begin = bench.cycle;
        let [end, count] = [begin, bench.ear.frames.length];
        for (let left = 2 * stop; left > 0; left -= 1) {
          feed(longest);
          bench.step();
          if (bench.ear.frames.length === count) continue;
          count = bench.ear.frames.length;
          end = bench.cycle;
        }
        const bytes = bench.ear.frames.at(-1)!.bytes.length + 12;
        const start = end - begin - Math.floor((bytes * 8) / bits / bench.txRate);
        latestEnd = Math.max(latestEnd, end - begin);
        latestStart = Math.max(latestStart, start);
        least = Math.min(least, end - begin);
        expect(end - begin).toBeLessThanOrEqual(stop);
        bench.rows.push(
          ...rowsOf(
            [withFcs(pauseFrame(1 << priority, new Array<number>(8).fill(0)))],
            bench.rowBytes,
            () => 1,
          ),
        );
      }
      // IEEE 802.3 annex 31B.3.7: no frame starts later than that
      expect(nsOf(latestStart)).toBeLessThan(quantaNs);
      if (process.env.LANEWRIGHT_FIGURES !== undefined)
        process.stdout.write(
          `${bits} bits, ${trials} pauses: last column after ${least} ... ${latestEnd} cycles of ${stop}, ` +
            `last start after ${nsOf(latestStart).toFixed(0)} ns of ${quantaNs.toFixed(0)}\n`,
        );
      model.close();
    }),
  );

  it("the headroom takes in all that a peer may send", { timeout: 600_000 }, () =>
    withSeed(seed, async (rng) => {
      const { design, model, bench, feed, numbers } = await setUp(bits, rateGbps, rng);
      const { cableMeters, phyLatencyNs } = design.port;
      const cycles = (ns: number): number => (ns * design.clockMHz) / 1000;
      // out to the peer, its reaction, the way back
      const delay = cycles(
        2 * (5 * cableMeters + phyLatencyNs) + (numbers.peerPauseQuanta.value * 512) / rateGbps,
      );
      const depth = numbers.receiveBufferBeats.value;
      /** In which the wire carries so many beats. */
      const cyclesFor = (beats: number): number => Math.ceil(beats / bench.txRate);
      let [sent, stopped, credit, seen, peak, asked] = [0, Number.POSITIVE_INFINITY, 0, 0, 0, 0];
      let rows: Row[] = [];
      /** Wire and peer, one cycle: frames one behind the other, none begun once a pause has come to it. */
      const step = (longest: boolean): void => {
        feed(true);
        credit = Math.min(1, credit) + bench.txRate;
        bench.rxRate = credit >= 1 ? 1 : 0;
        if (credit >= 1) {
          credit -= 1;
          if (rows.length === 0 && bench.cycle < stopped) {
            const qpn = rng.range(2, 15);
            const { packet } = randomSample(rng, 0x0b, longest ? mtuBytes : rng.below(mtuBytes));
            const to = { mac: own.mac, dgid: mappedIpv4(own.ipv4) };
            const from = { frame: "ethernet" as const, mac: peer.mac, gids: [mappedIpv4(peer.ip)] };
            const frame = withFcs(encodeFrame(from, to, { ...packet, destQp: qpn, fecn: false }));
            // without the idle rows behind it
            rows = rowsOf([frame], bench.rowBytes, () => 1).slice(0, -4);
            sent += 1;
          }
          const row = rows.shift();
          if (row !== undefined) bench.rows.push(row);
        }
        bench.step();
        for (; seen < bench.ear.frames.length; seen += 1) {
          const { bytes } = bench.ear.frames[seen]!;
          if (bytes[0] !== 1) continue;
          asked += 1;
          stopped = bytes[18] === 0 && bytes[19] === 0 ? Number.POSITIVE_INFINITY : bench.cycle + delay;
        }
      };
      const rounds = long ? 12 : 3;
      for (let round = 0; round < rounds; round += 1) {
        const longest = round % 3 !== 2;
        // the adapter takes nothing
        bench.sink.backpressure = 1;
        for (let left = cyclesFor(20 * depth); left > 0 && !(bench.cycle > stopped + 200); left -= 1)
          step(longest);
        expect(bench.cycle).toBeGreaterThan(stopped);
        peak = Math.max(peak, bench.read(registersAt.status) >>> 16);
        expect(bench.counts().overflow).toBe(0);
        bench.sink.backpressure = 0;
        for (let left = cyclesFor(8 * depth); left > 0; left -= 1) step(longest);
      }
      stopped = 0;
      for (let left = cyclesFor(4 * depth); left > 0; left -= 1) step(false);
      expect(bench.received.length).toBe(sent);
      expect(bench.counts()).toMatchObject({ overflow: 0, rx_frame: sent, fcs: 0 });
      expect(asked).toBeGreaterThanOrEqual(2 * rounds);
      // what is derived is not far more than what is needed
      expect(peak).toBeGreaterThan(numbers.pauseXoffBeats.value + numbers.pauseHeadroomBeats.value / 2);
      if (process.env.LANEWRIGHT_FIGURES !== undefined)
        process.stdout.write(
          `${bits} bits: ${peak} of ${depth} beats taken up, XOFF at ${numbers.pauseXoffBeats.value}, ` +
            `headroom ${numbers.pauseHeadroomBeats.value}\n`,
        );
      model.close();
    }),
  );

  it("a pause ends with its link, and one that is too short is none", { timeout: 100_000 }, () =>
    withSeed(seed, async (rng) => {
      const { model, bench, numbers } = await setUp(bits, rateGbps, rng);
      const link = (up: boolean): void => {
        model.port("mii_link_up").set(Number(up));
        bench.run(8);
      };
      const give = (frame: Uint8Array): void => {
        bench.rows.push(...rowsOf([frame], bench.rowBytes, () => 1));
        while (bench.rows.length > 0) bench.step();
        bench.run(40);
      };
      const paused = (): number => (bench.read(registersAt.status) >>> 8) & 0xff;
      const pause = (quanta: number) => pauseFrame(1 << priority, new Array<number>(8).fill(quanta));
      give(withFcs(pause(0xffff)));
      expect(paused()).toBe(1 << priority);
      link(false);
      link(true);
      expect(paused()).toBe(0);
      // with a good FCS, but not as long as a frame is; then as long
      const before = bench.counts();
      for (const length of [18, 20, 35, 36, rng.range(18, 59), 59])
        give(shortFrame(pause(0xffff).subarray(0, length), { short: true }));
      expect(paused()).toBe(0);
      expect(bench.counts().length - before.length).toBe(6);
      expect(bench.counts().pause_received).toBe(before.pause_received);
      give(withFcs(pause(0xffff)));
      expect(paused()).toBe(1 << priority);
      give(withFcs(pause(0)));
      expect(paused()).toBe(0);

      // A limit that the buffer does not have is never reached, and does not wrap
      bench.sink.backpressure = 1;
      const depth = numbers.receiveBufferBeats.value;
      bench.write(registersAt.pauseLimits, 2 * depth + 1);
      const packet = { ...randomSample(rng, 0x0b, mtuBytes).packet, destQp: 3, fecn: false };
      const from = { frame: "ethernet" as const, mac: peer.mac, gids: [mappedIpv4(peer.ip)] };
      const frame = withFcs(encodeFrame(from, { mac: own.mac, dgid: mappedIpv4(own.ipv4) }, packet));
      for (let left = 3; left > 0; left -= 1) give(frame);
      expect(bench.read(registersAt.status) >>> 16).toBeGreaterThan(2);
      expect(bench.counts().pause_sent).toBe(0);
      bench.write(registersAt.pauseLimits, 2);
      bench.run(100);
      expect(bench.counts().pause_sent).toBe(1);
      // asked again when a link comes back, not on one that is lost
      model.port("mii_link_up").set(0);
      bench.run(500);
      expect(bench.counts().pause_sent).toBe(1);
      model.port("mii_link_up").set(1);
      bench.run(200);
      expect(bench.counts().pause_sent).toBe(2);
      // asked once where the peer may go on from above where it is to pause
      bench.write(registersAt.pauseLimits, 2 + 2 ** 16 * 0xffff);
      bench.run(200);
      expect(bench.counts().pause_sent).toBe(2);
      // told to go on when no pauses are to be sent any more; and those of the peer are not obeyed
      bench.write(registersAt.pauseLimits, 2);
      bench.write(registersAt.pause, 0xff00);
      bench.run(200);
      expect(bench.counts().pause_sent).toBe(3);
      give(withFcs(pause(0xffff)));
      expect(paused()).toBe(0);
      model.close();
    }),
  );
});
