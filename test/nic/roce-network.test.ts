import { beforeAll, describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import { congestionCounters } from "../../generator/elaborate/congestion-registers.ts";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import { ethCounters } from "../../generator/elaborate/eth-registers.ts";
import { nicCounters } from "../../generator/elaborate/nic-registers.ts";
import type { Axi4Options } from "../../sim/bfm/axi4-memory.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { openModel } from "../../sim/driver/model.ts";
import { ethernetAt } from "../../sim/nic/ethernet-port.ts";
import { FrameWire } from "../../sim/nic/frame-wire.ts";
import { ethernetEnds, NicPair } from "../../sim/nic/nic-pair.ts";
import { decodeFrame } from "../../sim/reference/rc/framing.ts";
import { mappedIpv4 } from "../../sim/reference/rc/framing-roce.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { buildAdapter } from "../rtl/build.ts";
import { mark, pauseFrame, withFcs } from "./eth-wire.ts";
import { randomBytes } from "./records.ts";

const long = process.env.LANEWRIGHT_LONG !== undefined;
const clockMHz = 100;
const rows = 10_000 / (256 * clockMHz);
const mtu = 1024;

/** A counter of the port, of the adapter or of congestion control. */
function count(pair: NicPair, side: 0 | 1, name: string): number {
  const blocks = [ethCounters(pair.design), nicCounters(pair.design), congestionCounters(pair.design)];
  const at = blocks.findIndex((block) => block.some((one) => one.name === name));
  const { offset } = blocks[at]!.find((one) => one.name === name)!;
  return pair.buses[side].read(0x1000 * at + offset).value;
}

const isCnp = (frame: Uint8Array): boolean => frame[42] === 0x81;

interface Ends {
  readonly pair: NicPair;
  readonly qpns: readonly [number, number];
  readonly keys: readonly [number, number];
  readonly cq: number;
  /** Of the second connection. */
  readonly others: readonly [number, number];
  readonly wire: FrameWire;
}

const [from, to] = [0x10_0000n, 0x20_0000n] as const;
const bytesOfAll = 0x2_0000;

describe.skipIf(!long)("two adapters and a network between them", () => {
  let built: BuiltModel;
  let design: NicDesign;
  beforeAll(async () => {
    design = elaborateNic({
      ...{ name: "dut", clockMHz, datapathBits: 256, mtuBytes: mtu, queuePairs: 16, frame: "ethernet" },
      ...{ completionQueues: 8, memoryRegions: 512, port: { rateGbps: 10, cableMeters: 3 } },
      ...{ virtualLanes: { data: 2 }, requester: { outstandingReads: 4, scatterGather: 6 } },
    });
    built = await buildAdapter(design);
  }, 600_000);

  type Pass = (frame: Uint8Array, side: 0 | 1, cycle: number, wire: FrameWire) => Uint8Array | null;

  /** Two connections from end 0 to end 1, of priorities 3 and 5 and lanes 0 and 1, and memory with the same bytes to be sent. */
  function connect(
    pass: Pass,
    memory: Axi4Options = {},
    cyclesOf?: (bytes: number, side: 0 | 1) => number,
  ): Ends {
    let wire: FrameWire | undefined;
    const pair = new NicPair(design, [openModel(built), openModel(built)], {
      memory,
      vlOf: (sl) => Number(sl === 5),
      wire: (models) => {
        const seen = (frame: Uint8Array, side: 0 | 1, cycle: number) => pass(frame, side, cycle, wire!);
        wire = new FrameWire(models, { rows, delayCycles: 50, pass: seen, ...(cyclesOf && { cyclesOf }) });
        return wire;
      },
    });
    const keys = [0, 0];
    const cqs = [0, 0];
    const qpns = [0, 0];
    const others = [0, 0];
    for (const side of [0, 1] as const) {
      const driver = pair.drivers[side];
      const pd = driver.allocPd();
      pair.hosts[side].write(side === 0 ? from : to, new Uint8Array(bytesOfAll));
      const address = side === 0 ? from : to;
      keys[side] = driver.regMr({ pd, address, length: bytesOfAll, access: 7 }).rkey;
      cqs[side] = driver.createCq(256);
      const shape = {
        type: "rc",
        pd,
        sendCq: cqs[side]!,
        recvCq: cqs[side]!,
        maxSend: 32,
        maxRecv: 8,
      } as const;
      qpns[side] = driver.createQp(shape);
      others[side] = driver.createQp(shape);
    }
    for (const side of [0, 1] as const)
      for (const [sl, ours] of [
        [3, qpns],
        [5, others],
      ] as const) {
        const driver = pair.drivers[side];
        const [qpn, other] = [ours[side]!, ethernetEnds[side === 0 ? 1 : 0]];
        driver.modifyQp(qpn, { state: "INIT", pkey: 0xffff, access: 14 });
        driver.modifyQp(qpn, {
          ...{
            state: "RTR",
            pathMtu: mtu,
            destQpn: ours[1 - side]!,
            rqPsn: 5,
            maxDestRdAtomic: 4,
            minRnrTimer: 1,
          },
          address: { mac: other.mac, dgid: mappedIpv4(other.ipv4), sl, trafficClass: 0x68 },
        });
        driver.modifyQp(qpn, {
          state: "RTS",
          timeout: 6,
          retryCount: 7,
          rnrRetry: 7,
          sqPsn: 5,
          maxRdAtomic: 4,
        });
      }
    const two = (of: readonly number[]): [number, number] => [of[0]!, of[1]!];
    return { pair, qpns: two(qpns), others: two(others), keys: two(keys), cq: cqs[0]!, wire: wire! };
  }

  /** WRITEs of 4 KiB until all of the memory has been sent `times`; @returns ns */
  function writeAll({ pair, qpns, keys, cq }: Ends, times: number): number {
    const driver = pair.drivers[0];
    const data = randomBytes(new Rng(9), bytesOfAll);
    pair.hosts[0].write(from, data);
    const size = 4096;
    const all = (times * bytesOfAll) / size;
    const begin = pair.cycle;
    let [posted, done] = [0, 0];
    while (done < all) {
      while (posted < all && posted - done < 16) {
        const offset = BigInt((posted * size) % bytesOfAll);
        driver.postSend(qpns[0], {
          ...{ wrId: posted, opcode: "write", signaled: true },
          sges: [{ address: from + offset, length: size, lkey: keys[0] }],
          remote: { address: to + offset, rkey: keys[1] },
        });
        posted += 1;
      }
      pair.run(200);
      for (const { status } of driver.pollCq(cq, 16)) {
        expect(status).toBe(0);
        done += 1;
      }
      if (pair.cycle - begin > 3_000_000) throw new Error(`${done} of ${all} messages are done`);
    }
    expect(Buffer.compare(pair.hosts[1].read(to, bytesOfAll), data)).toBe(0);
    return ((pair.cycle - begin) * 1000) / clockMHz;
  }

  it("a network that loses frames in both directions: sent again end to end", { timeout: 300_000 }, () => {
    const rng = new Rng(3);
    let lost = 0;
    const ends = connect((frame) => {
      if (!rng.chance(0.02)) return frame;
      lost += 1;
      return null;
    });
    writeAll(ends, 2);
    expect(lost).toBeGreaterThan(3);
    expect(count(ends.pair, 0, "RETRY")).toBeGreaterThan(0);
    expect(count(ends.pair, 1, "DROP_FCS")).toBe(0);
    ends.pair.close();
  });

  it("a network that marks: notifications, and a queue that stays short", { timeout: 300_000 }, () => {
    // The way from end 0 carries 4 Gb/s; what waits there beyond 16 frames is marked
    const cnps: { at: number; frame: Uint8Array }[] = [];
    let longest = 0;
    const slow = (bytes: number, side: 0 | 1): number => (side === 0 ? (bytes * 8 * clockMHz) / 4000 : 0);
    const ends = connect(
      (frame, side, cycle, wire) => {
        if (side === 1) {
          if (isCnp(frame)) cnps.push({ at: (cycle * 1000) / clockMHz, frame });
          return frame;
        }
        longest = Math.max(longest, wire.waiting(0));
        return wire.waiting(0) > 16 ? mark(frame) : frame;
      },
      {},
      slow,
    );
    const { pair } = ends;
    // quicker than the defaults, which are made for a run of seconds
    for (const [at, value] of [
      [0x40, 20_000],
      [0x48, 5],
      [0x4c, 100_000],
      [0x20, 992],
    ] as const)
      pair.buses[0].write(0x2000 + at, value);
    const ns = writeAll(ends, 4);
    const gbps = (4 * bytesOfAll * 8) / ns;
    expect(gbps).toBeGreaterThan(1.5);
    expect(longest).toBeLessThan(48);
    expect(cnps.length).toBeGreaterThan(2);
    expect(count(pair, 0, "CNP_RECEIVED")).toBe(cnps.length);
    expect(count(pair, 1, "CNP_SENT")).toBe(cnps.length);
    expect(count(pair, 1, "MARKED")).toBeGreaterThanOrEqual(cnps.length);
    expect(count(pair, 0, "RATE_CUT")).toBeGreaterThan(0);
    expect([count(pair, 0, "RETRY"), count(pair, 0, "DROP_UNSUPPORTED")]).toEqual([0, 0]);
    const { mac, ipv4, ipv6 } = ethernetEnds[0];
    const identity = { frame: "ethernet", mac, gids: [mappedIpv4(ipv4), ipv6] } as const;
    for (const [n, { at, frame }] of cnps.entries()) {
      const decoded = decodeFrame(identity, frame.slice(0, -4));
      if (typeof decoded === "string") throw new Error(decoded);
      const { opcode, becn, fecn, destQp, pkey, psn, ackRequest } = decoded.packet;
      expect({ opcode, becn, fecn, destQp, pkey, psn, ackRequest }).toEqual({
        ...{
          opcode: 0x81,
          becn: true,
          fecn: false,
          destQp: ends.qpns[0],
          pkey: 0xffff,
          psn: 0,
          ackRequest: false,
        },
      });
      // DSCP 48, ECT(0); at most one in 4 us, cycles of the wire aside
      expect(frame[15]).toBe(0xc2);
      if (n > 0) expect(at - cnps[n - 1]!.at).toBeGreaterThan(3500);
    }
    pair.close();
  });

  /** What end 0 sends after one mark, in bytes, is that of its limit: kbit/s without rises. */
  const limitKbps = 500_000;
  it.each([
    // Each is posted when the one before is complete: none waits in the line
    ["WRITEs of a packet", 0, "write", 1024, 1],
    ["READs that it answers", 1, "read", 16_384, 4],
  ] as const)(
    "a queue pair with a limit keeps to it: %s",
    { timeout: 300_000 },
    (_name, asks, opcode, size, most) => {
      let marked = false;
      const sent: { readonly at: number; readonly bytes: number }[] = [];
      const ends = connect((frame, side, cycle) => {
        if (side === 1 || frame.length < 1024) return frame;
        sent.push({ at: (cycle * 1000) / clockMHz, bytes: frame.length + 20 });
        if (marked) return frame;
        marked = true;
        return mark(frame);
      });
      const { pair, qpns, keys } = ends;
      for (const [at, value] of [
        [0x2c, limitKbps],
        [0x40, 0xff_ffff],
        [0x44, 0],
      ] as const)
        pair.buses[0].write(0x2000 + at, value);
      const [local, remote] = asks === 0 ? [from, to] : [to, from];
      const driver = pair.drivers[asks];
      let [posted, done] = [0, 0];
      while (sent.length < 80) {
        if (posted - done < most) {
          driver.postSend(qpns[asks], {
            ...{ wrId: posted, opcode, signaled: true },
            sges: [{ address: local, length: size, lkey: keys[asks] }],
            remote: { address: remote, rkey: keys[1 - asks]! },
          });
          posted += 1;
        }
        pair.run(50);
        for (const { status } of driver.pollCq(0, 16)) {
          expect(status).toBe(0);
          done += 1;
        }
        if (pair.cycle > 1_000_000) throw new Error(`${sent.length} packets`);
      }
      expect(count(pair, 0, "CNP_RECEIVED")).toBe(1);
      expect([count(pair, 0, "RETRY"), count(pair, 1, "RETRY")]).toEqual([0, 0]);
      // Behind those that were on their way when the notification came
      const steady = sent.slice(-50);
      const kbps =
        (steady.slice(1).reduce((sum, { bytes }) => sum + bytes, 0) * 8e6) /
        (steady.at(-1)!.at - steady[0]!.at);
      expect(kbps / limitKbps).toBeGreaterThan(0.9);
      expect(kbps / limitKbps).toBeLessThan(1.05);
      pair.close();
    },
  );

  /** Host memory of both ends takes a beat in ten cycles: a fifth of what the wire brings. */
  const slowHost: Axi4Options = { stalls: { w: 0.93 } };

  it.each([true, false])("a slow host, pause frames %s", { timeout: 300_000 }, (pauses) => {
    let asked = 0;
    const ends = connect((frame, side) => {
      if (side === 1 && frame[0] === 0x01) {
        asked += 1;
        expect(frame.length).toBe(64);
        expect([...frame.subarray(0, 6)]).toEqual([0x01, 0x80, 0xc2, 0, 0, 1]);
        expect([...frame.subarray(12, 18)]).toEqual([0x88, 0x08, 0x01, 0x01, 0, 0xff]);
      }
      return frame;
    }, slowHost);
    const { pair } = ends;
    for (const bus of pair.buses) bus.write(ethernetAt.pause, 0xff00 + (pauses ? 3 : 0));
    writeAll(ends, 2);
    const overflow = count(pair, 1, "DROP_OVERFLOW");
    if (pauses) {
      expect(asked).toBeGreaterThan(0);
      expect([overflow, count(pair, 0, "RETRY"), count(pair, 1, "PAUSE_SENT")]).toEqual([0, 0, asked]);
      expect(count(pair, 0, "PAUSE_RECEIVED")).toBe(asked);
      expect(count(pair, 0, "HELD")).toBeGreaterThan(100);
    } else {
      // Without them the same traffic loses packets, and has them sent again
      expect(asked).toBe(0);
      expect(overflow).toBeGreaterThan(0);
    }
    pair.close();
  });

  it.each([
    ["write", 0],
    ["read", 1],
  ] as const)("a paused priority holds no %s of another one", { timeout: 300_000 }, (opcode, paused) => {
    const sentBy = new Map<number, number>();
    const ends = connect((frame, side) => {
      // requests of end 0, or the responses of end 1, by queue pair of the sender
      if (side === paused && frame[12] === 8) {
        const qpn = ((frame[34]! << 8) | frame[35]!) - 0xc000;
        sentBy.set(qpn, (sentBy.get(qpn) ?? 0) + 1);
      }
      return frame;
    });
    const { pair, wire, qpns, others, keys } = ends;
    const driver = pair.drivers[0];
    const size = 8192;
    pair.hosts[0].write(from, randomBytes(new Rng(4), bytesOfAll));
    pair.hosts[1].write(to, randomBytes(new Rng(5), bytesOfAll));
    const counts = new Map<number, number>();
    let [posted, done] = [0, 0];
    const open = new Map([qpns[0], others[0]].map((qpn) => [qpn, 0]));
    /** Keeps both connections busy. */
    const go = (cycles: number, more = true): void => {
      for (let left = cycles; left > 0; left -= 200) {
        for (const [qpn, waiting] of open)
          for (let n = waiting; more && n < 4; n += 1) {
            driver.postSend(qpn, {
              ...{ wrId: qpn, opcode, signaled: true },
              sges: [{ address: from + BigInt((posted % 8) * size), length: size, lkey: keys[0] }],
              remote: { address: to + BigInt((posted % 8) * size), rkey: keys[1] },
            });
            posted += 1;
            open.set(qpn, n + 1);
          }
        pair.run(200);
        for (const { status, wrId } of driver.pollCq(ends.cq, 32)) {
          expect(status).toBe(0);
          done += 1;
          counts.set(Number(wrId), (counts.get(Number(wrId)) ?? 0) + 1);
          open.set(Number(wrId), open.get(Number(wrId))! - 1);
        }
      }
    };
    const take = (of: Map<number, number>): [number, number] => {
      const keysOf = of === counts ? [qpns[0], others[0]] : [qpns[paused], others[paused]];
      const values = keysOf.map((qpn) => of.get(qpn) ?? 0);
      of.clear();
      return [values[0]!, values[1]!];
    };
    const pause = (quanta: number): void =>
      wire.send(
        paused === 0 ? 1 : 0,
        withFcs(
          pauseFrame(
            1 << 3,
            Array.from({ length: 8 }, () => quanta),
          ),
        ),
      );
    go(10_000);
    const free = take(sentBy);
    expect(Math.min(...free)).toBeGreaterThan(20);
    take(counts);
    // 1.9 ms at most, of which 0.15 pass: what is sent must not be sent again
    pause(0xffff);
    go(2000);
    take(sentBy);
    take(counts);
    go(13_000);
    const [still, going] = take(sentBy);
    expect(still).toBe(0);
    expect(going).toBeGreaterThan((free[0] + free[1]) * 0.9);
    expect(take(counts)[1]).toBeGreaterThan(10);
    pause(0);
    go(10_000);
    expect(Math.min(...take(sentBy))).toBeGreaterThan(20);
    for (let left = 50; left > 0 && done < posted; left -= 1) go(200, false);
    expect(done).toBe(posted);
    for (const side of [0, 1] as const) expect(count(pair, side, "RETRY")).toBe(0);
    pair.close();
  });
});
