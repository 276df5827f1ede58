import { describe, expect, it } from "vitest";
import { FaultPoints, faultPoints } from "../../sim/soak/fault-points.ts";
import { portState } from "./device-end.ts";
import { narrow } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

type State = keyof typeof portState;

/** How a port is brought into a state in which it stays. */
const states: Readonly<Record<State, () => Promise<PartnerBench>>> = {
  down: async () => {
    const bench = await PartnerBench.open(narrow);
    bench.device.write("CONTROL.LINK_ENABLE", 0);
    return bench;
  },
  initialize: () => upTo("initialize"),
  armed: async () => {
    const bench = await upTo("initialize");
    bench.device.write("COMMAND.SET_ARMED", 1);
    return bench;
  },
  active: async () => {
    const bench = await PartnerBench.active(narrow);
    bench.loadBoth();
    return bench;
  },
  actDefer: async () => {
    const bench = await states.active();
    bench.run(1000);
    bench.cable.flap(200, "a");
    return bench;
  },
};

async function upTo(state: State): Promise<PartnerBench> {
  const bench = await PartnerBench.open(narrow);
  bench.device.write("CONTROL.AUTO_ACTIVATE", 0);
  bench.until(20_000, () => bench.device.state === portState[state], `the port is in ${state}`);
  return bench;
}

/** What is done to both directions; most of it goes on until it struck, and for a while after that. */
const faults: Readonly<Record<string, (bench: PartnerBench, on: boolean) => void>> = {
  "bit error": ({ cable }, on) => {
    for (const channel of [cable.ab, cable.ba]) channel.setBer(on ? 2e-4 : 0);
  },
  burst: ({ cable }, on) => {
    if (on) for (const channel of [cable.ab, cable.ba]) channel.burstNow(300);
  },
  "control set lost": ({ cable }, on) => {
    for (const channel of [cable.ab, cable.ba]) channel.setControl(on ? { drop: 0.4 } : null);
  },
  "control set repeated": ({ cable }, on) => {
    for (const channel of [cable.ab, cable.ba]) channel.setControl(on ? { repeat: 0.4 } : null);
  },
  "control sets swapped": ({ cable }, on) => {
    for (const channel of [cable.ab, cable.ba]) channel.setControl(on ? { swap: 0.4 } : null);
  },
  "link lost": ({ cable }, on) => {
    if (on) cable.flap(150, "a");
  },
};

const cases = Object.keys(states).flatMap((state) =>
  Object.keys(faults).map((fault) => [fault, state as State] as const),
);

/**
 * Nothing reaches a port that defers, but in the cycle in which its link is back: it is back for single cycles, in which the
 * partner sends a control set, or any row now and then.
 */
function defer({ cable, partner }: PartnerBench, cycle: number): void {
  const control = partner.txFlags[0] === 0x01 && partner.txData[0] === 0x5c;
  if (!control && cycle % 50 !== 0) cable.flap(1, "a");
}

describe("a fault of the cable in a state of the port costs nothing that is sent", () => {
  it.each(cases)("%s in %s", async (fault, state) => {
    const bench = await states[state]();
    const { device, cable } = bench;
    bench.run(100);
    expect(device.state).toBe(portState[state]);
    // A row that comes in a cycle meets the state before its edge
    const port = { state: device.state };
    const points = new FaultPoints([{ channel: cable.ba, port }]);
    const isMissing = (): boolean => faultPoints.missing().includes(`${fault}, ${state}`);
    faults[fault]!(bench, true);
    if (fault === "link lost") points.linkLost();
    for (let cycle = 0; cycle < 40_000 && isMissing(); cycle += 1) {
      if (state === "actDefer" && fault !== "link lost") defer(bench, cycle);
      port.state = device.state;
      bench.step();
      points.step();
    }
    bench.run(300);
    faults[fault]!(bench, false);
    device.write("CONTROL.LINK_ENABLE", 1);
    device.write("CONTROL.AUTO_ACTIVATE", 1);
    bench.until(60_000, () => bench.up, "the link is up");
    bench.loadBoth();
    bench.run(2000);
    bench.drain();
    bench.expectLossless({ least: 20 });
    expect(isMissing(), "the fault struck in the state").toBe(false);
    device.model.close();
  });
});
