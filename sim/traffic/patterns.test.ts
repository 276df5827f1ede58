import { describe, expect, it } from "vitest";
import { parsePacket } from "../reference/packet.ts";
import { captureTraffic, sampleCapture } from "../run/capture-traffic.ts";
import {
  type ArrivalProcess,
  type Demand,
  type DestinationPattern,
  derangement,
  framedBytes,
  imixSizes,
  type PatternTraffic,
  patternDemands,
  rdmaSizes,
} from "./patterns.ts";
import { captureDemands } from "./patterns-capture.ts";
import { Rng } from "./rng.ts";

const beatBytes = 128;
const bytesPerCycle = 120;

function demands(traffic: Partial<PatternTraffic>, count: number, source = 1, ports = 4, seed = 1): Demand[] {
  const stream = patternDemands(
    {
      kind: "pattern",
      destinations: { kind: "uniform" },
      sizes: { kind: "fixed", bytes: 1024 },
      lanes: [{ vl: 0 }],
      load: 0.5,
      ...traffic,
    },
    {
      ...{ ports, source, seed, bytesPerCycle, beatBytes },
      lid: (port) => 10 * port,
      longestPacketBytes: 4220,
      from: 1000,
    },
  );
  const taken: Demand[] = [];
  while (taken.length < count && stream.nextAt < Number.POSITIVE_INFINITY) {
    const at = stream.nextAt;
    const demand = stream.take();
    if (demand.at !== at) throw new Error(`announced for ${at}, given for ${demand.at}`);
    taken.push(demand);
  }
  return taken;
}

const targets = (destinations: DestinationPattern, source: number, count = 3000, ports = 4): number[] =>
  demands({ destinations }, count, source, ports).map(({ dlid }) => dlid / 10);

function shares(list: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const one of list) counts[one] = (counts[one] ?? 0) + 1 / list.length;
  return counts;
}

describe("load", () => {
  const processes: ArrivalProcess[] = [
    { kind: "paced" },
    { kind: "poisson" },
    { kind: "bursty", meanPackets: 8 },
  ];
  it.each(processes)("$kind: the offered part of the wire is what was asked for", (arrivals) => {
    for (const load of [0.05, 0.5, 0.95]) {
      const list = demands({ arrivals, load, sizes: rdmaSizes }, 100_000);
      const wire = list.reduce((sum, { packetBytes }) => sum + framedBytes(packetBytes, beatBytes), 0);
      const time = list.at(-1)!.at - 1000;
      expect(wire / bytesPerCycle / time / load).toBeCloseTo(1, 1);
      expect(list.some(({ at }, i) => i > 0 && at < list[i - 1]!.at)).toBe(false);
    }
  });

  it("bursts stand back to back, have one destination and the mean length", () => {
    const list = demands({ arrivals: { kind: "bursty", meanPackets: 16 }, load: 0.3 }, 50_000);
    const time = framedBytes(1020, beatBytes) / bytesPerCycle;
    let bursts = 1;
    let strays = 0;
    for (let i = 1; i < list.length; i++) {
      if (list[i]!.at - list[i - 1]!.at > time + 1e-6) bursts++;
      else if (list[i]!.dlid !== list[i - 1]!.dlid) strays++;
    }
    expect(list.length / bursts / 16).toBeCloseTo(1, 1);
    expect(strays).toBe(0);
  });

  it("exponential gaps vary as much as they are long", () => {
    const list = demands({ load: 0.5 }, 50_000);
    const gaps = list.slice(1).map(({ at }, i) => at - list[i]!.at);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  });

  it("ends after the packets that were asked for", () => {
    expect(demands({ packets: 7 }, 100).length).toBe(7);
    expect(demands({ packets: 0 }, 100).length).toBe(0);
  });

  it("is repeated from its seed, and differs between sources and seeds", () => {
    const text = (source: number, seed: number): string =>
      JSON.stringify(demands({ sizes: imixSizes, lanes: [{ vl: 0 }, { vl: 1 }] }, 50, source, 4, seed));
    expect(text(1, 5)).toBe(text(1, 5));
    expect(text(2, 5)).not.toBe(text(1, 5));
    expect(text(1, 6)).not.toBe(text(1, 5));
  });
});

