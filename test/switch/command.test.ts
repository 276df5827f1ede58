import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SwitchRunResult } from "../../sim/switch/index.ts";
import { simulate } from "../system/simulate.ts";
import { smallSwitch } from "./devices.ts";

/** Time for the build of a switch on a busy machine. */
vi.setConfig({ testTimeout: 900_000 });

/** `lanewright simulate` with a small switch: what options do, what is written, how it ends. */
const folder = mkdtempSync(join(tmpdir(), "lanewright-switch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  writeFileSync(join(folder, "switch.json"), JSON.stringify({ kind: "switch", ...smallSwitch }));
  const bare = {
    ...smallSwitch,
    name: "switch_bare",
    retry: "none",
    ports: { ...smallSwitch.ports, count: 2 },
  };
  writeFileSync(join(folder, "bare.json"), JSON.stringify({ kind: "switch", ...bare }));
});

async function run(...args: readonly string[]): Promise<SwitchRunResult> {
  const { code, out, err } = await simulate(folder, ["switch.json", "--json", "--seed", "5", ...args]);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as SwitchRunResult;
}

describe("a switch", () => {
  it("without options: captured traffic, uniform, all to one, errors", async () => {
    const { code, out } = await simulate(folder, ["switch.json", "--cycles", "4000", "--seed", "1"]);
    expect(code).toBe(0);
    for (const words of ["capture", "uniform", "hotspot", "errors", "passed: ", "p4", "seed 0x00000001"])
      expect(out).toContain(words);
    const results = JSON.parse(
      readFileSync(join(folder, "out/switch_small/results.json"), "utf8"),
    ) as SwitchRunResult;
    expect(results).toMatchObject({ kind: "switch", passed: true, complete: true, lost: 0, misrouted: 0 });
    expect(results.phases.map(({ name }) => name)).toEqual(["capture", "uniform", "hotspot", "errors"]);
    const ports = Object.values(results.phases[0]?.ports ?? {});
    const sent = ports.reduce((sum, port) => sum + port.sent.packets, 0);
    expect(sent).toBeGreaterThan(0);
    expect(ports.reduce((sum, port) => sum + port.received.packets, 0)).toBe(sent);
    expect(existsSync(join(folder, "out/switch_small/p1.pcapng"))).toBe(false);
  });

  it("sweeps loads: a point each, a picture, captures where they are asked for", async () => {
    const result = await run(
      ...["--sweep", "0.2:0.8:0.3", "--size", "510", "--cycles", "6000", "--vls", "0"],
      ...["--out", "sweep", "--pcapng-frames", "100"],
    );
    expect(result.phases.map(({ name, load }) => [name, load])).toEqual([
      ["load 0.2", 0.2],
      ["load 0.5", 0.5],
      ["load 0.8", 0.8],
    ]);
    const [low, middle, high] = result.phases.map((phase) => phase.latencyNs!.mean);
    expect(low).toBeLessThan(middle!);
    expect(middle).toBeLessThan(high!);
    for (const { offeredPercent, deliveredPercent, load } of result.phases) {
      expect(Math.abs(offeredPercent - 100 * load!)).toBeLessThan(15);
      expect(Math.abs(deliveredPercent - offeredPercent)).toBeLessThan(6);
    }
    expect(readFileSync(join(folder, "sweep/load.svg"), "utf8")).toContain("<svg");
    for (const port of [1, 2, 3, 4])
      expect(statSync(join(folder, `sweep/p${port}.pcapng`)).size).toBeGreaterThan(10_000);
  });

  it("takes patterns, sizes, bursts, groups and numbers of packets", async () => {
    const groups = await run(
      "--pattern",
      "multicast",
      "--groups",
      "3",
      "--packets",
      "20",
      "--size",
      "64-400",
    );
    expect(groups.ports.p1?.sent.packets).toBe(20);
    const received = Object.values(groups.ports).reduce((sum, port) => sum + port.received.packets, 0);
    expect(received).toBeGreaterThan(80);
    const burst = await run(
      "--pattern",
      "shift",
      "--arrivals",
      "bursty:4",
      "--size",
      "rdma",
      "--load",
      "0.4",
    );
    expect(burst.phases[0]?.title).toMatch(/all to all, 4 packets a phase.*bursts of 4 packets/u);
    const hot = await run("--pattern", "hotspot", "--hotspot", "3", "--share", "0.5", "--packets", "30");
    expect(hot.ports.p3!.received.packets).toBeGreaterThan(hot.ports.p2!.received.packets);
  });

  it.each([
    [["--size", "5000"], "longer than the device carries"],
    [["--hotspot", "2"], "--hotspot does not go with --pattern uniform"],
    [["--pattern", "hotspot", "--hotspot", "9"], "has no port 9"],
    [["--sweep", "0.1:0.5", "--load", "0.3"], "--load does not go with --sweep"],
    [["--pattern", "multicast", "--groups", "40"], "more groups than rows"],
    [["--pattern", "capture", "--size", "64"], "whose packets are given"],
    [["--vls", "0,7"], "has no VL 7"],
    [["--trace-ports", "1"], "--trace-ports does nothing without --trace"],
    [["--sweep", "0.5:0.1"], "--sweep"],
    [["--arrivals", "never"], "--arrivals"],
  ])("2 for %s", async (args, words) => {
    const { code, err } = await simulate(folder, ["switch.json", ...args]);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  /** Models for waves take a while to build; the same of a link is tried in each run. */
  const long = process.env.LANEWRIGHT_LONG !== undefined;

  it.skipIf(!long)(
    "1 when packets were lost, with waves of the switch and of hosts, and the command for it",
    async () => {
      const { code, err } = await simulate(folder, [
        ...["bare.json", "--ber", "1e-5", "--cycles", "20000", "--size", "510", "--seed", "9"],
        ...["--trace", "waves.fst", "--trace-ports", "2", "--trace-cycles", "3000"],
      ]);
      expect(code).toBe(1);
      expect(err).toMatch(/phase errors: \d+ lost/u);
      expect(err).toContain(
        "--size 510 --ber 1e-5 --cycles 20000 --trace-ports 2 --seed 0x00000009 --trace out/switch_bare/failure.fst",
      );
      for (const name of ["waves.fst", "waves.p2.fst"])
        expect(statSync(join(folder, name)).size).toBeGreaterThan(5000);
      expect(existsSync(join(folder, "waves.p1.fst"))).toBe(false);
    },
  );
});
