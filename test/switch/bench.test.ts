import { describe, expect, it, vi } from "vitest";
import { taggedPacket } from "../../sim/reference/tagged.ts";
import { star } from "../../sim/soak/star.ts";
import { diagnose, StallWatch, stallText } from "../../sim/switch/deadlock.ts";
import type { SwitchNetwork } from "../../sim/switch/network.ts";
import { drain, offer } from "../../sim/switch/offer.ts";
import { leadToHosts } from "../../sim/switch/run.ts";
import type { PatternTraffic } from "../../sim/traffic/patterns.ts";
import { openModelNetwork, ring, smallSwitch } from "./devices.ts";
import type { Tamper } from "./model-switch.ts";
import { programRing } from "./tables.ts";

/** Time for the build of an end device on a busy machine. */
vi.setConfig({ testTimeout: 600_000 });

/** The bench against a switch in TypeScript: it must pass what is right and notice every fault. */
const traffic: PatternTraffic = {
  kind: "pattern",
  destinations: { kind: "uniform" },
  sizes: { kind: "uniform", low: 26, high: 600 },
  lanes: [{ vl: 0 }, { vl: 1 }],
  load: 0.5,
  packets: 60,
};

async function opened(tamper?: Tamper): Promise<SwitchNetwork> {
  const { network, switches } = await openModelNetwork(smallSwitch, star({ ports: 4 }), { seed: 11 });
  network.activate();
  leadToHosts(network);
  if (tamper !== undefined) switches[0]!.tamper = tamper;
  return network;
}

describe("a sound switch", () => {
  it("loses nothing; latencies are those of the cables at least", async () => {
    const network = await opened();
    offer(network, traffic);
    expect(drain(network, 50_000)).toBe(true);
    expect(network.board.result()).toMatchObject({ expected: 240, matched: 240, lost: 0, misrouted: 0 });
    const { latencyOfAll, wireLatencyOfAll } = network.board.figures;
    expect(wireLatencyOfAll.summary().count).toBe(240);
    expect(wireLatencyOfAll.summary().min).toBeGreaterThan(2 * network.limits.delayCycles);
    expect(latencyOfAll.summary().mean).toBeGreaterThan(wireLatencyOfAll.summary().mean);
    network.close();
  });

  it("copies multicast, serves port 0, and counts what it drops", async () => {
    const network = await opened();
    const { control, management } = network.nodes[0]!;
    control.program({ multicast: new Map([[0xc003, [0, 1, 2, 4]]]) });
    control.setOwnLid(40);
    control.setKeyEnforcement(3, true);
    const from = (end: number, dlid: number, vl = 0, index = 0): void => {
      const bytes = taggedPacket({ source: end, vl, index }, 100, {
        dlid,
        slid: end === 0 ? 40 : end,
        sl: vl,
      });
      if (end === 0) management.send(network.packet(bytes, 0, { given: vl === 15 ? 3 : 0 }));
      else network.hosts[end - 1]!.send(network.packet(bytes, end));
    };
    from(1, 0xc003);
    from(2, 40);
    from(2, 0xffff, 15);
    from(0, 4);
    from(0, 0xffff, 15);
    from(1, 1);
    from(2, 50);
    from(3, 1);
    expect(drain(network, 20_000)).toBe(true);
    network.run(3000);
    expect(network.board.result()).toMatchObject({ expected: 7, matched: 7, lost: 0, dropped: 0 });
    expect(control.drops(1)).toEqual({ unknownLid: 0, hairpin: 1, pkey: 0, noMember: 0, slToVl: 0 });
    const wrong = [0, 1, 2, 3, 4].map((port) =>
      network.drops.complaint({ node: 0, port }, control.drops(port)),
    );
    expect(wrong).toEqual([null, null, null, null, null]);
    expect(control.drops(3).pkey).toBe(1);
    network.close();
  });

  it("may change its tables under load", async () => {
    const network = await opened();
    const { control } = network.nodes[0]!;
    offer(network, { ...traffic, packets: 200 });
    let other = true;
    for (let round = 0; round < 6; round++) {
      network.run(900);
      control.setLft(3, other ? 4 : 3);
      control.swapLft();
      control.setLft(3, other ? 4 : 3);
      other = !other;
    }
    expect(drain(network, 100_000)).toBe(true);
    const { matched, ...wrong } = network.board.result();
    expect(matched).toBeGreaterThan(700);
    expect(wrong).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, corrupted: 0, misrouted: 0 });
    const complaints = [1, 2, 3, 4].map((port) =>
      network.drops.complaint({ node: 0, port }, control.drops(port)),
    );
    expect(complaints).toEqual([null, null, null, null]);
    network.close();
  });
});

