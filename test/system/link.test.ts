import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { laneOf, type RunResult } from "../../sim/run/index.ts";
import { runResultSchema } from "../../sim/run/results-schema.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** The reference example at full width, its usual phases at reduced length, through the command line. */
const example = fileURLToPath(new URL("../../examples/link-400g.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lanewright-system-"));
const out = join(folder, "out");
const seed = "0x1234abcd";
let outcome: Outcome;
let results: RunResult;

beforeAll(async () => {
  outcome = await simulate(folder, [example, "--cycles", "6000", "--seed", seed, "--out", out]);
  expect(outcome.err).toBe("");
  results = JSON.parse(readFileSync(join(out, "results.json"), "utf8")) as RunResult;
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("two 400G ports and 30 m of cable", () => {
  it("lose, repeat, reorder and change nothing: captured traffic, full load, errors", () => {
    expect(outcome.code).toBe(0);
    expect(results).toMatchObject({
      passed: true,
      complete: true,
      ...{ lost: 0, duplicated: 0, reordered: 0, corrupted: 0 },
      seed: 0x1234abcd,
      headline: "load",
    });
    expect(results.phases.map(({ name, failure }) => [name, failure])).toEqual([
      ["capture", null],
      ["load", null],
      ["errors", null],
    ]);
  });

  it("carry the whole capture: 64 packets of one host, 66 of the other", () => {
    const { p0, p1 } = results.phases[0]!.ports;
    expect([p0.sent.packets, p1.received.packets]).toEqual([64, 64]);
    expect([p1.sent.packets, p0.received.packets]).toEqual([66, 66]);
  });

  it("reach 97 % of 400 Gb/s with 4 KiB packets, over an error-free cable without a replay", () => {
    const load = results.phases[1]!;
    for (const port of [load.ports.p0, load.ports.p1]) {
      expect(port.goodputPercent).toBeGreaterThan(97);
      expect(port.goodputPercent).toBeLessThan(100);
      expect([port.replays, port.nacksSent, port.errored, port.channel.bitErrors]).toEqual([0, 0, 0, 0]);
      expect(port.counters.PORT_RCV_PKTS).toBe(port.received.packets);
      expect(port.counters.PORT_XMIT_DATA).toBe(port.sent.bytes / 4);
    }
    // 30 m and the PHYs take 300 ns, the ports 16 cycles.
    expect(load.latencyNs?.min).toBeGreaterThan(300);
    expect(load.latencyNs?.min).toBeLessThan(360);
  });

  it("repair what the cable damages by NACK and replay", () => {
    const { ports } = results.phases[2]!;
    for (const port of [ports.p0, ports.p1]) {
      expect(port.channel.bitErrors + port.channel.burstBitErrors).toBeGreaterThan(0);
      expect(port.nacksSent).toBeGreaterThan(0);
      expect(port.replays).toBeGreaterThan(0);
    }
    expect(ports.p0.nacksSent).toBe(ports.p1.nacksReceived);
  });

  it("print a table with the figures, the verdict and the seed", () => {
    for (const row of [
      "packets received",
      "goodput, Gb/s",
      "latency p99, ns",
      "NACKs",
      "replays",
      "credit stalls",
    ])
      expect(outcome.out).toContain(row);
    for (const row of ["lost", "duplicated", "reordered", "corrupted"])
      expect(outcome.out).toMatch(new RegExp(`│ ${row} +(│ +0 ){6}│`));
    expect(outcome.out).toMatch(/passed: [\d,]+ packets, each once, in order and unchanged/);
    expect(outcome.out).toContain(seed);
  });

  it("are repeated exactly by the seed, but for the speed of the simulation", async () => {
    const again = await simulate(folder, [
      example,
      "--cycles",
      "6000",
      "--seed",
      seed,
      "--json",
      "--out",
      `${out}2`,
    ]);
    expect(again.code).toBe(0);
    const second = JSON.parse(again.out) as RunResult;
    expect({ ...second, cyclesPerSecond: 0 }).toEqual({ ...results, cyclesPerSecond: 0 });
    for (const port of ["p0", "p1"]) {
      const [one, other] = [out, `${out}2`].map((path) => readFileSync(join(path, `${port}.pcapng`)));
      expect(other?.equals(one ?? Buffer.alloc(0))).toBe(true);
    }
  });
});

describe("results.json", () => {
  it("has the form that programs may rely on", () => {
    const validate = new Ajv({ allErrors: true }).compile(runResultSchema);
    validate(results);
    expect(validate.errors).toBeNull();
    expect(validate({ ...results, lost: -1 })).toBe(false);
    expect(validate({ ...results, ports: { p0: results.ports.p0 } })).toBe(false);
  });
});

describe("the captures of the wire", () => {
  const tshark = existsInPath("tshark");

  it.skipIf(!tshark).each(["p0", "p1"] as const)(
    "%s.pcapng is native InfiniBand that tshark decodes",
    (port) => {
      const file = join(out, `${port}.pcapng`);
      expect(decode(file, ["frame.number"], "_ws.malformed")).toEqual([]);
      const fields = [
        "frame.interface_id",
        "infiniband.lrh.dlid",
        "infiniband.lrh.vl",
        "infiniband.bth.opcode",
      ];
      const rows = decode(file, [
        ...fields,
        "infiniband.bth.destqp",
        "frame.time_epoch",
        "infiniband.variant.crc",
      ]);
      expect(rows.every((row) => row.every((cell) => cell !== ""))).toBe(true);
      const sent = rows.filter(([id]) => id === "0");
      const received = rows.filter(([id]) => id === "1");
      const other = port === "p0" ? "p1" : "p0";
      const total = (name: "p0" | "p1"): number =>
        results.phases.reduce((sum, phase) => sum + (phase.ports[name].counters.LLR_TX_REPLAY ?? 0), 0);
      // Replays stand on the wire again; frames that were damaged on the way are left out.
      expect(sent.length).toBeGreaterThan(results.ports[port].sent.packets - 1);
      if (total(port) > 0) expect(sent.length).toBeGreaterThan(results.ports[port].sent.packets);
      expect(received.length).toBeGreaterThanOrEqual(results.ports[port].received.packets);
      expect(new Set(sent.map(([, dlid]) => dlid))).toEqual(new Set([port === "p0" ? "2" : "1"]));
      expect(new Set(received.map(([, dlid]) => dlid))).toEqual(new Set([other === "p0" ? "2" : "1"]));
      const times = rows.map((row) => Number(row[5]));
      expect(times.every((time, index) => index === 0 || time >= times[index - 1]!)).toBe(true);
      expect(times.at(-1)).toBeLessThan((results.cycles / results.clockMHz) * 1e-6);
    },
  );

  it.skipIf(!tshark)("hold the capture's packets on the lanes that their queue pairs say", () => {
    const fields = ["infiniband.lrh.vl", "infiniband.bth.opcode", "infiniband.bth.destqp"];
    const rows = decode(
      join(out, "p0.pcapng"),
      fields,
      "infiniband.bth.destqp != 0 && infiniband.bth.opcode < 32",
    );
    expect(rows.length).toBe(130);
    for (const [vl, opcode, qp] of rows) expect(Number(vl)).toBe(laneOf(Number(opcode), Number(qp), 4));
    expect(new Set(rows.map(([vl]) => vl)).size).toBeGreaterThan(2);
  });
});

function decode(file: string, fields: readonly string[], filter = ""): string[][] {
  const options = [
    "-r",
    file,
    "--disable-protocol",
    "rpcordma",
    "-T",
    "fields",
    ...fields.flatMap((field) => ["-e", field]),
  ];
  const all = filter === "" ? options : [...options, "-Y", filter];
  const text = execFileSync("tshark", all, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}

function existsInPath(name: string): boolean {
  return (process.env.PATH ?? "").split(":").some((path) => existsSync(join(path, name)));
}
