import { describe, expect, it } from "vitest";
import { message } from "../reference/columns.ts";
import { PartnerPair } from "./partner-bench.ts";

const clean = { lost: 0, duplicated: 0, reordered: 0, corrupted: 0 };

function ready(pair: PartnerPair): PartnerPair {
  expect(pair.run(1000, () => pair.a.ready && pair.b.ready)).toBe(true);
  return pair;
}

describe("a partner that breaks the protocol is caught", () => {
  const noisy = { ab: { ber: 2e-5, delayCycles: 20, control: { drop: 0.1 } } };
  function broken(mutation: string, cable = noisy): PartnerPair {
    const pair = new PartnerPair(256, {
      dataVls: 2,
      replayTimerCycles: 600,
      drainBytesPerCycle: 16,
      bufferBlocks: 80,
      cable,
    });
    for (const end of [pair.a, pair.b]) Object.assign(end.mutations, { [mutation]: true });
    pair.sendRandom(400, 2, 600);
    pair.drain(40000);
    return pair;
  }

  it("the same bench is content with a sound one", () => {
    const pair = broken("none");
    expect(pair.ab.result()).toMatchObject(clean);
    expect(pair.ab.outstanding + pair.b.counters.overruns + pair.b.counters.abrCorrections).toBe(0);
    for (const monitor of pair.monitors) expect(monitor.violations).toEqual([]);
  });

  it("that ignores the window of ACK", () => {
    const pair = ready(new PartnerPair(256, { monitor: false, cable: { ab: { delayCycles: 100 } } }));
    pair.a.mutations.ignoreAckWindow = true;
    pair.cable.ab.inject({ on: "data", frame: "data", skip: 20 });
    for (let i = 0; i < 20; i++) pair.send("a", 0, 300);
    pair.run(40);
    pair.b.sendControl(message.ack, (pair.a.state.txSeq + 200) & 0xfffff);
    pair.drain(20000);
    expect(pair.ab.result().lost).toBeGreaterThan(0);
  });

  it("that sends two NACKs a gap", () => {
    const pair = broken("nackTwice");
    expect(pair.monitors.flatMap(({ violations }) => violations).join()).toContain("twice for one gap");
  });

  it("that takes frames whatever their number", () => {
    const { ab } = broken("ignoreSequence");
    const { lost, duplicated, reordered } = ab.result();
    expect(lost + duplicated + reordered).toBeGreaterThan(0);
  });

  it("that takes damaged frames", () => {
    expect(broken("ignoreCrc").ab.result().corrupted).toBeGreaterThan(0);
  });

  it("that never replays", () => {
    expect(broken("neverReplay").ab.result().lost).toBeGreaterThan(0);
  });

  it("that counts replayed packets in its credits again", () => {
    const pair = broken("replayCountsCredit");
    expect(pair.ab.outstanding + pair.b.counters.overruns + pair.b.counters.abrCorrections).toBeGreaterThan(
      0,
    );
  });
});