describe("a switch with a fault", () => {
  /** Every twentieth packet is tampered with. */
  const sometimes = (fault: Tamper): Tamper => {
    let count = 0;
    return (bytes, output) => (++count % 20 === 0 ? fault(bytes, output) : [{ bytes, output }]);
  };
  const held: { bytes: Uint8Array; output: number }[] = [];
  const faults: [string, Tamper][] = [
    ["lost", sometimes(() => [])],
    ["duplicated", sometimes((bytes, output) => [0, 1].map(() => ({ bytes, output })))],
    ["misrouted", sometimes((bytes, output) => [{ bytes, output: (output % 4) + 1 }])],
    ["corrupted", sometimes((bytes, output) => [{ bytes: withFlip(bytes), output }])],
    [
      "reordered",
      sometimes((bytes, output) => {
        held.push({ bytes, output });
        return held.length < 2 ? [] : held.splice(0);
      }),
    ],
  ];
  it.each(faults)("%s packets are noticed", async (kind, fault) => {
    const network = await opened(fault);
    offer(network, {
      ...traffic,
      destinations: { kind: "flows", to: { 1: [2], 3: [4] } },
      lanes: [{ vl: 0 }],
      packets: 200,
    });
    drain(network, 30_000);
    expect(network.board.result()).toMatchObject({ [kind]: expect.any(Number) });
    expect(network.board.result()[kind as "lost"]).toBeGreaterThan(2);
    network.close();
  });
});

describe("a ring of switches", () => {
  const load =
    (sl: (host: number) => number) =>
    (host: number): PatternTraffic => ({
      kind: "pattern",
      destinations: { kind: "flows", to: { [host]: [((host + 2) % 4) + 1] } },
      sizes: { kind: "fixed", bytes: 512 },
      lanes: [{ vl: 0, sl: sl(host) }],
      load: 1,
      packets: 300,
    });
  const options = { seed: 3, bufferBlocks: 40 };

  it("with routes round in a circle stands still, and the cycle is named", async () => {
    const { network } = await openModelNetwork(smallSwitch, ring(), options);
    network.activate();
    programRing(network, { dateline: false });
    offer(
      network,
      load(() => 0),
    );
    const watch = new StallWatch(network, 20_000);
    while (!watch.stalled() && network.cycle < 400_000) network.run(64);
    const stall = diagnose(network);
    expect(stall.waitCycle.map(({ node, port, vl }) => [node, port, vl]).sort()).toEqual([
      [0, 2, 0],
      [1, 2, 0],
      [2, 2, 0],
      [3, 2, 0],
    ]);
    expect(stallText(stall)).toMatch(/^deadlock: \d+ packets .* switch \d port 2 VL0 → /);
    network.close();
  });

  it("with another lane behind the dateline it does not", async () => {
    const { network } = await openModelNetwork(smallSwitch, ring(), options);
    network.activate();
    programRing(network, { dateline: true });
    offer(
      network,
      load((host) => (host === 1 ? 0 : 1)),
    );
    expect(drain(network, 400_000)).toBe(true);
    expect(network.board.result()).toMatchObject({ matched: 1200, lost: 0, reordered: 0, misrouted: 0 });
    network.close();
  });
});

function withFlip(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  changed[21] = changed[21]! ^ 1;
  return changed;
}
