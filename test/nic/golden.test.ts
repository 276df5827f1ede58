import { beforeAll, describe, expect, it } from "vitest";
import { elaborateNic } from "../../generator/elaborate/elaborate-nic.ts";
import type { BuiltModel } from "../../sim/build/index.ts";
import { openModel } from "../../sim/driver/model.ts";
import { CoreRig } from "../../sim/nic/core-rig.ts";
import type {
  QpAttributes,
  ReceiveRequest,
  RegionRequest,
  ScatterGather,
  SendRequest,
} from "../../sim/nic/verbs.ts";
import {
  type Replay,
  type ReplayNic,
  replayHost,
  replayOn,
  roceFrames,
} from "../../sim/reference/rc/linux-capture.ts";
import { decodeTransport } from "../../sim/reference/rc/packet.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { buildCore } from "./core-pair.ts";

const long = process.env.LANEWRIGHT_LONG !== undefined;

const [own, far] = [1, 2];
const firstQpn = 17;
const [lrhBytes, bthBytes, icrcBytes] = [8, 12, 4];
/** A slow clock, so that timers take few cycles; the capture's timers are 0.5 s and more. */
const clockMHz = 2;
const patience = 20_000;
const shortTimeout = 9;

const design = elaborateNic({
  ...{ name: "dut", clockMHz, datapathBits: 256, mtuBytes: 4096, queuePairs: 32, completionQueues: 2 },
  ...{ memoryRegions: 16, port: { rateGbps: 10, cableMeters: 3 }, virtualLanes: { data: 1 } },
});

/** Of a captured frame: BTH … pad, and the R_Key within, if there is one. */
function transportOf(frame: Uint8Array): Uint8Array {
  const udp = frame[12] === 0x86 ? 54 : 34;
  const length = (frame[udp + 4]! << 8) | frame[udp + 5]!;
  return Uint8Array.from(frame.subarray(udp + 8, udp + length - icrcBytes));
}

/** Where opcodes have an R_Key: RETH and AtomicETH, behind the BTH. */
const keyAt = bthBytes + 8;
const hasKey = (opcode: number): boolean => [0x06, 0x0a, 0x0b, 0x0c, 0x13, 0x14].includes(opcode);

/** The generated adapter in the place of a host of the capture; keys of the capture stand for its own. */
class RtlNic implements ReplayNic {
  readonly rig: CoreRig;
  readonly memory: CoreRig["host"];
  readonly #keys = new Map<number, number>();
  ipId = 0;

  constructor(built: BuiltModel) {
    this.rig = new CoreRig(design, openModel(built), new Rng(1));
    this.memory = this.rig.host;
  }

  allocPd(): number {
    return this.rig.driver.allocPd();
  }

  createCq(depth: number): number {
    return this.rig.driver.createCq(depth);
  }

  regMr(request: RegionRequest, key = 0): { readonly lkey: number } {
    // A host's pages exist before anything is written to them.
    this.rig.host.read(request.address, request.length);
    const { rkey } = this.rig.driver.regMr(request);
    this.#keys.set(key, rkey);
    return { lkey: key };
  }

  createQp(request: Parameters<ReplayNic["createQp"]>[0]): number {
    for (;;) {
      const qpn = this.rig.driver.createQp(request);
      if (qpn >= firstQpn) return qpn;
    }
  }

  modifyQp(qpn: number, attributes: QpAttributes): void {
    const { address, timeout, ...rest } = attributes;
    this.rig.driver.modifyQp(qpn, {
      ...rest,
      ...(address !== undefined && { address: { dlid: far } }),
      ...(timeout !== undefined && { timeout: shortTimeout }),
    });
  }

  #own(sges: readonly ScatterGather[]): ScatterGather[] {
    return sges.map((one) => ({ ...one, lkey: this.#keys.get(one.lkey)! }));
  }

  postSend(qpn: number, request: SendRequest): void {
    this.rig.driver.postSend(qpn, { ...request, sges: this.#own(request.sges ?? []) });
  }

  postRecv(qpn: number, { sges, wrId }: ReceiveRequest): void {
    this.rig.driver.postRecv(qpn, { wrId, sges: this.#own(sges) });
  }

  queryQp(qpn: number) {
    return this.rig.driver.queryQp(qpn);
  }

  pollCq(cq: number, limit: number) {
    return this.rig.driver.pollCq(cq, limit);
  }

  /** The same packet in a native frame. */
  receive(frame: Uint8Array): void {
    const packet = transportOf(frame);
    const view = new DataView(packet.buffer);
    if (hasKey(packet[0]!)) view.setUint32(keyAt, this.#keys.get(view.getUint32(keyAt)) ?? 0);
    const bytes = new Uint8Array(lrhBytes + packet.length);
    const words = (bytes.length + icrcBytes) / 4;
    bytes.set([0, 2, 0, own, words >> 8, words & 255, 0, far]);
    bytes.set(packet, lrhBytes);
    this.rig.give({ bytes, error: false });
    this.rig.run(400);
  }

  /** BTH … pad of what it sends next. */
  transmit(): Uint8Array | null {
    for (let cycles = 0; this.rig.sent.length === 0 && cycles < patience; cycles++) this.rig.step();
    return this.rig.sent.shift()?.slice(lrhBytes) ?? null;
  }

  nextTime(): null {
    return null;
  }
}

/** Fields of BTH … pad; the migration bit is 0 with Linux and 1 here, the payload in hex. */
function fieldsOf(bytes: Uint8Array): object {
  const packet = decodeTransport(bytes);
  if (typeof packet === "string") return { undecodable: packet };
  const { shape, migrated, payload, ...fields } = packet;
  return { ...fields, payload: Buffer.from(payload).toString("hex") };
}

/**
 * Frames that differ from those of Linux; all others are equal byte for byte from the BTH to the pad, but for the migration
 * bit (Linux 0, here 1). The framing is another one: native, where Linux has RoCE v2. No ACK is merged: each request is
 * answered before the next one comes, as in the capture.
 */
const differences: Readonly<Record<number, { rtl: object; reason: string }>> = {
  116: {
    rtl: { opcode: 0x0d, aeth: { syndrome: 0x1f, msn: 33 } },
    reason:
      "A READ asked for again from the middle: Linux goes on with READ Response Middle as if nothing had happened, the " +
      "standard begins with First, which brings an AETH. The reference model does as the RTL.",
  },
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
/** With the migration bit of Linux. */
const asLinux = (bytes: Uint8Array): string => hex(bytes.map((byte, i) => (i === 1 ? byte & 0xbf : byte)));

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
      const replay: Replay<RtlNic> = replayOn(guest, new RtlNic(built));
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
      replay.nic.rig.close();
    });
});
