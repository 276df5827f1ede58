import { afterEach, describe, expect, it, vi } from "vitest";
import type { SwitchNetwork } from "../../sim/switch/network.ts";
import { drain } from "../../sim/switch/offer.ts";
import type { DemandStream } from "../../sim/traffic/patterns.ts";
import { openReadySwitch, smallSwitch } from "./devices.ts";
import { send } from "./packets.ts";
import { countFlows, type FlowLoad, startFlows } from "./rates.ts";

vi.setConfig({ testTimeout: 900_000 });

/** The host at port 4 takes nothing any more. Flows to other outputs must not suffer. */
let network: SwitchNetwork;
afterEach(() => network.close());

const window = 20_000;
const bytes = 510;
const blocked = 4;

/** Rates of flows before and after the output is blocked and everything for it has piled up, packets in a window. */
async function rates(
  flows: readonly FlowLoad[],
  block: (network: SwitchNetwork) => void,
): Promise<readonly number[]> {
  network = await openReadySwitch(smallSwitch);
  startFlows(network, flows);
  network.run(2000);
  const before = countFlows(network, flows, window);
  network.hosts[blocked - 1]!.takeVls(0);
  block(network);
  network.run(10_000);
  const after = countFlows(network, flows, window);
  expect(network.board.result()).toMatchObject({ duplicated: 0, reordered: 0, corrupted: 0, misrouted: 0 });
  return after.map((count, index) => count / before[index]!);
}

/** Packets from one host for the blocked output, without end. */
function pileUp(from: number, vl: number): (network: SwitchNetwork) => void {
  return ({ hosts }) => {
    const host = hosts[from - 1]!;
    const endless: DemandStream = {
      nextAt: 0,
      take: () => ({ at: 0, dlid: blocked, vl, sl: vl, packetBytes: bytes - 2 }),
    };
    // Only as many as the source's queue needs to be never empty.
    let left = 4000;
    host.generate({
      get nextAt() {
        return left > 0 ? 0 : Number.POSITIVE_INFINITY;
      },
      take: () => {
        left--;
        return endless.take();
      },
    });
  };
}

describe("an output that is blocked for ever", () => {
  it("takes nothing from other inputs and other outputs on the same lane", async () => {
    const flows = [
      { from: 2, to: 3, vl: 0, load: 0.95, bytes },
      { from: 3, to: 1, vl: 0, load: 0.95, bytes },
    ];
    const kept = await rates(flows, pileUp(1, 0));
    expect(network.hosts[0]!.backlog).toBeGreaterThan(1000);
    for (const part of kept) expect(part).toBeGreaterThan(0.95);
  });

  it("takes nothing from the other lanes of the same input", async () => {
    const kept = await rates([{ from: 1, to: 3, vl: 1, load: 0.6, bytes }], (bench) => {
      // More than the buffer holds on lane 0, in front of what goes on on lane 1.
      const blocks = Math.ceil(bytes / bench.design.port.derived.creditBlockBytes.value);
      const full = Math.ceil(bench.design.port.derived.creditsPerVl.value / blocks) + 1;
      for (let i = 0; i < full; i++) send(bench, 1, blocked, { bytes: bytes - 2 });
    });
    expect(kept[0]).toBeGreaterThan(0.95);
  });

  it("takes nothing from the same input and lane while what is for it fits into the buffer", async () => {
    const kept = await rates([{ from: 1, to: 3, vl: 0, load: 0.6, bytes }], (bench) => {
      const { creditsPerVl, creditLoopBytes, creditBlockBytes } = bench.design.port.derived;
      const spare = creditsPerVl.value - Math.ceil(creditLoopBytes.value / creditBlockBytes.value);
      const blocks = Math.ceil(bytes / creditBlockBytes.value);
      for (let i = 0; i < Math.floor(spare / blocks); i++) send(bench, 1, blocked, { bytes: bytes - 2 });
    });
    expect(kept[0]).toBeGreaterThan(0.95);
    network.hosts[blocked - 1]!.takeVls();
    network.hosts[0]!.stop();
    expect(drain(network)).toBe(true);
    expect(network.board.result().lost).toBe(0);
  });

  it("lets everything out in order once it takes packets again", async () => {
    await rates([{ from: 2, to: 3, vl: 1, load: 0.5, bytes }], pileUp(1, 0));
    network.hosts[blocked - 1]!.takeVls();
    network.run(20_000);
    for (const host of network.hosts) host.stop();
    expect(drain(network)).toBe(true);
    expect(network.board.result()).toMatchObject({ lost: 0, reordered: 0 });
    expect(network.board.figures.total[blocked]!.packets).toBeGreaterThan(100);
  });
});
