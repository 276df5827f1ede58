/** One queue pair beside many that may not send: because their priority is paused, or because each has a limit. */
import { beforeAll, describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { openModel } from "../../sim/driver/model.ts";
import { FrameWire } from "../../sim/nic/frame-wire.ts";
import { ethernetEnds, NicPair } from "../../sim/nic/nic-pair.ts";
import { mappedIpv4 } from "../../sim/reference/rc/framing-roce.ts";
import { buildAdapter } from "../rtl/build.ts";
import { mark, pauseFrame, withFcs } from "./eth-wire.ts";

const long = process.env.LANEWRIGHT_LONG !== undefined;
const bits = Number(process.env.LANEWRIGHT_WIDTHS ?? 1024) as 256 | 512 | 1024;
const [clockMHz, rateGbps] = [100, bits === 1024 ? 100 : bits === 512 ? 50 : 25] as const;
/** Packets of limited queue pairs come no faster than one in 33 cycles: what the limiter takes for one. */
const mtu = bits === 1024 ? 4096 : 1024;
const [from, to] = [0x10_0000n, 0x20_0000n] as const;
const bytesOfAll = 0x1_0000;
/** Queue pairs of the first lane; the one of the second lane is created first. */
const many = 100;
const size = 4 * mtu;

describe.skipIf(!long)(`a queue pair beside 100 others, ${bits} bits`, () => {
  let built: BuiltModel;
  let design: NicDesign;
  beforeAll(async () => {
    design = elaborateNic({
      ...{ name: "dut", clockMHz, datapathBits: bits, mtuBytes: mtu, queuePairs: 128, frame: "ethernet" },
      ...{ completionQueues: 8, memoryRegions: 512, port: { rateGbps, cableMeters: 3 } },
      ...{ virtualLanes: { data: 2 } },
    });
    built = await buildAdapter(design);
  }, 1_200_000);

  /** Connections from end 0 to end 1: of priority 5, then `many` of priority 3. @param pass sees each frame of end 0 */
  function connect(pass: (frame: Uint8Array, qpn: number) => Uint8Array) {
    let wire: FrameWire | undefined;
    const pair = new NicPair(design, [openModel(built), openModel(built)], {
      vlOf: (sl) => Number(sl === 5),
      wire: (models) => {
        const seen = (frame: Uint8Array, side: 0 | 1): Uint8Array =>
          side === 0 && frame[12] === 8 ? pass(frame, ((frame[34]! << 8) | frame[35]!) - 0xc000) : frame;
        const rows = (rateGbps * 1000) / (bits * clockMHz);
        wire = new FrameWire(models, { rows, delayCycles: 20, pass: seen });
        return wire;
      },
    });
    const keys = [0, 0];
    const qpns: [number[], number[]] = [[], []];
    for (const side of [0, 1] as const) {
      const driver = pair.drivers[side];
      const pd = driver.allocPd();
      const address = side === 0 ? from : to;
      pair.hosts[side].write(address, new Uint8Array(bytesOfAll));
      keys[side] = driver.regMr({ pd, address, length: bytesOfAll, access: 7 }).rkey;
      const cq = driver.createCq(1024);
      for (let n = 0; n <= many; n += 1)
        qpns[side].push(driver.createQp({ type: "rc", pd, sendCq: cq, recvCq: cq, maxSend: 32, maxRecv: 8 }));
    }
    for (const side of [0, 1] as const)
      for (const [n, qpn] of qpns[side].entries()) {
        const driver = pair.drivers[side];
        const other = ethernetEnds[side === 0 ? 1 : 0];
        const dgid = mappedIpv4(other.ipv4);
        driver.modifyQp(qpn, { state: "INIT", pkey: 0xffff, access: 14 });
        driver.modifyQp(qpn, {
          ...{ state: "RTR", pathMtu: mtu, destQpn: qpns[1 - side]![n]!, rqPsn: 5 },
          ...{ maxDestRdAtomic: 4, minRnrTimer: 1 },
          address: { mac: other.mac, dgid, sl: n === 0 ? 5 : 3, trafficClass: 0x68 },
        });
        const tries = { timeout: 12, retryCount: 7, rnrRetry: 7 };
        driver.modifyQp(qpn, { state: "RTS", ...tries, sqPsn: 5, maxRdAtomic: 4 });
      }
    const driver = pair.drivers[0];
    const waiting = qpns[0].map(() => 0);
    /** Runs, and keeps some WRITEs posted for the first queue pair and for the others. */
    const go = (cycles: number, first: number, others: number): void => {
      for (let left = cycles; left > 0; left -= 100) {
        for (const [n, qpn] of qpns[0].entries())
          for (; waiting[n]! < (n === 0 ? first : others); waiting[n]! += 1)
            driver.postSend(qpn, {
              ...{ wrId: n, opcode: "write", signaled: true },
              sges: [{ address: from, length: size, lkey: keys[0]! }],
              remote: { address: to, rkey: keys[1]! },
            });
        pair.run(100);
        for (const { status, wrId } of driver.pollCq(0, 256)) {
          expect(status).toBe(0);
          waiting[Number(wrId)]! -= 1;
        }
      }
    };
    const finish = (): void => {
      for (let left = 1500; left > 0 && waiting.some((count) => count > 0); left -= 1) go(100, 0, 0);
      expect(waiting.filter((count) => count > 0)).toEqual([]);
    };
    return { pair, wire: wire!, one: qpns[0][0]!, go, finish };
  }

  it("keeps its rate while the priority of the others is paused", { timeout: 580_000 }, () => {
    let packets = 0;
    const ends = connect((frame, qpn) => {
      packets += Number(qpn === ends.one);
      return frame;
    });
    const { pair, wire, go, finish } = ends;
    const span = 6000;
    const sent = (others: number): number => {
      packets = 0;
      const begin = pair.cycle;
      go(span, 16, others);
      return Math.round((packets * span) / (pair.cycle - begin));
    };
    go(1000, 16, 0);
    const alone = sent(0);
    // 335 us, of which 180 pass
    const pause = (quanta: number): void =>
      wire.send(1, withFcs(pauseFrame(1 << 3, new Array<number>(8).fill(quanta))));
    pause(0xffff);
    go(12_000, 16, 2);
    const beside = sent(2);
    process.stdout.write(`${beside} packets beside ${many} paused queue pairs, ${alone} alone\n`);
    expect(alone).toBeGreaterThan(100);
    expect(beside).toBeGreaterThan(0.98 * alone);
    pause(0);
    finish();
    pair.close();
  });

  it("has what the others leave, which have a limit each", { timeout: 580_000 }, () => {
    // 40 % of the wire in all
    const limitKbps = 4000 * rateGbps;
    const marked = new Set<number>();
    let [bytes, packets] = [0, 0];
    const ends = connect((frame, qpn) => {
      if (qpn === ends.one) packets += 1;
      else bytes += frame.length + 20;
      if (qpn === ends.one || marked.has(qpn)) return frame;
      marked.add(qpn);
      return mark(frame);
    });
    const { pair, go, finish } = ends;
    for (const [at, value] of [
      [0x2c, limitKbps],
      [0x40, 0xff_ffff],
      [0x44, 0],
    ] as const)
      pair.buses[0].write(0x2000 + at, value);
    /** Cycles from a packet of one of them to the next one. */
    const period = Math.ceil(((mtu + 82) * 8e3 * clockMHz) / limitKbps);
    const periods = 12;
    go(1000, 16, 0);
    packets = 0;
    const before = pair.cycle;
    go(2 * period, 16, 0);
    const alone = packets / (pair.cycle - before);
    for (let left = 40; left > 0 && marked.size < many; left -= 1) go(1000, 16, 2);
    expect(marked.size).toBe(many);
    go(3 * period, 16, 2);
    [bytes, packets] = [0, 0];
    const begin = pair.cycle;
    go(periods * period, 16, 2);
    const cycles = pair.cycle - begin;
    const gbps = (bytes * 8 * clockMHz) / (cycles * 1000);
    const share = 1 - gbps / rateGbps;
    process.stdout.write(
      `${packets} packets beside ${many} limited queue pairs of ${gbps.toFixed(1)} Gb/s in all, ${Math.round(alone * cycles)} alone\n`,
    );
    expect(gbps).toBeGreaterThan((0.8 * many * limitKbps) / 1e6);
    expect(gbps).toBeLessThan((1.1 * many * limitKbps) / 1e6);
    expect(packets).toBeGreaterThan(0.97 * share * alone * cycles);
    finish();
    pair.close();
  });
});
