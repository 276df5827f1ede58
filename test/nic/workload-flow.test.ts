import { describe, expect, it } from "vitest";
import type { HostMemoryAccess } from "../../sim/nic/rings.ts";
import { type SendRequest, type Verbs, type WorkCompletion, wcStatus } from "../../sim/nic/verbs.ts";
import { Flow, type FlowCounts, type WorkloadPattern } from "../../sim/nic/workload-flow.ts";
import { Rng } from "../../sim/traffic/rng.ts";

/** The judge of `simulate` with adapters that are played here: what they do wrong, it has to tell. */
const depth = 4;
const messageBytes = 100;

/** Memory of one host, and what was posted to its adapter. */
class Host implements HostMemoryAccess {
  readonly bytes = new Uint8Array(4096);
  readonly sends: SendRequest[] = [];
  read = (address: bigint, length: number): Uint8Array =>
    this.bytes.slice(Number(address), Number(address) + length);
  write = (address: bigint, bytes: Uint8Array): void => this.bytes.set(bytes, Number(address));
  readonly verbs = {
    postSend: (_: number, request: SendRequest) => this.sends.push(request),
    postRecv: () => undefined,
  } as unknown as Verbs;
}

function bed(pattern: WorkloadPattern) {
  const hosts = [new Host(), new Host()] as const;
  const end = (host: Host) => ({ ...{ verbs: host.verbs, memory: host, qpn: 2, key: 1, base: 0n } });
  const options = { pattern, messageBytes, depth, inlineBytes: 0 };
  const flow = new Flow("a flow", end(hosts[0]), end(hosts[1]), options, new Rng(7));
  const done = (wrId: number, more: Partial<WorkCompletion> = {}): void =>
    flow.completed({ wrId, status: 0, opcode: "write", qpn: 2, byteLength: 0, ...more }, 10);
  const received = (wrId: number, byteLength = messageBytes, status: 0 | 4 = 0): void =>
    flow.received({ wrId, status, opcode: "recv", qpn: 2, byteLength });
  /** Does a WRITE, a READ or a SEND as an adapter should. */
  const carry = (number: number): void => {
    const { opcode, sges, remote } = hosts[0].sends[number]!;
    const [own, peer] = [Number(sges![0]!.address), Number(remote?.address ?? 0n)];
    const slot = 128 * (depth + (number % depth));
    if (opcode === "write") hosts[1].bytes.set(hosts[0].bytes.slice(own, own + messageBytes), peer);
    else if (opcode === "read") hosts[0].bytes.set(hosts[1].bytes.slice(peer, peer + messageBytes), own);
    else hosts[1].bytes.set(hosts[0].bytes.slice(own, own + messageBytes), slot);
  };
  return { flow, hosts, done, received, carry };
}

const clean: FlowCounts = { messages: 0, bytes: 0, duplicated: 0, reordered: 0, corrupted: 0, failed: 0 };

describe("the judge of a load", () => {
  it.each(["write", "read", "send"] as const)("takes a %s that is right, once", (pattern) => {
    const { flow, done, received, carry } = bed(pattern);
    for (let number = 0; number < 6; number++) {
      flow.post(number);
      carry(number);
      if (pattern === "send") received(number);
      done(number, { byteLength: pattern === "read" ? messageBytes : 0 });
    }
    flow.close();
    expect(flow.problem).toBeNull();
    expect(flow.counts).toEqual({ ...clean, messages: 6, bytes: 600 });
    expect([flow.pending, flow.done.at(-1)]).toEqual([0, { at: 10, bytes: 100, cycles: 5 }]);
    done(5);
    expect(flow.counts.duplicated).toBe(1);
  });

  it.each(["write", "read", "send"] as const)("finds one wrong byte of a %s", (pattern) => {
    const { flow, hosts, done, received, carry } = bed(pattern);
    flow.post(0);
    carry(0);
    const at = pattern === "send" ? 128 * depth + 99 : 99;
    const host = hosts[pattern === "read" ? 0 : 1];
    host.bytes[at] = host.bytes[at]! ^ 1;
    if (pattern === "send") received(0);
    done(0, { byteLength: messageBytes });
    expect([flow.counts.corrupted, flow.problem]).toEqual([1, expect.stringContaining("a flow: ")]);
  });

  it("finds completions out of order, errors, receives too short, too many and out of order", () => {
    const late = bed("write");
    for (const number of [0, 1]) {
      late.flow.post(0);
      late.carry(number);
    }
    late.done(1);
    expect([late.flow.counts.reordered, late.flow.counts.messages]).toEqual([1, 1]);
    late.done(0, { status: wcStatus.retryExceeded });
    expect([late.flow.counts.failed, late.flow.counts.messages]).toEqual([1, 1]);
    const short = bed("send");
    short.flow.post(0);
    short.carry(0);
    short.received(0, messageBytes - 1);
    expect(short.flow.counts.corrupted).toBe(1);
    short.received(1);
    expect(short.flow.counts.duplicated).toBe(1);
    const mixed = bed("send");
    mixed.flow.post(0);
    mixed.carry(0);
    mixed.received(1);
    expect(mixed.flow.counts.reordered).toBe(1);
  });

  it("knows what each atomic finds, and what is left in the end", () => {
    const { flow, hosts, done } = bed("atomic");
    const word = 2 * depth * 128;
    const view = (host: Host) => new DataView(host.bytes.buffer);
    for (let number = 0; number < 12; number++) {
      flow.post(0);
      const { opcode, sges, compareAdd = 0n, swap = 0n } = hosts[0].sends[number]!;
      const before = view(hosts[1]).getBigUint64(word, true);
      view(hosts[0]).setBigUint64(Number(sges![0]!.address), before, true);
      const next =
        opcode === "fetch-add"
          ? BigInt.asUintN(64, before + compareAdd)
          : before === compareAdd
            ? swap
            : before;
      view(hosts[1]).setBigUint64(word, next, true);
      done(number);
    }
    expect(flow.counts).toEqual({ ...clean, messages: 12, bytes: 96 });
    hosts[1].bytes[word] = hosts[1].bytes[word]! ^ 1;
    flow.close();
    expect(flow.counts.corrupted).toBe(1);
  });
});
