import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import {
  idlePhase,
  type LinkPair,
  limitsOf,
  loadPhase,
  type Phase,
  randomPhase,
  runPhases,
} from "./index.ts";
import { openLinkPair, type PairOptions } from "./link-pair.ts";

/** A small device: a run takes a second. */
const small = {
  kind: "link",
  name: "link_10g",
  clockMHz: 200,
  datapathBits: 64,
  rateGbps: 10,
  mtuBytes: 1024,
  cableMeters: 10,
  virtualLanes: { data: 2 },
} as const;

const folder = mkdtempSync(join(tmpdir(), "lanewright-pair-"));
const pairs: LinkPair[] = [];

async function open(options: PairOptions = {}): Promise<LinkPair> {
  const pair = await openLinkPair(small, { seed: 3, ...options });
  pairs.push(pair);
  return pair;
}

afterEach(() => {
  for (const pair of pairs.splice(0)) pair.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("limits", () => {
  it("follow from the design", async () => {
    const { design, limits } = await open();
    // 10 m at 5 ns and 150 ns of PHY are 200 ns: 40 cycles at 200 MHz.
    expect(limits.delayCycles).toBe(40);
    const { delayCycles, warmUpCycles } = limitsOf({ ...design, cableMeters: 500 });
    expect([delayCycles, warmUpCycles]).toEqual([530, expect.any(Number)]);
    expect(warmUpCycles).toBeGreaterThan(2 * 2 * 530);
    const { retry, hangCycles } = { ...design, ...limitsOf({ ...design, retry: "none" }) };
    expect(retry).toBe("llr");
    expect(hangCycles).toBeLessThan(limits.hangCycles);
  });
});

describe("a run", () => {
  it("goes through its phases, with counts of their own that add up", async () => {
    const pair = await open();
    const faults = { ber: 1e-5, control: { drop: 0.05 } };
    const phases = [
      idlePhase(1000),
      loadPhase(pair.design, { packets: 40 }),
      randomPhase(pair.design, { cycles: 15_000, faults }),
    ];
    const result = await runPhases(pair, phases);
    expect(result).toMatchObject({ passed: true, complete: true, headline: "load", lost: 0, seed: 3 });
    const [idle, load, random] = result.phases;
    expect(idle?.ports.p0.received.packets).toBe(0);
    expect(load?.ports.p1).toMatchObject({ received: { packets: 40 }, nacksSent: 0 });
    expect(load?.ports.p0.counters.PORT_XMIT_PKTS).toBe(40);
    expect(random?.ports.p0.nacksSent).toBeGreaterThan(0);
    expect(random?.ports.p0.channel.controlDropped).toBeGreaterThan(0);
    const sum = result.phases.reduce((total, phase) => total + phase.ports.p0.received.packets, 0);
    expect(result.ports.p0.received.packets).toBe(sum);
    expect(result.goodputGbps).toBe(load?.goodputGbps);
  });

  it("stalls for credit where a client withholds a lane, and loses nothing", async () => {
    const pair = await open();
    const phase: Phase = {
      ...loadPhase(pair.design, { cycles: 12_000, vls: [1] }),
      withhold: { vls: [1], cycles: 8000 },
    };
    const { phases } = await runPhases(pair, [phase]);
    expect(phases[0]).toMatchObject({ failure: null, lost: 0 });
    expect(phases[0]?.ports.p0.creditStallCycles).toBeGreaterThan(1000);
    expect(phases[0]?.latencyNs?.p99).toBeGreaterThan((8000 - 1000) * 5 * 0.5);
  });

  it("drops on VL15 what finds no room, and says so", async () => {
    const pair = await open();
    const phase: Phase = {
      ...loadPhase(pair.design, { cycles: 8000, vls: [15] }),
      withhold: { vls: [15], cycles: 6000 },
    };
    const { phases } = await runPhases(pair, [phase]);
    expect(phases[0]).toMatchObject({ failure: null, lost: 0 });
    const { p0 } = phases[0]!.ports;
    expect(p0.dropped).toBeGreaterThan(0);
    expect(p0.counters.VL15_DROPPED).toBe(p0.dropped);
  });

  it("fails with a clear message when the link stands still", async () => {
    const pair = await open();
    const cut: Phase = { ...loadPhase(pair.design, { cycles: 200_000 }), faults: { ber: 0.05 } };
    const { passed, phases } = await runPhases(pair, [cut, idlePhase()]);
    expect(passed).toBe(false);
    expect(phases.length).toBe(1);
    expect(phases[0]?.failure).toMatch(/lost|link hangs: no packet came for \d+ cycles|had not come/);
    expect(phases[0]?.firstProblemCycle).toBeGreaterThan(0);
  });

  it("ends early when it is told to, and calls nothing lost that is under way", async () => {
    const pair = await open();
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const result = await runPhases(pair, [loadPhase(pair.design, { cycles: 1e9 })], { signal: abort.signal });
    expect(result).toMatchObject({ passed: true, complete: false, lost: 0 });
    const { p0, p1 } = result.ports;
    expect(p0.received.packets + p0.unfinished).toBe(p1.sent.packets);
    expect(p1.received.packets + p1.unfinished).toBe(p0.sent.packets);
    expect(result.phases[0]?.interrupted).toBe(true);
  });

  it("records the wire, up to a limit", async () => {
    const paths = [join(folder, "p0.pcapng"), join(folder, "p1.pcapng")] as const;
    const pair = await open({ pcapng: { paths, frameLimit: 20 } });
    await runPhases(pair, [loadPhase(pair.design, { packets: 15 })]);
    expect(pair.taps.map((tap) => tap.counts)).toEqual(
      [0, 1].map(() => ({ written: 20, beyondLimit: 10, damaged: 0, flowControl: expect.any(Number) })),
    );
    expect(paths.every((path) => existsSync(path))).toBe(true);
  });
});
