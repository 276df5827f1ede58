import { afterEach, describe, expect, it, vi } from "vitest";
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import { soakSwitches } from "../../regress/switch-devices.ts";
import { dropReasons } from "../../sim/reference/switch.ts";
import type { SwitchNetwork } from "../../sim/switch/network.ts";
import { drain } from "../../sim/switch/offer.ts";
import { openReadySwitch, smallSwitch } from "./devices.ts";
import { send, sendWithKey } from "./packets.ts";

/** Time for the build of a switch on a busy machine. */
vi.setConfig({ testTimeout: 900_000 });

const wideSwitch: SwitchDescription = {
  ...smallSwitch,
  name: "switch_256",
  datapathBits: 256,
  ports: { count: 3, rateGbps: 100, cableMeters: 1 },
  virtualLanes: { data: 1 },
  memoryProtection: "secded",
};

/** One packet at a time: where it goes, and what is counted when it goes nowhere. */
const devices = process.env.LANEWRIGHT_LONG === undefined ? [smallSwitch] : [smallSwitch, wideSwitch];

let network: SwitchNetwork;
afterEach(() => network.close());

/** All that was sent has come, and the counters of drops are those expected. */
function settle(): void {
  expect(drain(network, 60_000)).toBe(true);
  network.run(network.limits.settleCycles);
  const { lost, duplicated, corrupted, misrouted, dropped } = network.board.result();
  expect({ lost, duplicated, corrupted, misrouted, dropped }).toEqual({
    ...{ lost: 0, duplicated: 0, corrupted: 0, misrouted: 0, dropped: 0 },
  });
  for (let port = 0; port <= network.design.ports; port++) {
    const counted = network.nodes[0]!.control.drops(port);
    expect(network.drops.complaint({ node: 0, port }, counted)).toBeNull();
  }
}

