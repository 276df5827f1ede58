/**
 * The captured traffic of two Linux hosts (`sim/data/rxe-samples.pcap` and `.json`) and its replay on one model, which
 * takes the place of one host: it is given that host's verbs and the frames of the other, and asked for its own frames.
 */
import { readFileSync } from "node:fs";
import { readPcap } from "../../capture/pcap.ts";
import {
  access,
  type MtuBytes,
  type RegionRequest,
  type SendRequest,
  type WorkCompletion,
} from "../../nic/verbs.ts";
import { ReferenceNic } from "./nic.ts";

/** An item of the JSON file: the start of a phase, a verb with its result, or a frame that was lost. */
export interface CaptureItem {
  readonly phase?: string;
  readonly mtu?: number;
  readonly qp?: readonly { guest: number; qpn: number; addr: string; rkey: string; gid: string }[];
  readonly psn?: { g1_sends_from: number; g2_sends_from: number };
  readonly frames?: readonly [number, number];
  readonly guest?: number;
  readonly cmd?: string;
  readonly result?: readonly string[];
  readonly frame?: number;
  readonly dropped?: boolean;
}

const data = new URL("../../data/", import.meta.url);
const items = JSON.parse(readFileSync(new URL("rxe-samples.json", data), "utf8")) as CaptureItem[];
const capture = readPcap(readFileSync(new URL("rxe-samples.pcap", data)));

export const macs = [Uint8Array.of(0x52, 0x54, 0, 0, 0, 1), Uint8Array.of(0x52, 0x54, 0, 0, 0, 2)];
export const linkLocal = (guest: number) =>
  Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x50, 0x54, 0, 0xff, 0xfe, 0, 0, guest);
export const mapped = (guest: number) =>
  Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, guest);
const regionBytes = 1 << 20;
const receiveBytes = 16_384;
/** Where the replay puts receive buffers, which the capture does not tell. */
const receiveBase = 0x100000000n;

/** A frame of RoCE v2 in the capture. */
export interface CapturedRoce {
  /** 1 … 148, as tshark counts. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly sender: number;
  readonly v6: boolean;
  /** Nanoseconds since the first frame. */
  readonly time: number;
}

export const roceFrames: readonly CapturedRoce[] = capture.frames.flatMap(
  ({ bytes, seconds, nanoseconds }, i) => {
    const v6 = bytes[12] === 0x86;
    const protocol = v6 ? bytes[20] : bytes[12] === 8 && bytes[13] === 0 ? bytes[23] : 0;
    if (protocol !== 17) return [];
    const first = capture.frames[0]!;
    const time = (seconds - first.seconds) * 1e9 + nanoseconds - first.nanoseconds;
    return [{ number: i + 1, bytes, sender: bytes[11]!, v6, time }];
  },
);

export const droppedFrames = new Set(items.filter(({ dropped }) => dropped).map(({ frame }) => frame!));

/** What a replay needs of an adapter, with the verbs of a host. */
export type ReplayNic = Pick<
  ReferenceNic,
  "allocPd" | "createCq" | "createQp" | "modifyQp" | "postSend" | "postRecv" | "queryQp" | "pollCq"
> &
  Pick<ReferenceNic, "receive" | "transmit" | "nextTime" | "ipId"> & {
    readonly memory: Pick<ReferenceNic["memory"], "read" | "write">;
    regMr(request: RegionRequest, key?: number): { readonly lkey: number };
  };

/** What the replay of one host gave. */
export interface Replay<N = ReferenceNic> {
  readonly nic: N;
  /** Captured frames of this host, each with what the model sent in its place. */
  readonly sent: {
    readonly number: number;
    readonly expected: Uint8Array;
    readonly actual: Uint8Array | null;
  }[];
  readonly completions: WorkCompletion[];
  /** Commands of this host that have a result, with the state of the model at that point. */
  readonly results: {
    readonly item: CaptureItem;
    readonly qpn: number;
    readonly memory: string | null;
    readonly state: string | null;
  }[];
  /** Frames that the model sent beyond those of the capture. */
  readonly extra: Uint8Array[];
}

