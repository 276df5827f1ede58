import { afterEach, describe, expect, it, vi } from "vitest";
import type { SwitchNetwork } from "../../sim/switch/network.ts";
import { drain, offer } from "../../sim/switch/offer.ts";
import { openReadySwitch, smallSwitch } from "./devices.ts";
import { send } from "./packets.ts";

vi.setConfig({ testTimeout: 900_000 });

let network: SwitchNetwork;
afterEach(() => network.close());

describe("congestion marking", () => {
  it("sets FECN where more packets wait than the threshold, and counts them", async () => {
    network = await openReadySwitch(smallSwitch, { marking: true });
    const { registers } = network.nodes[0]!.control;
    for (const port of [1, 2]) registers.write("ingress", "FECN_THRESHOLD", 4, port);
    offer(network, {
      ...{ kind: "pattern", destinations: { kind: "hotspot", target: 4 }, load: 0.8, packets: 200 },
      sizes: { kind: "fixed", bytes: 400 },
      lanes: [{ vl: 0 }, { vl: 1 }],
    });
    expect(drain(network)).toBe(true);
    const { marked, lost, corrupted } = network.board.result(4);
    const counted = [1, 2, 3].map((port) => registers.counter("ingress", "FECN_MARKED", port));
    expect({ lost, corrupted, third: counted[2] }).toEqual({ lost: 0, corrupted: 0, third: 0 });
    expect(counted[0]! + counted[1]!).toBe(marked);
    expect(marked).toBeGreaterThan(100);
    expect(marked).toBeLessThan(400);
  });

  it("is off unless it is asked for", async () => {
    network = await openReadySwitch(smallSwitch, { marking: true });
    offer(network, {
      ...{ kind: "pattern", destinations: { kind: "hotspot", target: 4 }, load: 0.8, packets: 100 },
      ...{ sizes: { kind: "fixed", bytes: 400 }, lanes: [{ vl: 0 }] },
    });
    expect(drain(network)).toBe(true);
    expect(network.board.result()).toMatchObject({ marked: 0, matched: 300 });
  });
});

describe("the lifetime at the head of a queue", () => {
  it("drops packets for an output that takes nothing, counts them, and lets the others go on", async () => {
    network = await openReadySwitch(smallSwitch);
    const { registers } = network.nodes[0]!.control;
    registers.write("ingress", "LIFETIME", 1, 1);
    network.hosts[3]!.takeVls(0xffff & ~1);
    const packets = 200;
    for (let i = 0; i < packets; i++) {
      const packet = send(network, 1, 4, { bytes: 508 });
      expect(packet.vl).toBe(0);
    }
    for (let i = 0; i < 50; i++) {
      send(network, 1, 3, { bytes: 508 });
      send(network, 1, 4, { bytes: 508, vl: 1 });
    }
    network.run(300_000);
    network.hosts[3]!.takeVls();
    network.run(60_000);
    const dropped = registers.counter("ingress", "DROP_LIFETIME", 1);
    const came = network.board.figures.total[4]!.packets - 50;
    expect(dropped + came).toBe(packets);
    expect(dropped).toBeGreaterThan(50);
    expect(came).toBeGreaterThan(1);
    expect(network.board.figures.total[3]!.packets).toBe(50);
    const { reordered, corrupted, duplicated, lost } = network.board.result();
    expect({ reordered, corrupted, duplicated, lost }).toEqual({
      ...{ reordered: 0, corrupted: 0, duplicated: 0, lost: dropped },
    });
    const events = registers.read("switch", "INTERRUPT_STATUS");
    expect(events & 4).toBe(4);
    registers.write("switch", "INTERRUPT_STATUS", events);
    expect(registers.read("switch", "INTERRUPT_STATUS")).toBe(0);
  });
});
