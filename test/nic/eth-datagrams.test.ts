import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { PcapngWriter } from "../../sim/capture/pcapng.ts";
import { openModel } from "../../sim/driver/model.ts";
import { freshSeed, parseSeed, withSeed } from "../../sim/traffic/rng.ts";
import { buildAdapter } from "../rtl/build.ts";
import { EthTwins, sortedCompletions } from "./eth-twins.ts";
import { benchNic } from "./nic-bench.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;
const widths = (process.env.LANEWRIGHT_WIDTHS ?? "128").split(",").map(Number);

function tsharkMissing(): boolean {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
}

/** Nothing malformed, checksums right, datagrams with Q_Key and queue pair. */
function readByTshark(frames: readonly Uint8Array[]): void {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-ud-"));
  const file = join(folder, "ud.pcapng");
  const writer = new PcapngWriter(file, [{ name: "p0", kind: "ethernet" }]);
  for (const [at, frame] of frames.entries()) writer.write(frame, at);
  writer.close();
  const names = ["_ws.malformed", "ip.checksum.status", "infiniband.bth.opcode", "udp.dstport"];
  const fields = [...names, "infiniband.deth.q_key", "infiniband.deth.srcqp"].flatMap((name) => ["-e", name]);
  const options = ["-r", file, "-o", "ip.check_checksum:TRUE", "-T", "fields"];
  const text = execFileSync("tshark", [...options, ...fields], {
    ...{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 },
  }) as string;
  const lines = text.split("\n").slice(0, -1);
  expect(lines.length).toBe(frames.length);
  for (const line of lines) {
    // Payload is at random, and may be taken for something else: what that has comes second
    const [malformed, checksum, opcode, port, qkey, source] = line
      .split("\t")
      .map((one) => one.split(",")[0]!);
    const datagram = opcode === "100" || opcode === "101";
    expect(malformed).not.toMatch(/Ethernet|IPv|UDP|InfiniBand\]/);
    expect([checksum === "" || checksum === "1", opcode !== "", port]).toEqual([true, true, "4791"]);
    expect([qkey !== "", source !== ""]).toEqual([datagram, datagram]);
  }
  rmSync(folder, { recursive: true });
}

describe.each(widths)("UD queue pairs on Ethernet, %i bits", (bits) => {
  let design: NicDesign;
  let built: BuiltModel;
  beforeAll(async () => {
    design = benchNic({
      ...{ bits: bits as 128, mtuBytes: 512, frame: "ethernet", datagrams: "ud", sharedReceiveQueues: 4 },
    });
    built = await buildAdapter(design);
  }, 600_000);

  it("send, receive and drop what the reference model does, beside a connection", () =>
    withSeed(seed, (rng) => {
      const twins = new EthTwins(design, openModel(built), rng);
      const met = { sent: 0, received: 0, answered: 0, failed: 0 };
      const enough = () =>
        Object.values(met).every((count) => count > 2) &&
        Math.min(twins.taken.four, twins.taken.six) > 15 &&
        twins.metAll();
      for (let round = 0; round < (long ? 2500 : 120) || (!enough() && round < 20_000); round += 1) {
        const qpn = rng.pick(twins.datagrams);
        twins.restartFailed(qpn);
        if (rng.chance(0.6)) twins.postReceive(qpn);
        const what = rng.float();
        if (what < 0.35) for (let sends = rng.range(1, 4); sends > 0; sends -= 1) twins.postSend(qpn);
        else if (what < 0.5) twins.deliverConnected();
        else twins.deliver(qpn);
        twins.settle();
        const due = twins.expected();
        met.sent += due.sent.length;
        met.received += due.completions.filter(({ grh }) => grh).length;
        met.answered += due.sent.filter((text) => text.includes("answer")).length;
        if (twins.hasFailed(qpn)) met.failed += 1;
        expect({ round, ...twins.seen() }).toEqual({ round, ...due });
      }
      expect(Math.min(twins.taken.four, twins.taken.six)).toBeGreaterThan(15);
      for (const count of Object.values(met)) expect(count).toBeGreaterThan(2);
      twins.compareDrops();
      if (long && !tsharkMissing()) readByTshark(twins.allFrames);
      twins.compareMemory();
      expect(twins.rig.trespasses).toEqual([]);
      twins.close();
    }));

  it("those of a paused priority do not hold up a connection on another lane", () =>
    withSeed(seed, (rng) => {
      const twins = new EthTwins(design, openModel(built), rng);
      twins.pause(0xffff);
      const sent = twins.fillPausedLane();
      twins.rig.run(4000);
      expect(twins.rig.frames.length).toBe(0);
      let completed = 0;
      for (let round = 0; round < 5; round += 1) {
        twins.deliverConnected();
        twins.settle();
        const seen = twins.seen();
        expect({ round, sent: seen.sent }).toEqual({ round, sent: twins.expected().sent });
        completed += seen.completions.filter(({ opcode }) => opcode === "send").length;
      }
      twins.pause(0);
      twins.rig.run(20_000);
      expect(twins.rig.frames.length).toBe(sent);
      completed += twins.rig.driver.pollCq(twins.rigCq, 20).length;
      expect(completed).toBe(twins.datagrams.length);
      twins.close();
    }));

  it("a handle that there is not fails its queue pair, and nothing else", () =>
    withSeed(seed, (rng) => {
      const twins = new EthTwins(design, openModel(built), rng);
      const { rig, datagrams } = twins;
      const [one, other] = [datagrams[1]!, datagrams[2]!];
      for (const handle of [design.ethernet!.addressHandles, 0x8000, 0xffff]) {
        twins.restart(one);
        rig.frames.length = 0;
        twins.changeNextHandle(handle);
        twins.rig.driver.postSend(one, twins.plainSend(1));
        twins.rig.driver.postSend(other, twins.plainSend(2));
        rig.run(600);
        const completions = sortedCompletions(rig.driver.pollCq(twins.rigCq, 10));
        expect(completions).toMatchObject([
          { wrId: 1, qpn: one, status: 2 },
          { wrId: 2, qpn: other, status: 0 },
        ]);
        expect([rig.driver.queryQp(one).state, rig.driver.queryQp(other).state]).toEqual(["ERR", "RTS"]);
        expect(rig.frames.length).toBe(1);
      }
      expect(rig.trespasses).toEqual([]);
      twins.close();
    }));
});