interface Phase {
  readonly qpn: number;
  readonly base: bigint;
  readonly rkey: number;
}

/** Runs the capture against the reference model in the place of `guest` 1 or 2. */
export function replayHost(guest: number): Replay {
  return replayOn(
    guest,
    new ReferenceNic(
      { frame: "ethernet", mac: macs[guest - 1]!, gids: [mapped(guest), linkLocal(guest)] },
      { migrated: false, firstQpn: 17 },
    ),
  );
}

/** Runs the capture against an adapter in the place of `guest` 1 or 2; its first queue pair is 17. */
export function replayOn<N extends ReplayNic>(guest: number, nic: N): Replay<N> {
  const replay: Replay<N> = { nic, sent: [], completions: [], results: [], extra: [] };
  const host = { nic, pd: nic.allocPd(), cq: nic.createCq(1000), guest, receives: 0 };
  const lkey = nic.regMr(
    { pd: host.pd, address: receiveBase, length: 1 << 24, access: access.localWrite },
    0x7f000001,
  ).lkey;
  const receive = (qpn: number, wrId: number) => {
    const address = receiveBase + BigInt(receiveBytes * host.receives++);
    nic.postRecv(qpn, { wrId, sges: [{ address, length: receiveBytes, lkey }] });
  };
  let phase: Phase | null = null;
  let next = 0;
  const runItemsUpTo = (number: number) => {
    for (; next < items.length && (items[next]!.frames?.[0] ?? 0) <= number; next++) {
      const item = items[next]!;
      if (item.phase !== undefined) {
        // A new phase begins with its first command.
        if ((items[next + 1]!.frames?.[0] ?? 0) > number) return;
        phase = openPhase(host, item);
        if (guest === 1)
          for (let i = 0; i < (item.mtu === 3 && phase.qpn === 17 ? 12 : 1); i++)
            receive(phase.qpn, 0x1001 + i);
      }
      if (item.guest === guest && item.cmd !== undefined) runCommand(host, phase!, item, replay);
    }
  };
  let now = 0;
  for (const frame of roceFrames) {
    now = Math.max(now, frame.time);
    runItemsUpTo(frame.number);
    // What the capture does not tell: the receive for the SEND of host 1, and the late one that ended the RNR NAKs.
    if (guest === 2 && frame.number === 82) receive(17, 0x101e);
    if (guest === 1 && frame.number === 94) receive(17, 0x100e);
    if (frame.sender !== guest) {
      if (!droppedFrames.has(frame.number)) nic.receive(frame.bytes, now);
      continue;
    }
    if (!frame.v6) nic.ipId = (frame.bytes[18]! << 8) | frame.bytes[19]!;
    let actual = nic.transmit(now);
    for (let wake = nic.nextTime(now); actual === null && wake !== null; wake = nic.nextTime(now)) {
      now = wake;
      actual = nic.transmit(now);
    }
    replay.sent.push({ number: frame.number, expected: frame.bytes, actual });
    replay.completions.push(...nic.pollCq(host.cq, 100));
  }
  runItemsUpTo(Number.POSITIVE_INFINITY);
  for (let frame = nic.transmit(now); frame !== null; frame = nic.transmit(now)) replay.extra.push(frame);
  replay.completions.push(...nic.pollCq(host.cq, 100));
  return replay;
}

type Host = { nic: ReplayNic; pd: number; cq: number; guest: number; receives: number };

