/** Hostile frames into a whole adapter with RoCE v2: no access outside of the regions, each drop under its reason, and it goes on. */
import type { NicDesign } from "../../generator/design/nic.ts";
import type { Model } from "../driver/model.ts";
import { EthRig } from "../nic/eth-rig.ts";
import type { EthernetIdentity } from "../nic/ethernet-port.ts";
import { addressRow } from "../nic/ethernet-port.ts";
import { icrcRoceV2 } from "../reference/crc.ts";
import { encodeFrame } from "../reference/rc/framing.ts";
import { mappedIpv4 } from "../reference/rc/framing-roce.ts";
import { packetFrom } from "../reference/rc/rig.ts";
import type { Rng } from "../traffic/rng.ts";
import { spoiled, spoilNames } from "./ethernet-frames.ts";
import { dropReasons, judgeEthernet, type Known, longestUdpBytes, type Verdict } from "./ethernet-judge.ts";
import type { FuzzResult } from "./nic.ts";
import { Victim } from "./victim.ts";

const own: EthernetIdentity = {
  mac: Uint8Array.of(2, 0, 0x4c, 0x57, 0, 1),
  ipv4: Uint8Array.of(10, 0, 0, 1),
  ipv6: Uint8Array.of(0xfd, 0, 0x4c, 0x57, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
};
const peerMac = Uint8Array.of(2, 0, 0x4c, 0x57, 0, 2);
const peerIp = Uint8Array.of(10, 0, 0, 2);

/** A frame without FCS around BTH … pad, which may be of any length. */
function frameOf(rng: Rng, transport: Uint8Array, error: boolean): Uint8Array {
  const from = { frame: "ethernet" as const, mac: peerMac, gids: [mappedIpv4(peerIp)] };
  const to = { mac: own.mac, dgid: mappedIpv4(own.ipv4) };
  const head = encodeFrame(from, to, { ...packetFrom(rng, 4, 0), payload: new Uint8Array(0) }).slice(0, 42);
  const bytes = new Uint8Array(42 + transport.length + 4);
  bytes.set(head);
  bytes.set(transport, 42);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, bytes.length - 14);
  view.setUint16(38, bytes.length - 34);
  view.setUint16(24, 0);
  let sum = 0;
  for (let at = 14; at < 34; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(24, sum ^ 0xffff);
  const end = bytes.length - 4;
  view.setUint32(end, (icrcRoceV2(bytes, 14, end) ?? 0) ^ Number(error), true);
  return bytes;
}

/** Drops behind the parser, of packets that it counts as received. */
const behind =
  /^DROP_(NO_QP|QP_TYPE|QP_STATE|PKEY|PEER|LATCHED|DUPLICATE|STALE|QKEY|NO_RECEIVE|TOO_LONG|PROTECTION)$/;
/** Frames between two looks at the counters. */
const batch = 500;

/**
 * @param model of the design's top module, open and not yet stepped; it is closed
 * @param frames so many besides those that show that the adapter works
 * @throws Error that tells what went wrong first
 */
export function fuzzEthernet(design: NicDesign, model: Model, rng: Rng, frames: number): FuzzResult {
  const due = new Map<Verdict, number>();
  const most = design.ethernet!.derived.maxFrameBytes.value;
  const known: Known = {
    ...{ ...own, queuePairs: design.queuePairs, peer: () => peerIp },
    maxUdpBytes: longestUdpBytes(design),
    datagrams: design.datagrams,
  };
  let kind = "none";
  let rig: EthRig | null = null;
  const victim = new Victim(design, model, rng, () => {
    rig = new EthRig(design, model, rng, {
      ...{ own, peer: { mac: peerMac, dgid: mappedIpv4(peerIp) } },
      frameOf: (transport, error) => {
        const good = frameOf(rng, transport.subarray(0, most - 60), error);
        const frame = spoiled(rng, kind, good, most, kind !== "none");
        const verdict = judgeEthernet(frame, known);
        due.set(verdict, (due.get(verdict) ?? 0) + 1);
        return frame;
      },
    });
    const row = addressRow({ mac: peerMac, dgid: mappedIpv4(peerIp) });
    for (let qpn = 0; qpn < design.queuePairs; qpn += 1) rig.eth.storeAddress(qpn, row);
    return rig;
  });
  const eth = rig!;
  try {
    const wrong = (what: string): Error => new Error(`frame ${victim.given}, cycle ${eth.cycle}: ${what}`);
    const check = (): Record<string, number> => {
      eth.run(300);
      const port = eth.portCounters();
      const expected = (name: Verdict): number => due.get(name) ?? 0;
      if (port.RX_FRAME !== expected("good"))
        throw wrong(`${port.RX_FRAME} frames are taken, not ${expected("good")}`);
      let spare = expected("any");
      for (const reason of dropReasons) {
        const more = port[`DROP_${reason}`]! - expected(reason);
        if (more < 0 || more > spare) throw wrong(`DROP_${reason} is ${more} away from what is expected`);
        spare -= more;
      }
      if (spare !== 0) throw wrong(`${spare} frames are counted nowhere`);
      const core = eth.counters();
      const counted = (name: string): boolean =>
        name === "RX_PACKET" || (name.startsWith("DROP_") && !behind.test(name));
      let sum = port.CNP_RECEIVED ?? 0;
      for (const [name, count] of Object.entries(core)) if (counted(name)) sum += count;
      if (sum !== port.RX_FRAME) throw wrong(`${port.RX_FRAME} packets went in, ${sum} are counted`);
      for (const name of ["WRITE_ERROR", "CQ_OVERFLOW"])
        if (core[name] !== 0) throw wrong(`${name} counts ${core[name]}`);
      if (port.DROP_OVERFLOW !== 0) throw wrong("a packet found no room");
      return { ...core, ...port };
    };
    let counters: Record<string, number> = {};
    for (let i = 0; i < frames; i += 1) {
      // every other frame is as a peer would send it, whose packet may be a bad one
      kind = i % 2 === 0 ? "none" : spoilNames[(i >> 1) % spoilNames.length]!;
      victim.hit();
      if (i % 25 === 24) victim.mend();
      if (i % batch === batch - 1 || i === frames - 1) {
        kind = "none";
        const failure = victim.worksStill();
        if (failure !== null) throw wrong(failure);
        counters = check();
      }
      if (eth.trespasses.length > 0) throw wrong(`trespass: ${eth.trespasses[0]}`);
    }
    if (frames >= 5000 && design.datagrams)
      for (const reason of ["QKEY", "TOO_LONG", "QP_TYPE", "MALFORMED"])
        if (!counters[`DROP_${reason}`]) throw wrong(`nothing is counted under DROP_${reason}`);
    if (frames >= 5000)
      for (const reason of dropReasons)
        if (!counters[`DROP_${reason}`]) throw wrong(`nothing is counted under DROP_${reason}`);
    return { frames, stops: victim.stops, counters };
  } finally {
    eth.close();
  }
}