describe("destinations", () => {
  it("uniform: all others alike", () => {
    const found = shares(targets({ kind: "uniform" }, 2));
    expect(Object.keys(found)).toEqual(["1", "3", "4"]);
    for (const share of Object.values(found)) expect(share).toBeCloseTo(1 / 3, 1);
  });

  it("permutation: one for each, nobody oneself", () => {
    const found = Array.from({ length: 8 }, (_, i) => {
      const list = new Set(targets({ kind: "permutation" }, i + 1, 20, 8));
      expect(list.size).toBe(1);
      return [...list][0]!;
    });
    expect([...found].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(found.some((target, i) => target === i + 1)).toBe(false);
    for (let seed = 0; seed < 50; seed++)
      for (const count of [2, 3, 7])
        expect(derangement(count, new Rng(seed)).some((to, from) => to === from)).toBe(false);
  });

  it("hotspot: the share to the target, the rest to the others", () => {
    expect(shares(targets({ kind: "hotspot", target: 3 }, 1))).toEqual({ 3: expect.closeTo(1, 5) });
    const part = shares(targets({ kind: "hotspot", target: 3, share: 0.4 }, 1));
    expect(part[3]).toBeCloseTo(0.4, 1);
    expect(part[2]).toBeCloseTo(0.3, 1);
    expect(targets({ kind: "hotspot", target: 3 }, 3)).toEqual([]);
    expect(targets({ kind: "hotspot", target: 3, sources: [1] }, 2)).toEqual([]);
    const rest = shares(targets({ kind: "hotspot", target: 3, sources: [1], background: true }, 2));
    expect(Object.keys(rest)).toEqual(["1", "4"]);
  });

  it("shift: one further on with each phase, at any time a permutation", () => {
    const lists = [1, 2, 3, 4].map((source) => targets({ kind: "shift", packets: 2 }, source, 12));
    expect(lists[0]).toEqual([2, 2, 3, 3, 4, 4, 2, 2, 3, 3, 4, 4]);
    for (let i = 0; i < 12; i++) expect(new Set(lists.map((list) => list[i])).size).toBe(4);
  });

  it("multicast and flows: in turn", () => {
    const groups = [0xc000, 0xc007].map((mlid) => ({ mlid, members: [1, 2] }));
    const list = demands({ destinations: { kind: "multicast", groups } }, 4);
    expect(list.map(({ dlid }) => dlid)).toEqual([0xc000, 0xc007, 0xc000, 0xc007]);
    expect(targets({ kind: "flows", to: { 1: [4, 2] } }, 1, 3)).toEqual([4, 2, 4]);
    expect(targets({ kind: "flows", to: { 1: [4, 2] } }, 2, 3)).toEqual([]);
  });
});

describe("sizes and lanes", () => {
  it("are whole words below the VCRC and no larger than asked for", () => {
    const bytes = (traffic: Partial<PatternTraffic>): number[] => [
      ...new Set(demands(traffic, 3000).map(({ packetBytes }) => packetBytes)),
    ];
    expect(bytes({ sizes: { kind: "fixed", bytes: 256 } })).toEqual([252]);
    expect(bytes({ sizes: rdmaSizes }).sort((a, b) => a - b)).toEqual([60, 4092]);
    expect(bytes({ sizes: { kind: "fixed", bytes: 9000 } })).toEqual([4220]);
    expect(bytes({ sizes: { kind: "uniform", low: 26, high: 34 } }).sort()).toEqual([24, 28, 32]);
    expect(bytes({ sizes: { kind: "fixed", bytes: 4096 }, lanes: [{ vl: 15 }] })).toEqual([288]);
    const imix = demands({ sizes: imixSizes }, 24_000).filter(({ packetBytes }) => packetBytes === 60);
    expect(imix.length / 24_000).toBeCloseTo(7 / 12, 1);
  });

  it("a packet of less than a beat takes a beat of the wire", () => {
    expect(framedBytes(24, 128)).toBe(128);
    expect(framedBytes(24, 8)).toBe(40);
  });

  it("lanes have their weights and service levels", () => {
    const list = demands(
      {
        lanes: [
          { vl: 0, weight: 3 },
          { vl: 2, sl: 9 },
        ],
      },
      20_000,
    );
    const second = list.filter(({ vl }) => vl === 2);
    expect(second.length / list.length).toBeCloseTo(0.25, 1);
    expect(new Set(second.map(({ sl }) => sl))).toEqual(new Set([9]));
  });
});

describe("a capture", () => {
  const { traffic } = captureTraffic(sampleCapture, { dataVls: 2, longestBytes: 4220 });
  const packets = traffic.packets.flat().map(({ bytes, vl }, index) => {
    const { slid, dlid } = parsePacket(bytes)!;
    return { packet: bytes, vl, slid, dlid, frame: index, nanoseconds: 0 };
  });
  const options = {
    ...{ ports: 4, dataVls: 2, longestPacketBytes: 4220, bytesPerCycle, beatBytes, load: 1, from: 0 },
    lid: (port: number) => 100 + port,
  };

  it("goes from port to port, every packet once, in order, sound", () => {
    const { demands: lists, hosts, left } = captureDemands(packets, options);
    expect(hosts).toEqual([
      { lid: 1, port: 1 },
      { lid: 2, port: 2 },
    ]);
    expect(left).toEqual({ tooLong: 0, samePort: 0 });
    expect(lists.map((list) => list.length)).toEqual([64, 66, 0, 0]);
    for (const { bytes, dlid, at } of lists[0]!) {
      expect(parsePacket(bytes!)).toMatchObject({ dlid: 102, slid: 101, icrcGood: true });
      expect(dlid).toBe(102);
      expect(at).toBeGreaterThanOrEqual(0);
    }
  });

  it("says what it leaves out", () => {
    const { left } = captureDemands(packets, { ...options, longestPacketBytes: 1000 });
    expect(left.tooLong).toBeGreaterThan(0);
  });
});
