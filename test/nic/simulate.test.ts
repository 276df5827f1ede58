import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import { openDesign } from "../../sim/driver/device.ts";
import { NicPair } from "../../sim/nic/nic-pair.ts";
import { runNicPhases } from "../../sim/nic/run-workload.ts";
import type { NicPhase } from "../../sim/nic/workload-bed.ts";
import type { NicRunResult } from "../../sim/nic/workload-results.ts";
import { simulate } from "../system/simulate.ts";
import { pairDescription } from "./pair-design.ts";

/** Time for the build of an adapter on a busy machine. */
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

const design = elaborateNic(pairDescription);
const folder = mkdtempSync(join(tmpdir(), "lanewright-nic-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  writeFileSync(join(folder, "nic.json"), JSON.stringify(pairDescription));
});

async function openPair(options: ConstructorParameters<typeof NicPair>[2] = {}): Promise<NicPair> {
  const open = () => openDesign(design, undefined, { quick: true });
  return new NicPair(design, [await open(), await open()], options);
}

const phase = (pattern: NicPhase["pattern"], more: Partial<NicPhase> = {}): NicPhase => ({
  ...{ name: pattern, title: "", pattern, messageBytes: 1000, queuePairs: 3, cycles: 1e6, messages: 4 },
  ...more,
});

describe("two adapters under load", () => {
  it("carry every kind of message, with errors on the cable, too", async () => {
    const pair = await openPair();
    const phases = [
      ...(["write", "read", "send", "atomic"] as const).map((pattern) => phase(pattern)),
      phase("mixed", { name: "errors", messageBytes: 700, messages: 12, faults: { ber: 2e-5 } }),
    ];
    const result = await runNicPhases(pair, phases, { seed: 3 });
    expect(result.phases.map(({ failure }) => failure)).toEqual(phases.map(() => null));
    expect(result).toMatchObject({ passed: true, complete: true, lost: 0, duplicated: 0, corrupted: 0 });
    expect(result.phases.map(({ messages }) => messages)).toEqual([24, 24, 24, 24, 72]);
    const { p0, p1 } = result.phases.at(-1)!.ports;
    expect(p0.channel.bitErrors + p1.channel.bitErrors).toBeGreaterThan(0);
    expect(p0.replays + p1.replays).toBeGreaterThan(0);
    expect([p0.retries - p0.notReady, p1.retries - p1.notReady]).toEqual([0, 0]);
    for (const { latencyNs, ports } of result.phases) {
      expect(latencyNs!.min).toBeGreaterThan(300);
      expect(ports.p0.sent.packets).toBeGreaterThan(0);
    }
    pair.close();
  });

  it("fail when a byte of host memory changes, and when host memory answers no more", async () => {
    const pair = await openPair();
    pair.watch = () => {
      for (let slot = 0n; slot < 32n; slot++)
        pair.hosts[1].write(0x10_0000_0000n + slot * 1024n + 5n, Uint8Array.of(0xaa));
    };
    const bad = await runNicPhases(pair, [phase("write", { queuePairs: 1 })], { seed: 3 });
    expect(bad).toMatchObject({ passed: false, lost: 0 });
    expect(bad.corrupted).toBeGreaterThan(0);
    expect(bad.phases[0]!.failure).toContain("memory is not what it should be");
    pair.close();
    const deaf = await openPair({ memory: { stalls: { ar: 1 } } });
    const stuck = await runNicPhases(deaf, [phase("write", { queuePairs: 1, messages: 1 })], { seed: 3 });
    expect(stuck).toMatchObject({ passed: false, lost: 2 });
    expect(stuck.phases[0]!.failure).toMatch(/^nothing completes for \d+ cycles: 2 queue pairs wait/u);
    deaf.close();
  });
});

describe("lanewright simulate with an adapter", () => {
  it("writes results and both wires, prints a table, and ends with 0", async () => {
    const args = ["nic.json", "--pattern", "write", "--payload", "4096", "--cycles", "3000", "--qps", "2"];
    const { code, out, err } = await simulate(folder, [...args, "--seed", "5", "--out", "good"]);
    expect([code, err]).toEqual([0, ""]);
    for (const words of [
      "RDMA WRITE, 4,096 bytes each, 2 queue pairs",
      "p0 asks",
      "passed: ",
      "seed 0x00000005",
    ])
      expect(out).toContain(words);
    const result = JSON.parse(readFileSync(join(folder, "good/results.json"), "utf8")) as NicRunResult;
    expect(result).toMatchObject({ kind: "nic", name: "dut", passed: true, lost: 0, corrupted: 0, seed: 5 });
    expect(result.goodputPercent).toBeGreaterThan(50);
    for (const port of ["p0", "p1"])
      expect(statSync(join(folder, `good/${port}.pcapng`)).size).toBeGreaterThan(10_000);
  });

  it("ends with 1 and the command that repeats it when nothing gets through", async () => {
    const args = ["nic.json", "--pattern", "send", "--packets", "1", "--ber", "0.01"];
    const { code, err } = await simulate(folder, [...args, "--seed", "5", "--out", "bad"]);
    expect(code).toBe(1);
    expect(err).toContain("phase send: nothing completes for");
    expect(err).toContain("--pattern send --packets 1 --ber 0.01 --out bad --seed 0x00000005 --trace");
  });

  it("refuses options that do not fit", async () => {
    const { code, err } = await simulate(folder, ["nic.json", "--load", "0.5", "--pattern", "uniform"]);
    expect([code, err.match(/LW_OPTION_KIND/gu)?.length]).toEqual([2, 2]);
    expect(err).toContain("--load is for a link or a switch, and the description is that of an adapter");
    const large = await simulate(folder, [
      "nic.json",
      "--pattern",
      "atomic",
      "--qps",
      "15",
      "--payload",
      "8",
    ]);
    expect([large.code, large.err.match(/LW_TRAFFIC_OPTIONS/gu)?.length]).toEqual([2, 2]);
  });
});
