import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunResult } from "../../sim/run/index.ts";
import { simulate } from "./simulate.ts";

/** Time for two builds of a model on a busy machine. */
vi.setConfig({ testTimeout: 600_000 });

/** `lanewright simulate` with small devices: what options do, how it ends. */
const folder = mkdtempSync(join(tmpdir(), "lanewright-simulate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = {
  kind: "link",
  name: "link_10g",
  ...{ clockMHz: 200, datapathBits: 64, rateGbps: 10, mtuBytes: 1024, cableMeters: 10 },
  virtualLanes: { data: 2 },
};

beforeAll(() => {
  writeFileSync(join(folder, "link.json"), JSON.stringify(small));
  const bare = { ...small, name: "link_bare", retry: "none" };
  writeFileSync(join(folder, "bare.json"), JSON.stringify(bare));
});

async function run(...args: readonly string[]): Promise<RunResult> {
  const { code, out, err } = await simulate(folder, ["link.json", "--json", "--seed", "5", ...args]);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as RunResult;
}

describe("traffic options", () => {
  it("choose lanes, sizes and a share of the wire", async () => {
    const options = ["--payload", "256", "--load", "0.5", "--vls", "1,15", "--cycles", "20000"];
    const { phases, ports, goodputPercent } = await run(...options);
    expect(phases.map(({ name }) => name)).toEqual(["load"]);
    // 256 of 304 bytes of the wire are payload (start, headers, CRCs, terminate); VL15 carries 248 at most.
    expect(goodputPercent).toBeGreaterThan(0.5 * 80);
    expect(goodputPercent).toBeLessThan(0.5 * 88);
    expect(ports.p0.received.packets).toBe(ports.p1.sent.packets);
  });

  it("count packets", async () => {
    const { ports, phases } = await run("--packets", "25");
    expect([ports.p0.sent.packets, ports.p1.sent.packets, ports.p0.received.packets]).toEqual([25, 25, 25]);
    expect(phases[0]?.ports.p0.received.payloadBytes).toBe(25 * 1024);
  });

  it("mix sizes, pauses and backpressure with errors", async () => {
    const options = ["--pattern", "random", "--ber", "1e-5", "--burst", "100", "--burst-every", "3000"];
    const { phases, lost } = await run(...options, "--cycles", "20000");
    expect(lost).toBe(0);
    expect(phases[0]).toMatchObject({
      name: "random",
      faults: { ber: 1e-5, burstBits: 100, burstsPerBeat: 1 / 3000 },
    });
    expect(phases[0]?.ports.p0.replays).toBeGreaterThan(0);
  });

  it("send nothing at all", async () => {
    const { ports, phases } = await run("--pattern", "idle", "--cycles", "3000");
    expect([ports.p0.sent.packets, ports.p0.latencyNs, ports.p0.goodputGbps]).toEqual([0, null, 0]);
    expect(phases[0]?.offeredCycles).toBe(3000);
  });

  it("send a capture, without the packets that are longer than the MTU", async () => {
    const pcap = join(import.meta.dirname, "../../sim/data/rxe-samples.pcap");
    const { phases, ports } = await run("--pcap", pcap);
    expect(phases[0]?.title).toMatch(/left out: \d+ longer than the MTU/);
    const received = ports.p0.received.packets + ports.p1.received.packets;
    expect(received).toBeGreaterThan(100);
    expect(received).toBeLessThan(130);
  });
});

describe("how it ends", () => {
  it("1 when packets were lost: with the seed and a command that repeats it with waves", async () => {
    const { code, err, out } = await simulate(folder, [
      ...["bare.json", "--ber", "2e-6", "--cycles", "20000", "--seed", "9"],
      ...["--out", "bare out", "--pcapng-frames", "0"],
    ]);
    expect(code).toBe(1);
    expect(out).toContain("FAILED in phase errors");
    expect(err).toMatch(/phase errors: \d+ lost/);
    expect(err).toContain("seed 0x00000009");
    expect(existsSync(join(folder, "bare out", "p0.pcapng"))).toBe(false);
    const command = err.split("\n").find((line) => line.includes("--trace "));
    const words = [...String(command).matchAll(/'([^']*)'|(\S+)/gu)].map(
      (match) => match[1] ?? match[2] ?? "",
    );
    expect(words.slice(0, 2)).toEqual(["lanewright", "simulate"]);
    const again = await simulate(folder, words.slice(2));
    expect(again.code).toBe(1);
    expect(again.err.split("\n")[0]).toBe(err.split("\n")[0]);
    for (const port of ["p0", "p1"])
      expect(statSync(join(folder, "bare out", `failure.${port}.fst`)).size).toBeGreaterThan(10_000);
  });

  it("3 without Verilator, with the command that installs it", async () => {
    const env = { PATH: join(folder, "nothing"), LANEWRIGHT_CACHE: join(folder, "cache") };
    const { code, err } = await simulate(folder, ["link.json"], { env });
    expect(code).toBe(3);
    expect(err).toContain("sudo apt-get install");
    expect(err).toContain("verilator");
  });

  it.each([
    ["--pattern", "sideways"],
    ["--vls", "0,16"],
    ["--load", "2"],
    ["--ber", "often"],
    ["--seed", "0x1ffffffff"],
    ["--cycles", "-5"],
  ])("2 for %s %s", async (...args) => {
    const { code, err } = await simulate(folder, ["link.json", ...args]);
    expect(code).toBe(2);
    expect(err).toContain(args[0]);
  });

  it("130 after Ctrl-C, with the results so far, marked as such", async () => {
    const out = join(folder, "interrupted");
    const { code, out: text } = await simulate(
      folder,
      // of each of two phases: more than it gets through before the signal, few enough for a model that is built quickly
      ["link.json", "--cycles", "1100000", "--out", out],
      {
        begun: (child) => {
          void interrupt();
          async function interrupt(): Promise<void> {
            const started = (): boolean =>
              (statSync(join(out, "p0.pcapng"), { throwIfNoEntry: false })?.size ?? 0) > 0;
            while (child.exitCode === null && !started()) await sleep(50);
            child.kill("SIGINT");
          }
        },
      },
    );
    expect(code).toBe(130);
    expect(text).toContain("interrupted: partial results");
    const results = JSON.parse(readFileSync(join(out, "results.json"), "utf8")) as RunResult;
    expect(results).toMatchObject({ complete: false, passed: true, lost: 0 });
    expect(results.phases.at(-1)?.interrupted).toBe(true);
    expect(results.ports.p0.received.packets).toBeGreaterThan(0);
  });
});

describe("help", () => {
  it("shows options, exit codes and examples", async () => {
    const { code, out } = await simulate(folder, ["--help"]);
    expect(code).toBe(0);
    for (const word of ["--pcap", "--ber", "--trace", "Exit codes", "Examples:", "results.json"])
      expect(out).toContain(word);
  });
});