describe.each(devices)("$name", (device) => {
  it("drops what has no way, back, no lane or no key, and counts each under its reason", async () => {
    network = await openReadySwitch(device);
    const { control } = network.nodes[0]!;
    for (const dlid of [0, 50, 63, 64, 0x1000, 0xbfff, 0xc000, 0xcfff, 0xfffe, 0xffff])
      send(network, 1, dlid);
    control.setLft(33, 77);
    control.setLft(34, 255);
    control.swapLft();
    control.program({ unicast: new Map(network.hosts.map(({ end, lid }) => [lid, end])) });
    control.setLft(33, 77);
    control.swapLft();
    send(network, 1, 33);
    settle();
    for (const host of network.hosts) send(network, host.end, host.lid);
    settle();
    control.setSlToVl(1, 2, 3, 15);
    control.setSlToVl(1, 2, 4, network.design.port.virtualLanes.data);
    for (const sl of [3, 4, 0]) send(network, 1, 2, { sl });
    settle();
    control.setKeyEnforcement(2, true);
    control.setKey(2, 1, 0x1234);
    control.setKey(2, 2, 0x9abc);
    for (const key of [0x1234, 0x9234, 0x1abc, 0x9abc, 0xffff, 0x7fff, 0x0001])
      for (const global of [false, true]) sendWithKey(network, 2, 1, key, { global });
    for (const key of [0x0001, 0x1234]) sendWithKey(network, 1, 2, key);
    send(network, 2, 1, { vl: 15 });
    settle();
    const counted = control.drops(1);
    for (const reason of dropReasons) expect(counted[reason] + control.drops(2)[reason]).toBeGreaterThan(0);
    expect([counted.unknownLid, counted.noMember]).toEqual([10, 1]);
    expect(counted.slToVl).toBe(2);
    expect(control.drops(2).pkey).toBe(4);
  });

  it("takes LinearFDBTop and the rows that are read back as they were written", async () => {
    network = await openReadySwitch(device);
    const { control } = network.nodes[0]!;
    control.setLftTop(1);
    send(network, 1, 2);
    send(network, 2, 1);
    settle();
    expect(control.drops(1).unknownLid).toBe(1);
    control.setLftTop(63);
    control.setLft(7, 1);
    expect([control.readLft(7), control.readLft(7, { shadow: true })]).toEqual([255, 1]);
    control.swapLft();
    for (let port = 0; port <= network.design.ports; port++) expect(control.readLft(7, { port })).toBe(1);
    control.program({ multicast: new Map([[0xc005, [0, 2]]]) });
    for (let port = 0; port <= network.design.ports; port++)
      expect(control.readMft(0xc005, port)).toEqual([0, 2]);
    control.setSlToVl(2, 1, 9, 3);
    expect([control.readSlToVl(2, 1, 9), control.readSlToVl(1, 2, 9)]).toEqual([
      3,
      9 % network.design.port.virtualLanes.data,
    ]);
  });

  it("VL15 goes to port 0, from port 0 where it says, and by the table", async () => {
    network = await openReadySwitch(device);
    const { control, management } = network.nodes[0]!;
    const inputs: number[] = [];
    const tid = network.nodes[0]!.model.port("p0_rx_tid");
    const [valid, last] = ["tvalid", "tlast"].map((name) => network.nodes[0]!.model.port(`p0_rx_${name}`));
    network.watchers.push(() => {
      if (valid!.get() !== 0 && last!.get() !== 0) inputs.push(tid.get());
    });
    control.setOwnLid(40);
    for (const host of network.hosts) {
      send(network, host.end, 0xffff, { vl: 15 });
      settle();
      send(network, host.end, 40, { vl: 15 });
      settle();
      send(network, host.end, 40, { sl: 1 });
      settle();
    }
    expect(inputs).toEqual(network.hosts.flatMap(({ end }) => [end, end, end]));
    for (const host of network.hosts) {
      send(network, 0, 0xffff, { vl: 15, given: host.end });
      send(network, 0, host.lid, { vl: 15 });
      send(network, 0, host.lid, { bytes: 1044 });
      send(network, 1, 2, { vl: 15 });
    }
    send(network, 0, 0xffff, { vl: 15 });
    send(network, 0, 50);
    settle();
    expect(management.sink.packets).toBe(3 * network.hosts.length + 1);
    expect(control.drops(0).unknownLid).toBe(1);
    expect(network.board.figures.total[1]!.packets).toBe(3);
  });

  it("multicast: every member once, on its lane, never back; the group may change", async () => {
    network = await openReadySwitch(device);
    const { control } = network.nodes[0]!;
    const all = [0, ...network.hosts.map(({ end }) => end)];
    control.program({
      multicast: new Map([
        [0xc001, all],
        [0xc002, [1, 2]],
        [0xc003, [3]],
      ]),
    });
    control.setSlToVl(1, 2, 5, 15);
    for (const { end } of network.hosts)
      for (const [dlid, bytes] of [
        [0xc001, 400],
        [0xc002, 24],
        [0xc003, 1044],
        [0xc004, 100],
      ] as const)
        send(network, end, dlid, { bytes });
    send(network, 0, 0xc001);
    send(network, 1, 0xc001, { sl: 5 });
    send(network, 1, 0xc001, { vl: 15 });
    settle();
    control.program({ multicast: new Map([[0xc001, [2]]]) });
    send(network, 1, 0xc001);
    send(network, 2, 0xc001);
    settle();
    const counters = control.registers.counters("ingress", 1);
    // Four groups, one of them empty, from port 1; two more with one copy dropped for its lane; one after the change.
    expect(counters.MULTICAST_COPY).toBeGreaterThan(2 * (all.length - 1));
    expect(counters.DROP_VL15_MAP).toBe(1);
  });
});

describe.runIf(process.env.LANEWRIGHT_LONG !== undefined)("damaged rows of tables", () => {
  it("drop packets and are counted, until they are written anew", async () => {
    const { description } = soakSwitches.find(({ description: { name } }) => name === "soak_sf")!;
    expect(description.memoryProtection).toBe("secded");
    network = await openReadySwitch(description);
    const { control } = network.nodes[0]!;
    control.registers.writeFields("switch", "TABLE_COMMAND", { CORRUPT_NEXT: 1 });
    control.setLft(2, 2);
    control.swapLft();
    const packet = send(network, 1, 2);
    network.run(3000);
    expect(network.board.pending).toBe(1);
    expect(control.registers.counters("ingress", 1)).toMatchObject({ DROP_TABLE_PARITY: 1 });
    for (const delivery of network.board.absent())
      if (delivery.packet === packet) network.board.allow(delivery, null);
    control.setLft(2, 2);
    control.swapLft();
    send(network, 1, 2);
    settle();
    expect(network.board.result().undecided).toBe(1);
  });
});
