import { beforeAll, describe, expect, it } from "vitest";
import type { NicDesign } from "../../generator/design/nic.ts";
import type { NicDescription } from "../../generator/dsl/nic-description.ts";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { filesOf } from "../../generator/views/index.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { openModel } from "../../sim/driver/model.ts";
import { CoreRig } from "../../sim/nic/core-rig.ts";
import { EthRig, transportOf } from "../../sim/nic/eth-rig.ts";
import { decodeFrame } from "../../sim/reference/rc/framing.ts";
import {
  linkLocal,
  macs,
  mapped,
  type Replay,
  type ReplayNic,
  replayHost,
  replayOn,
  roceFrames,
} from "../../sim/reference/rc/linux-capture.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";
import { buildCore } from "./core-pair.ts";
import { asLinux, differences, EthernetNic, fieldsOf, hex, NativeNic } from "./golden-nic.ts";

const long = process.env.LANEWRIGHT_LONG !== undefined;
/** A slow clock, so that timers take few cycles; the capture's timers are 0.5 s and more. */
const clockMHz = 2;

const shape: NicDescription = {
  ...{ name: "dut", clockMHz, datapathBits: 256, mtuBytes: 4096, queuePairs: 32, completionQueues: 2 },
  ...{ memoryRegions: 16, port: { rateGbps: 10, cableMeters: 3 }, virtualLanes: { data: 1 } },
};
const design = elaborateNic(shape);

/** What was sent and seen is what Linux sent and saw, but for the differences that are listed. */
function expectLinux(guest: number, replay: Replay<ReplayNic>): void {
  expect(replay.sent.length).toBe(roceFrames.filter(({ sender }) => sender === guest).length);
  for (const { number, expected, actual } of replay.sent) {
    const linux = transportOf(expected);
    const difference = differences[number];
    if (difference === undefined) expect([number, asLinux(actual!)]).toEqual([number, hex(linux)]);
    else expect([number, fieldsOf(actual!)]).toEqual([number, { ...fieldsOf(linux), ...difference.rtl }]);
  }
  expect(replay.extra).toEqual([]);
  const model = replayHost(guest);
  const seen = ({ completions }: Pick<Replay, "completions">) =>
    completions.map(({ wrId, status, opcode, byteLength, imm, qpn }) => ({
      ...{ wrId, status, qpn },
      ...(status === 0 && { opcode, byteLength, imm }),
    }));
  expect(seen(replay)).toEqual(seen(model));
  for (const { item, memory, state } of replay.results) {
    if (memory !== null)
      expect([item.cmd, item.result![0]]).toEqual([item.cmd, expect.stringContaining(memory)]);
    if (state !== null) expect(state).toBe("ERR");
  }
}

describe.skipIf(!long)("captured traffic of two Linux hosts on the RTL", () => {
  let built: BuiltModel;
  beforeAll(async () => {
    built = await buildCore(design);
  }, 600_000);

  for (const [guest, place] of [
    [1, "the responder"],
    [2, "the requester"],
  ] as const)
    it(`in the place of host ${guest}, ${place}: sends what Linux sent, and sees what it saw`, () => {
      const replay = replayOn(guest, new NativeNic(new CoreRig(design, openModel(built), new Rng(1))));
      expectLinux(guest, replay);
      replay.nic.rig.close();
    });
});

/** What differs in front of the BTH, between the frames of Linux and those here, and why. */
const framing = {
  "0": "IPv4: the identification counts up with Linux; here it is 0, as DF is set (RFC 6864)",
  "1": "UDP source port: C000 + a hash with Linux, C000 + the queue pair here; both are constant for a queue pair",
  "2": "ECN: not capable with Linux, ECT(0) here, as the adapter obeys marks; DSCP is 0 with both",
} as const;

describe.skipIf(!long)("captured traffic of two Linux hosts as Ethernet frames on the MII", () => {
  let built: BuiltModel;
  let roce: NicDesign;
  beforeAll(async () => {
    roce = elaborateNic({ ...shape, frame: "ethernet" });
    const files = filesOf(roce).map(
      ({ path, template, view }) =>
        [path.replace(/^rtl\/|\.v$/gu, ""), renderTemplate(template, view)] as const,
    );
    built = await buildTexts("dut", files, undefined, true);
  }, 600_000);

  it.each([1, 2] as const)(
    "in the place of host %i: frames as those of Linux, but for what is listed",
    (guest) => {
      const peer = guest === 1 ? 2 : 1;
      const own = { mac: macs[guest - 1]!, ipv4: mapped(guest).slice(12), ipv6: linkLocal(guest) };
      const rig = new EthRig(roce, openModel(built), new Rng(1), {
        own,
        peer: { mac: macs[peer - 1]!, dgid: mapped(peer) },
      });
      const replay = replayOn(guest, new EthernetNic(rig));
      expectLinux(guest, replay);
      const { frames } = replay.nic;
      expect(frames.length).toBe(replay.sent.length);
      const there = {
        frame: "ethernet",
        mac: macs[peer - 1]!,
        gids: [mapped(peer), linkLocal(peer)],
      } as const;
      const met = new Set<string>();
      for (const [at, { expected, number }] of replay.sent.entries()) {
        const frame = frames[at]!;
        // the reference takes it: FCS, ICRC, lengths and checksum are right
        expect([number, typeof decodeFrame(there, frame)]).toEqual([number, "object"]);
        const six = frame[12] === 0x86;
        const udp = six ? 54 : 34;
        const same = (name: keyof typeof framing, from: number, to: number): void => {
          if (hex(frame.subarray(from, to)) !== hex(expected.subarray(from, to))) met.add(name);
          frame.set(expected.subarray(from, to), from);
        };
        if (differences[number] !== undefined) continue;
        if (six) {
          same("2", 15, 16);
        } else {
          same("2", 15, 16);
          same("0", 18, 20);
          expect([number, frame[20]! & 0x40]).toEqual([number, 0x40]);
          frame.set(expected.subarray(24, 26), 24);
        }
        same("1", udp, udp + 2);
        expect([number, hex(frame.subarray(0, udp + 8))]).toEqual([
          number,
          hex(expected.subarray(0, udp + 8)),
        ]);
      }
      expect([...met].sort()).toEqual(Object.keys(framing));
      const counters = rig.portCounters();
      for (const [name, value] of Object.entries(counters))
        if (/^DROP_|SYMBOL|CUT/u.test(name)) expect([name, value]).toEqual([name, 0]);
      expect(counters.RX_FRAME).toBeGreaterThan(50);
      rig.close();
    },
  );
});