/** Memory, region and connected queue pair of a phase, with the numbers of the capture. */
function openPhase({ nic, pd, cq, guest }: Host, item: CaptureItem): Phase {
  const mine = item.qp!.find((one) => one.guest === guest)!;
  const peer = item.qp!.find((one) => one.guest !== guest)!;
  const base = BigInt(mine.addr);
  const rkey = Number(mine.rkey);
  nic.memory.write(
    base,
    Uint8Array.from({ length: regionBytes }, (_, i) => 7 * i + (i >> 8)),
  );
  nic.regMr({ pd, address: base, length: regionBytes, access: 15 }, rkey);
  const qpn = nic.createQp({ type: "rc", pd, sendCq: cq, recvCq: cq, maxSend: 64, maxRecv: 64 });
  const v6 = mine.gid.startsWith("fe80");
  const first = roceFrames.find(({ bytes, v6: six }) => bytes[(six ? 62 : 42) + 7] === peer.qpn)!;
  const at = first.v6 ? 54 : 34;
  const address = {
    dgid: v6 ? linkLocal(peer.guest) : mapped(peer.guest),
    mac: macs[peer.guest - 1]!,
    udpSourcePort: (first.bytes[at]! << 8) | first.bytes[at + 1]!,
    flowLabel: v6 ? ((first.bytes[15]! & 15) << 16) | (first.bytes[16]! << 8) | first.bytes[17]! : 0,
  };
  const { g1_sends_from: one, g2_sends_from: two } = item.psn!;
  const [sqPsn, rqPsn] = guest === 1 ? [one, two] : [two, one];
  const pathMtu = (128 << item.mtu!) as MtuBytes;
  nic.modifyQp(qpn, { state: "INIT", pkey: 0xffff, access: 15 });
  const rights = { destQpn: peer.qpn, rqPsn, maxDestRdAtomic: 16, minRnrTimer: 14 };
  nic.modifyQp(qpn, { state: "RTR", pathMtu, address, ...rights });
  nic.modifyQp(qpn, { state: "RTS", timeout: 17, retryCount: 7, rnrRetry: 7, sqPsn, maxRdAtomic: 16 });
  return { qpn, base, rkey };
}

const sendOpcodes: Readonly<Record<string, SendRequest["opcode"]>> = {
  send: "send",
  sendimm: "send-imm",
  write: "write",
  writeimm: "write-imm",
  read: "read",
  faa: "fetch-add",
  cas: "cmp-swap",
};

/** A line of the tool that made the capture: verb, local offset, length, remote address, key, operands. */
function runCommand(host: Host, phase: Phase, item: CaptureItem, replay: Pick<Replay, "results">): void {
  const [verb, offset, length, ...rest] = item.cmd!.split(" ");
  const opcode = sendOpcodes[verb!];
  if (opcode === undefined) {
    const at = phase.base + BigInt(offset ?? 0);
    const memory =
      verb === "dump" ? Buffer.from(host.nic.memory.read(at, Number(length))).toString("hex") : null;
    const state = verb === "state" ? host.nic.queryQp(phase.qpn).state : null;
    if (verb !== "wait") replay.results.push({ item, qpn: phase.qpn, memory, state });
    else replay.results.push({ item, qpn: phase.qpn, memory: null, state: null });
    return;
  }
  const wrId = Number(/wr=(0x[0-9a-f]+)/.exec(item.result![0]!)![1]);
  const remote =
    rest[1] === "0" || rest[0] === undefined
      ? {}
      : { remote: { address: BigInt(rest[0]), rkey: Number(rest[1]) } };
  const imm = opcode === "send-imm" || opcode === "write-imm" ? { imm: Number(rest[2]) } : {};
  const operands =
    opcode === "fetch-add"
      ? { compareAdd: BigInt(rest[2]!) }
      : opcode === "cmp-swap"
        ? { compareAdd: BigInt(rest[2]!), swap: BigInt(rest[3]!) }
        : {};
  const sges = [{ address: phase.base + BigInt(offset!), length: Number(length), lkey: phase.rkey }];
  host.nic.postSend(phase.qpn, { wrId, opcode, sges, signaled: true, ...remote, ...imm, ...operands });
  replay.results.push({ item, qpn: phase.qpn, memory: null, state: null });
}
