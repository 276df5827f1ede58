/** Requests of the peer that host memory fails, among others that it does not: what the peer is told, and what it is not. */
import { expect } from "vitest";
import type { ReceivedPacket } from "../../sim/reference/rc/index.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { base, type DirectedBench, mtu, peerPsn } from "./directed-bench.ts";
import type { Sent } from "./transport-bench.ts";

const failing = base + 0x3000n;
const page = 0x1000;
const [ack, operation] = [0x11, 0x63];
/** READs and atomics in one run, which the queue pair may have on their way. */
const mostReads = 4;

type Kind = "write" | "send" | "atomic" | "read";

interface Request {
  readonly kind: Kind;
  readonly psn: number;
  readonly psns: number;
  readonly fails: boolean;
  readonly packet: Partial<ReceivedPacket> & { readonly opcode: number };
}

function request(bench: DirectedBench, rng: Rng, kind: Kind, psn: number, fails: boolean): Request {
  const va = (fails ? failing : base + 0x1000n) + BigInt(8 * rng.below(64));
  const rkey = bench.key;
  const length = rng.range(1, mtu);
  const payload = new Uint8Array(length);
  const common = { kind, psn, psns: 1, fails };
  if (kind === "write")
    return {
      ...common,
      packet: { opcode: 0x0a, reth: { va, rkey, length }, payload, ackRequest: rng.chance(0.6) },
    };
  if (kind === "send") return { ...common, packet: { opcode: 0x04, payload, ackRequest: rng.chance(0.6) } };
  if (kind === "atomic")
    return { ...common, packet: { opcode: 0x14, atomicEth: { va, rkey, swapAdd: 1n, compare: 0n } } };
  // One that fails does so from its second packet on
  const packets = fails ? 3 : rng.range(1, 8);
  const from = fails ? failing - BigInt(mtu) : va;
  const reth = { va: from, rkey, length: (packets - 1) * mtu + length };
  return { ...common, psns: packets, packet: { opcode: 0x0c, reth } };
}

/** A run of requests of which some fail: of writes any, or one READ. */
function requests(bench: DirectedBench, rng: Rng): Request[] {
  const count = rng.range(1, 10);
  const first = rng.below(count);
  const firstKind = rng.pick(["write", "send", "atomic", "read"] as const);
  let psn = peerPsn;
  let reads = firstKind === "read" || firstKind === "atomic" ? 1 : 0;
  return Array.from({ length: count }, (_, i) => {
    let kind = i === first ? firstKind : rng.pick(["write", "write", "send", "atomic", "read"] as const);
    if (i !== first && (kind === "atomic" || kind === "read")) {
      if (reads === mostReads) kind = "write";
      else reads++;
    }
    const fails = i === first || (i > first && firstKind !== "read" && kind !== "read" && rng.chance(0.4));
    const made = request(bench, rng, kind, psn, fails);
    psn += made.psns;
    return made;
  });
}

/** PSNs of the answers that one READ or atomic has when it is answered in full. */
const answersOf = ({ kind, psn, psns }: Request): number[] =>
  kind === "read" || kind === "atomic" ? Array.from({ length: psns }, (_, i) => psn + i) : [];

/**
 * Sends a run of requests to a queue pair. Before the NAK of the first that fails, all before it is answered; the NAK names
 * it, counts the messages before it, and is the last word.
 */
export function checkOperationError(bench: DirectedBench, rng: Rng, qpn: number): void {
  const { host, verbs } = bench;
  const run = requests(bench, rng);
  const failed = run.findIndex(({ fails }) => fails);
  const first = run[failed]!;
  let receives = 0;
  for (const { kind, fails } of run)
    if (kind === "send") {
      const address = fails ? failing : base + 0x1000n;
      verbs.postRecv(qpn, { wrId: 0, sges: [{ address, length: page, lkey: bench.key }] });
      // Or the receive request itself cannot be read
      if (fails && rng.chance(0.5)) host.broken.add(verbs.receivePlace(qpn, receives));
      receives++;
    }
  host.memory.failing.push({
    address: failing,
    length: page,
    of: first.kind === "read" ? "reads" : "writes",
  });
  if (first.kind === "atomic" && rng.chance(0.5))
    host.memory.failing.push({ address: failing, length: page, of: "reads" });
  host.pace = { stall: rng.pick([0, 0.2]), memoryDelay: rng.pick([0, 8, 60]), lump: rng.pick([1, 128]) };
  host.held = rng.chance(0.4);
  for (const { packet, psn } of run) bench.packet(qpn, packet.opcode, psn, packet);
  host.settle();
  host.held = false;
  const sent = bench.settle();
  host.memory.failing.splice(0);
  host.broken.clear();

  const psn = first.kind === "read" ? first.psn + 1 : first.psn;
  const msn = failed + (first.kind === "read" ? 1 : 0);
  const last = sent.at(-1)!;
  expect({ run, told: [last.opcode, last.psn, last.aeth] }).toEqual({
    run,
    told: [ack, psn, { syndrome: operation, msn }],
  });
  const before = sent.slice(0, -1);
  expect(before.filter(({ aeth }) => aeth !== undefined && aeth.syndrome >> 5 !== 0)).toEqual([]);
  // An answer to a READ may be on its way behind the one that failed
  const behind = before.filter((one) => one.psn >= psn);
  if (first.kind === "read") expect(behind.every((one) => one.psn !== psn)).toBe(true);
  else expect(behind).toEqual([]);
  const due = [...run.slice(0, failed).flatMap(answersOf), ...(first.kind === "read" ? [first.psn] : [])];
  expect(before.filter((one) => isAnswer(one) && one.psn < psn).map((one) => one.psn)).toEqual(due);
  expect(verbs.queryQp(qpn).state).toBe("ERR");
  const statuses = host.completions.splice(0).map(({ status }) => status);
  const sends = run.slice(0, failed).filter(({ kind }) => kind === "send").length;
  expect(statuses.slice(0, sends)).toEqual(new Array<number>(sends).fill(0));
  expect(statuses.slice(sends).filter((status) => status === 0 && first.kind !== "read")).toEqual([]);
  expect(statuses.length).toBe(run.filter(({ kind }) => kind === "send").length);
}

const isAnswer = ({ opcode }: Sent): boolean => opcode !== ack;
