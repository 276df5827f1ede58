/**
 * `nic_responder`, `nic_response_engine` and `nic_requester` as one model, with everything around them played by the
 * bench: keys, host memory, reads and writes of it, completions, the wire.
 */
import type { NicDesign } from "../../generator/design/nic.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { ModuleFile } from "../../generator/views/files.ts";
import { fifoView } from "../../generator/views/nic/fifo.ts";
import { requesterMemories, requesterView } from "../../generator/views/nic/requester.ts";
import { responderMemories, responderView } from "../../generator/views/nic/responder.ts";
import { responseEngineView, responseMemories } from "../../generator/views/nic/response-engine.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import type { ReceivedPacket, TransportPacket } from "../../sim/reference/rc/index.ts";
import { HostMemory } from "../../sim/reference/rc/memory.ts";
import type { RegionTable } from "../../sim/reference/rc/regions.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";
import { benchNic } from "./nic-bench.ts";

/** The modules of the transport, the parts first. */
export function transportModules(design: NicDesign): readonly ModuleFile[] {
  const memories = [...responderMemories(design), ...responseMemories(design), ...requesterMemories(design)];
  return [
    ["nic_fifo", "nic/fifo", fifoView(design)],
    ...new Map(memories.map((one) => [one[0], one])).values(),
    ["nic_responder", "nic/responder", responderView(design)],
    ["nic_response_engine", "nic/response_engine", responseEngineView(design)],
    ["nic_requester", "nic/requester", requesterView(design)],
  ];
}

/** READs and atomics on their way of a queue pair, in the benches of the transport. */
export const transportDepth = 4;

/** Shared receive queues of these benches. */
export const sharedQueues = 4;

/** The adapter of these benches; a slow clock, so that timeouts take few cycles. */
export const transportDesign = (memoryProtection: "none" | "secded" = "none"): NicDesign => ({
  ...benchNic({
    queuePairs: 32,
    clockMHz: 20,
    memoryProtection,
    sharedReceiveQueues: sharedQueues,
    datagrams: "ud",
  }),
  requester: {
    ...{ outstandingReads: transportDepth, outstandingRequests: 16, scatterGather: 6 },
    pushBytes: memoryProtection === "none" ? 128 : 0,
  },
  responder: { outstandingReads: transportDepth },
});

/** Ports that only connect the responder with its engine, and those that all modules share. */
const between = /^(ev_\w+|served\w*)$/;
const shared = /^(clk|rst|issued|completed|qpc_qpn|qpc_data)$/;

/** The modules, and what the names of their ports begin with in the bench. */
const parts = { responder: "rq_", response_engine: "rs_", requester: "sq_" } as const;
export type Part = (typeof parts)[keyof typeof parts];
const all: readonly Part[] = ["rq_", "rs_", "sq_"];

/** A wrapper with all ports of the modules. */
function wrapper(texts: ReadonlyMap<string, string>): string {
  const portLine = /^ {4}(input|output) +(?:wire|reg) +(\[[^\]]+\])? *(\w+),? *(?:\/\/.*)?$/gm;
  const modules = Object.entries(parts).map(([module, prefix]) => ({
    module: `dut_nic_${module}`,
    ports: [...texts.get(`dut_nic_${module}`)!.matchAll(portLine)].map(([, direction, range = "", name]) => ({
      ...{ direction: direction!, range, inner: name! },
      name: between.test(name!) || shared.test(name!) ? name! : `${prefix}${name}`,
    })),
  }));
  const ports = new Map(modules.flatMap((one) => one.ports.map((port) => [port.name, port] as const)));
  const outer = [...ports.values()].filter(({ name }) => !between.test(name));
  const wires = [...ports.values()].filter(({ name }) => between.test(name));
  return [
    "module bench (",
    outer.map(({ direction, range, name }) => `  ${direction} wire ${range} ${name},`).join("\n"),
    "  output wire [23:0] rq_msn",
    ");",
    ...wires.map(({ range, name }) => `wire ${range} ${name};`),
    "assign rq_msn = ev_msn;",
    ...modules.map(
      (one) =>
        `${one.module} ${one.module}_here (\n    ` +
        `${one.ports.map(({ inner, name }) => `.${inner}(${name})`).join(",\n    ")});`,
    ),
    "endmodule",
    "",
  ].join("\n");
}

/** @param protection with "secded" each memory of the modules has a port by which the bench makes rows wrong */
export async function openTransport(protection: "none" | "secded" = "none"): Promise<Model> {
  const design = transportDesign(protection);
  const texts = new Map(
    transportModules(design).map(([suffix, template, view]) => {
      const name = moduleName(design, suffix);
      const text = renderTemplate(`${template}.v.hbs`, view);
      return [name, template.startsWith("nic/") ? withInjections(text) : text];
    }),
  );
  return openModel(await buildTexts("bench", [...texts, ["bench", wrapper(texts)] as const], "bench"));
}

/** The wrong bits of each memory, which are none in the adapter, as inputs. */
function withInjections(text: string): string {
  const names: string[] = [];
  const open = text.replaceAll(/(\w+)_memory \([^;]*?\.inject +\((2'b00)\)/gu, (whole, name: string) => {
    names.push(name);
    return whole.replace("2'b00", `inject_${name}`);
  });
  const ports = names.map((name) => `    input  wire [1:0] inject_${name},\n`).join("");
  return open.replace(/^ +input +wire +rst,\n/mu, (line) => line + ports);
}

export interface Completion {
  readonly qpn: number;
  readonly cq: number;
  readonly opcode: number;
  readonly status: number;
  readonly bytes: number;
  readonly imm: number;
  readonly wqe: number;
  readonly flags: number;
  /** Of a receive queue. */
  readonly received: boolean;
  /** Of a datagram: LID 16, SL 4, queue pair 24. */
  readonly source: bigint;
}

/** A packet that is sent: what fills its headers. */
export interface Sent extends TransportPacket {
  readonly dlid: number;
  readonly vl: number;
  readonly sl: number;
}

/** How often an interface makes the other side wait. */
export interface Pace {
  readonly stall: number;
  /** Most cycles after which a write of host memory is complete, or a read answered. */
  readonly memoryDelay: number;
  /** Writes are complete many at a time, at multiples of so many cycles. */
  readonly lump?: number;
}

interface Lookup {
  readonly wait: number;
  readonly ok: boolean;
  readonly address: bigint;
  readonly mayInvalidate: boolean;
}

/** What host memory failed: a write of a request of the peer, or of a response to an own one, or the read of an answer. */
interface Failure {
  readonly of: "request" | "response" | "answer";
  readonly qpn: number;
  readonly psn: number;
  readonly msn: number;
  readonly life: number;
}

/** An own packet whose payload host memory failed. */
interface Unsent {
  readonly at: number;
  readonly qpn: number;
  readonly life: number;
  readonly wqe: number;
}

interface Segment {
  readonly address: bigint;
  readonly bytes: number;
  readonly last: boolean;
}

const states = ["RESET", "INIT", "RTR", "RTS", "SQD", "SQE", "ERR"] as const;
export type StateName = (typeof states)[number];

/** Opcodes of answers: READ responses, ACK, ATOMIC ACK. */
const isAnswer = (opcode: number): boolean => opcode >= 0x0d && opcode <= 0x12;

/** Everything around the transport, a cycle at a time. */
export class TransportHost {
  readonly model: Model;
  readonly memory = new HostMemory();
  readonly regions: RegionTable;
  readonly completions: Completion[] = [];
  readonly sent: Sent[] = [];
  readonly drops = new Map<string, number>();
  readonly states = new Map<number, StateName>();
  /** Shared receive queues that have told of their limit. */
  readonly limits: number[] = [];
  pace: Pace;
  /** Answers are kept from the wire. */
  held = false;
  /** Cycles more until it is found out that an answer could not be read. */
  unreadAfter = 0;
  /** Cycles more until a work request that is read comes. */
  fetchAfter = 0;
  /** Addresses that host memory answers reads of with an error. */
  readonly broken = new Set<bigint>();
  readonly #rng: Rng;
  readonly #ports = new Map<string, Port>();
  readonly #incoming: { packet: TransportPacket | ReceivedPacket; slid: number; sl: number }[] = [];
  /** Packets put in front of the wire, and those that have gone out. */
  #packetsIn = 0;
  #packetsOut = 0;
  /** Packets in front of the wire that may go out, with those that have. */
  #packetsMost = Number.POSITIVE_INFINITY;
  /** Datagrams of a queue pair that have gone out since its send queue was empty. */
  readonly #datagrams = new Map<number, number>();
  #payloadAt = 0;
  #issued = 0;
  #writes: { readonly at: number; readonly failure: Failure | null }[] = [];
  /** Answers that could not be read, in the order in which it is found out. */
  readonly #unread: { readonly at: number; readonly failure: Failure }[] = [];
  /** Own packets that could not be read, in the order in which they would have gone out. */
  readonly #unsent: Unsent[] = [];
  /** Queues of which a write has failed. */
  readonly #spoiled = new Set<string>();
  readonly #lookups = new Map<Part, Lookup>();
  /** Own packets whose payload was answered with an error. */
  unread = 0;
  /** Reads of work requests to send. */
  fetched = 0;
  readonly #fetches = new Map<Part, { at: number; data: Uint8Array; error: boolean }[]>(
    all.map((part) => [part, []]),
  );
  readonly #flushes = new Map<Part, number[]>(all.map((part) => [part, []]));
  readonly #stateAsked = new Map<Part, number>();
  #waiting: {
    readonly header: Omit<Sent, "payload">;
    readonly bytes: number;
    readonly inline: Uint8Array | null;
    readonly from: Omit<Unsent, "at">;
  } | null = null;
  #segments: Segment[] = [];
  #cycle = 0;
  #busyUntil = 0;

  constructor(model: Model, regions: RegionTable, rng: Rng, pace: Pace) {
    this.model = model;
    this.regions = regions;
    this.#rng = rng;
    this.pace = pace;
    for (const port of model.ports) this.#ports.set(port.name, port);
    model.reset();
    // Deadlines are cleared after reset, one queue pair a cycle.
    for (let cycle = 0; cycle < 64; cycle++) this.step();
  }

  /** Writes of host memory that are not complete. */
  get writing(): number {
    return this.#writes.length;
  }

  get cycle(): number {
    return this.#cycle;
  }

  /** The wire takes so many packets more, from those in front of it on; all if not given. */
  letOut(packets?: number): void {
    this.#packetsMost = packets === undefined ? Number.POSITIVE_INFINITY : this.#packetsOut + packets;
  }

  #port(name: string): Port {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`no port ${name}`);
    return port;
  }

  #get(name: string): number {
    return this.#port(name).get();
  }

  #big(name: string): bigint {
    return this.#port(name).getBig();
  }

  #set(name: string, value: number): void {
    this.#port(name).set(value);
  }

  #willing(): number {
    return this.#rng.chance(this.pace.stall) ? 0 : 1;
  }

  /** True when an output is offered and taken in this cycle. */
  #takes(name: string): boolean {
    this.#set(`${name}_ready`, this.#willing());
    const taken = this.#get(`${name}_valid`) === 1 && this.#get(`${name}_ready`) === 1;
    if (taken) this.#touch();
    return taken;
  }

  #later(): number {
    return this.#cycle + 1 + this.#rng.below(1 + this.pace.memoryDelay);
  }

  /** One clock cycle, everything around the modules included. */
  step(): void {
    while (this.#writes[0]?.failure === null && this.#writes[0].at <= this.#cycle) this.#writes.shift();
    this.#set("issued", this.#issued & 0xffff);
    this.#set("completed", (this.#issued - this.#writes.length) & 0xffff);
    const after: (() => void)[] = [];
    this.#offerHeader(after);
    for (const part of all) {
      this.#serveKeys(part, after);
      if (this.#takes(`${part}error`)) {
        const qpn = this.#get(`${part}error_qpn`);
        after.push(() => this.fail(qpn));
      }
    }
    for (const part of ["rq_", "sq_"] as const) {
      this.#serveFlush(part, after);
      this.#serveFetches(part, after);
      this.#serveCommands(part, after);
      this.#serveCompletions(part, after);
    }
    this.#serveWire(after);
    if (this.#takes("rq_srq_event")) {
      const srq = this.#get("rq_srq_event_srq");
      after.push(() => this.limits.push(srq));
    }
    this.#offerFailure();
    this.#offerUnsent();
    this.model.eval();
    this.#takeFailure(after);
    for (const part of all)
      if (this.#get(`${part}state_en`) === 1) this.#stateAsked.set(part, this.#get(`${part}state_qpn`));
    this.model.step();
    this.#cycle++;
    for (const act of after) act();
    this.#gatherPacket();
    // A packet that cannot be read counts as gone only when that is told
    const [unsent, another] = this.#unsent;
    const told = unsent === undefined || (unsent.at <= this.#cycle && another === undefined);
    if (this.#waiting === null && told && !this.#rng.chance(this.pace.stall))
      this.#packetsOut = Math.min(this.#packetsIn, this.#packetsMost);
    this.#set("sq_packets_in", this.#packetsIn & 0xffff);
    this.#set("sq_packets_out", this.#packetsOut & 0xffff);
    for (const part of all) {
      const state = this.states.get(this.#stateAsked.get(part) ?? 0) ?? "RESET";
      this.#set(`${part}state`, states.indexOf(state));
    }
    for (const port of this.model.ports)
      if (/^.._(drop|evt)_/.test(port.name) && port.get() === 1)
        this.drops.set(port.name, (this.drops.get(port.name) ?? 0) + 1);
  }

  #touch(): void {
    this.#busyUntil = this.#cycle + 60 + 2 * this.pace.memoryDelay + (this.pace.lump ?? 0);
  }

  /** Nothing has happened for a while. */
  get quiet(): boolean {
    return this.#cycle >= this.#busyUntil && this.#incoming.length === 0;
  }

  settle(limit = 20_000): void {
    this.#touch();
    for (let steps = 0; !this.quiet; steps++) {
      if (steps > limit) throw new Error("the model does not come to rest");
      this.step();
    }
  }

  #offerHeader(after: (() => void)[]): void {
    const first = this.#incoming[0];
    const part = first === undefined ? null : isAnswer(first.packet.opcode) ? "sq_" : "rq_";
    for (const each of ["rq_", "sq_"] as const) this.#set(`${each}hdr_valid`, part === each ? 1 : 0);
    if (first === undefined || part === null) return;
    const { packet, slid, sl } = first;
    this.#setHeader(part, packet, slid);
    this.#set("rq_hdr_sl", sl);
    if (this.#get(`${part}hdr_ready`) !== 1) return;
    after.push(() => {
      if (this.#payloadAt !== packet.payload.length)
        throw new Error(`${packet.payload.length - this.#payloadAt} bytes of payload are left`);
      this.#payloadAt = 0;
      this.#incoming.shift();
      this.#touch();
    });
  }

  #setHeader(part: "rq_" | "sq_", packet: TransportPacket, slid: number): void {
    const { reth, atomicEth, aeth, deth } = packet;
    const common = {
      slid,
      opcode: packet.opcode,
      pkey: packet.pkey,
      qpn: packet.destQp,
      psn: packet.psn,
      payload_bytes: packet.payload.length,
    };
    const rest =
      part === "rq_"
        ? {
            solicited: packet.solicited ? 1 : 0,
            ack_req: packet.ackRequest ? 1 : 0,
            rkey: deth?.qkey ?? (reth ?? atomicEth)?.rkey ?? 0,
            length: deth?.sourceQp ?? reth?.length ?? 0,
            imm: packet.imm ?? packet.ieth ?? 0,
          }
        : { syndrome: aeth?.syndrome ?? 0, msn: aeth?.msn ?? 0 };
    for (const [name, value] of Object.entries({ ...common, ...rest }))
      this.#set(`${part}hdr_${name}`, value);
    if (part === "sq_") {
      this.#port("sq_hdr_original").setBig(packet.atomicAck ?? 0n);
      return;
    }
    this.#port("rq_hdr_va").setBig((reth ?? atomicEth)?.va ?? 0n);
    this.#port("rq_hdr_swap_add").setBig(atomicEth?.swapAdd ?? 0n);
    this.#port("rq_hdr_compare").setBig(atomicEth?.compare ?? 0n);
  }

  #write(part: "rq_" | "sq_", address: bigint, bytes: Uint8Array): void {
    const fails = this.memory.fails("writes", address, bytes.length);
    if (!fails) this.memory.write(address, bytes);
    this.#issued++;
    const { lump = 1 } = this.pace;
    const at = lump * Math.ceil(Math.max(this.#later(), this.#writes.at(-1)?.at ?? 0) / lump);
    this.#writes.push({ at, failure: fails ? this.#failureOf(part) : null });
    this.#touch();
  }

  /** The failure of a write for the packet at the head. */
  #failureOf(part: "rq_" | "sq_"): Failure {
    const qpn = this.#get(`${part}cq_qpn`);
    this.#spoiled.add(`${part}${qpn}`);
    const of = part === "rq_" ? "request" : "response";
    return { of, qpn, psn: this.#incoming[0]!.packet.psn, msn: this.#get("rq_msn"), life: 0 };
  }

  /** What has failed and is to be told now; writes behind it are not complete. */
  get #failure(): Failure | undefined {
    const [write, answer] = [this.#writes[0], this.#unread[0]];
    if (write?.failure && write.at <= this.#cycle) return write.failure;
    return answer !== undefined && answer.at <= this.#cycle ? answer.failure : undefined;
  }

  #offerFailure(): void {
    const failure = this.#failure;
    this.#set("rs_fail_valid", failure === undefined || failure.of === "response" ? 0 : 1);
    if (failure === undefined) return;
    this.#touch();
    this.#set("rs_fail_read", failure.of === "answer" ? 1 : 0);
    for (const name of ["qpn", "psn", "msn", "life"] as const) this.#set(`rs_fail_${name}`, failure[name]);
  }

  #offerUnsent(): void {
    const first = this.#unsent[0];
    this.#set("sq_fail_valid", first !== undefined && first.at <= this.#cycle ? 1 : 0);
    if (first === undefined) return;
    this.#touch();
    for (const name of ["qpn", "life", "wqe"] as const) this.#set(`sq_fail_${name}`, first[name]);
  }

  #takeFailure(after: (() => void)[]): void {
    if (this.#get("sq_fail_valid") === 1 && this.#get("sq_fail_ready") === 1)
      after.push(() => this.#unsent.shift());
    const failure = this.#failure;
    if (failure === undefined || (failure.of !== "response" && this.#get("rs_fail_ready") === 0)) return;
    after.push(() => {
      if (failure.of === "answer") this.#unread.shift();
      else {
        this.#writes[0] = { at: this.#cycle, failure: null };
        this.fail(failure.qpn);
      }
    });
  }

  #serveKeys(part: Part, after: (() => void)[]): void {
    const pending = this.#lookups.get(part);
    this.#set(`${part}key_done`, pending?.wait === 0 ? 1 : 0);
    if (pending !== undefined) {
      this.#set(`${part}key_ready`, 0);
      this.#set(`${part}key_ok`, pending.ok ? 1 : 0);
      this.#port(`${part}key_address`).setBig(pending.address);
      if (part === "rq_") this.#set("rq_key_may_invalidate", pending.mayInvalidate ? 1 : 0);
      if (pending.wait === 0) after.push(() => this.#lookups.delete(part));
      else this.#lookups.set(part, { ...pending, wait: pending.wait - 1 });
    } else if (this.#takes(`${part}key`)) {
      const key = this.#get(`${part}key_key`);
      const pd = this.#get(`${part}key_pd`);
      const right = this.#get(`${part}key_right`);
      const bytes = this.#get(`${part}key_bytes`);
      const found = this.regions.check(key, pd, right, this.#big(`${part}key_va`), bytes);
      const ok = typeof found === "bigint";
      const mayInvalidate = this.regions.canInvalidate(key, pd);
      const lookup = { wait: this.#rng.below(4), ok, address: ok ? found : 0n, mayInvalidate };
      after.push(() => this.#lookups.set(part, lookup));
    }
    if (part !== "rq_" || !this.#takes("rq_inv")) return;
    const key = this.#get("rq_hdr_imm");
    if (key >>> 8 !== this.#get("rq_inv_index"))
      throw new Error("another region is invalidated than is named");
    after.push(() => this.regions.invalidate(key));
  }

  /** A queue pair goes into ERR. */
  fail(qpn: number): void {
    if (this.states.get(qpn) === "ERR") return;
    this.states.set(qpn, "ERR");
    for (const list of this.#flushes.values()) list.push(qpn);
    this.#touch();
  }

  #serveFlush(part: "rq_" | "sq_", after: (() => void)[]): void {
    const waiting = this.#flushes.get(part)!;
    this.#set(`${part}flush_valid`, waiting.length > 0 ? 1 : 0);
    this.#set(`${part}flush_qpn`, waiting[0] ?? 0);
    if (waiting.length === 0) return;
    this.#touch();
    if (this.#get(`${part}flush_ready`) === 1) after.push(() => waiting.shift());
  }

  #serveFetches(part: "rq_" | "sq_", after: (() => void)[]): void {
    const answers = this.#fetches.get(part)!;
    if (this.#takes(`${part}fetch`)) {
      const small = part === "rq_" && this.#get("rq_fetch_small") === 1;
      const bytes = this.#port(`${part}fetched_data`).bytes.length;
      const address = this.#big(`${part}fetch_address`);
      if (address % (small ? 8n : 64n) !== 0n) throw new Error(`fetch of 0x${address.toString(16)}`);
      const data = new Uint8Array(bytes);
      data.set(this.memory.read(address, small ? 8 : bytes));
      const answer = {
        at: Math.max(this.#later() + this.fetchAfter, answers.at(-1)?.at ?? 0),
        data,
        error: this.broken.has(address) || this.memory.fails("reads", address, small ? 8 : bytes),
      };
      if (part === "sq_") this.fetched++;
      after.push(() => answers.push(answer));
    }
    const first = answers[0];
    const here = first !== undefined && first.at <= this.#cycle;
    this.#set(`${part}fetched_valid`, here ? 1 : 0);
    this.#set(`${part}fetched_error`, here && first.error ? 1 : 0);
    if (!here) return;
    this.#touch();
    this.#port(`${part}fetched_data`).bytes.set(first.data);
    if (this.#get(`${part}fetched_ready`) === 1) after.push(() => answers.shift());
  }

  #serveCommands(part: "rq_" | "sq_", after: (() => void)[]): void {
    if (this.#takes(`${part}cmd`)) {
      const payload = this.#incoming[0]?.packet.payload ?? new Uint8Array(0);
      const count = this.#get(`${part}cmd_bytes`);
      const bytes = payload.subarray(this.#payloadAt, this.#payloadAt + count);
      if (bytes.length !== count || count === 0) throw new Error(`a command for ${count} bytes`);
      this.#payloadAt += count;
      const last = this.#get(`${part}cmd_last`) === 1;
      if (last !== (this.#payloadAt === payload.length)) throw new Error("cmd_last is wrong");
      const address = this.#big(`${part}cmd_address`);
      if (this.#get(`${part}cmd_discard`) === 0) after.push(() => this.#write(part, address, bytes));
    }
    if (!this.#takes(`${part}msg`)) return;
    const address = this.#big(`${part}msg_address`);
    const bytes = this.#port(`${part}msg_data`).bytes.slice(0, 8);
    if (address % 8n !== 0n) throw new Error(`the result of an atomic goes to 0x${address.toString(16)}`);
    after.push(() => this.#write(part, address, bytes));
  }

  #serveCompletions(part: "rq_" | "sq_", after: (() => void)[]): void {
    if (!this.#takes(`${part}cq`)) return;
    const field = (name: string): number => this.#get(`${part}cq_${name}`);
    const received = part === "rq_";
    if (field("after") !== (this.#issued & 0xffff)) throw new Error("the completion waits for another write");
    // A success behind a write that failed is made an error by who writes completions
    const spoiled = field("status") === 0 && this.#spoiled.has(`${part}${field("qpn")}`);
    const status = spoiled ? 4 : field("status");
    const completion = {
      ...{ qpn: field("qpn"), cq: field("cq"), opcode: field("opcode"), status },
      ...{ bytes: field("bytes"), wqe: field("wqe"), received },
      imm: received ? field("imm") : 0,
      flags: received ? field("flags") : 0,
      source: received ? this.#big("rq_cq_source") : 0n,
    };
    const gone = this.#datagrams.get(completion.qpn);
    if (!received && gone !== undefined && completion.status === 0 && completion.wqe >= gone)
      throw new Error(`datagram ${completion.wqe} is complete, and ${gone} have gone out`);
    after.push(() => this.completions.push(completion));
  }

  #serveWire(after: (() => void)[]): void {
    if (this.held) this.#set("rs_tx_ready", 0);
    else if (this.#takes("rs_tx")) {
      const opcode = this.#get("rs_tx_opcode");
      const count = this.#get("rs_tx_payload_bytes");
      const address = count === 0 ? 0n : this.#big("rs_tx_address");
      const payload = this.memory.read(address, count);
      const [qpn, psn] = [this.#get("rs_tx_from"), this.#get("rs_tx_psn")];
      const [msn, life] = [this.#get("rs_tx_msn"), this.#get("rs_tx_life")];
      const unread = this.memory.fails("reads", address, count);
      const header = {
        ...this.#sentHeader("rs_"),
        ...{ solicited: false, ackRequest: false },
        ...(opcode === 0x0e
          ? {}
          : { aeth: { syndrome: this.#get("rs_tx_syndrome"), msn: this.#get("rs_tx_msn") } }),
        ...(opcode === 0x12 ? { atomicAck: this.#big("rs_tx_original") } : {}),
      };
      after.push(() => {
        this.#packetsIn++;
        if (!unread) this.sent.push({ ...header, payload });
        else
          this.#unread.push({
            at: this.#later() + this.unreadAfter,
            failure: { of: "answer", qpn, psn, msn, life },
          });
      });
    }
    // A packet of the requester is whole when its pieces have come; the next one waits for that.
    if (this.#waiting === null && this.#takes("sq_tx")) {
      const bytes = this.#get("sq_tx_payload_bytes");
      const inline =
        this.#get("sq_tx_inline") === 1 ? this.#port("sq_tx_inline_data").bytes.slice(0, bytes) : null;
      const [qpn, life, wqe] = (["from", "life", "wqe"] as const).map((name) => this.#get(`sq_tx_${name}`));
      const from = { qpn: qpn!, life: life!, wqe: wqe! };
      const waiting = { header: this.#requestHeader(), bytes, inline, from };
      after.push(() => {
        this.#waiting = waiting;
        this.#packetsIn++;
      });
    } else if (this.#waiting !== null) this.#set("sq_tx_ready", 0);
    if (!this.#takes("sq_seg")) return;
    const segment = {
      address: this.#big("sq_seg_address"),
      bytes: this.#get("sq_seg_bytes"),
      last: this.#get("sq_seg_last") === 1,
    };
    after.push(() => this.#segments.push(segment));
  }

  #sentHeader(part: "rs_" | "sq_") {
    const field = (name: string): number => this.#get(`${part}tx_${name}`);
    return {
      ...{ opcode: field("opcode"), psn: field("psn"), destQp: field("qpn"), pkey: field("pkey") },
      ...{ dlid: field("dlid"), vl: field("vl"), sl: field("sl") },
      ...{ migrated: true, fecn: false, becn: false },
    };
  }

  #requestHeader(): Omit<Sent, "payload"> {
    const header = this.#sentHeader("sq_");
    const { opcode } = header;
    const reth = [0x06, 0x0a, 0x0b, 0x0c].includes(opcode);
    const atomic = opcode === 0x13 || opcode === 0x14;
    const [va, rkey, imm] = [this.#big("sq_tx_va"), this.#get("sq_tx_rkey"), this.#get("sq_tx_imm")];
    return {
      ...header,
      solicited: this.#get("sq_tx_solicited") === 1,
      ackRequest: this.#get("sq_tx_ack_req") === 1,
      ...(reth ? { reth: { va, rkey, length: this.#get("sq_tx_length") } } : {}),
      ...(atomic
        ? {
            atomicEth: {
              va,
              rkey,
              swapAdd: this.#big("sq_tx_swap_add"),
              compare: this.#big("sq_tx_compare"),
            },
          }
        : {}),
      ...([0x03, 0x05, 0x09, 0x0b, 0x65].includes(opcode) ? { imm } : {}),
      ...(opcode >= 0x64 ? { deth: { qkey: rkey, sourceQp: this.#get("sq_tx_length") } } : {}),
      ...([0x16, 0x17].includes(opcode) ? { ieth: imm } : {}),
    };
  }

  #gatherPacket(): void {
    if (this.#waiting === null) return;
    const { header, bytes, inline, from } = this.#waiting;
    const none = bytes === 0 || inline !== null;
    if (!none && this.#segments.at(-1)?.last !== true) return;
    const parts = none ? [] : this.#segments.map((one) => this.memory.read(one.address, one.bytes));
    const payload = inline ?? Uint8Array.from(Buffer.concat(parts));
    if (payload.length !== bytes || (none && this.#segments.length > 0))
      throw new Error(`${payload.length} bytes in ${this.#segments.length} pieces, not ${bytes}`);
    const unread = !none && this.#segments.some((one) => this.memory.fails("reads", one.address, one.bytes));
    if (unread) {
      this.unread++;
      this.#unsent.push({ at: this.#later() + this.unreadAfter, ...from });
    } else this.sent.push({ ...header, payload });
    const { deth } = header;
    if (deth !== undefined) this.#datagrams.set(deth.sourceQp, (this.#datagrams.get(deth.sourceQp) ?? 0) + 1);
    this.#segments = [];
    this.#waiting = null;
  }

  /** Offers something to modules until each has taken it. */
  #offer(name: string, parts: readonly Part[]): void {
    let waiting = parts;
    for (const part of parts) this.#set(`${part}${name}_valid`, 1);
    for (let cycles = 0; waiting.length > 0; cycles++) {
      if (cycles > 50_000) throw new Error(`${name} is not taken`);
      const seen = waiting.filter((part) => this.#get(`${part}${name}_ready`) === 1);
      this.step();
      for (const part of seen) this.#set(`${part}${name}_valid`, 0);
      waiting = waiting.filter((part) => !seen.includes(part));
    }
  }

  /** The next row that a memory of a module takes has two wrong bits, or each that it takes meanwhile. */
  lose(part: Part, memory: string, meanwhile: () => void = () => this.step()): void {
    this.#set(`${part}inject_${memory}`, 3);
    meanwhile();
    this.#set(`${part}inject_${memory}`, 0);
  }

  /** The row of a queue pair; all modules take it. */
  writeRow(qpn: number, row: Uint32Array): void {
    this.states.set(qpn, states[row[0]! & 7]!);
    if ((row[0]! & 7) < 2 || (row[12]! & 1) === 1)
      for (const part of ["rq_", "sq_"]) this.#spoiled.delete(`${part}${qpn}`);
    if ((row[0]! & 8) !== 0 && (row[12]! & 8) !== 0) this.#datagrams.set(qpn, 0);
    this.#set("qpc_qpn", qpn);
    this.#port("qpc_data").bytes.set(new Uint8Array(row.buffer));
    this.#offer("qpc", all);
  }

  /** Doorbell of a receive queue (`rq_`) or a send queue (`sq_`), there perhaps with the last work request. */
  doorbell(part: "rq_" | "sq_", qpn: number, producer: number, pushed: Uint8Array | null = null): void {
    const which = part === "rq_" ? "rq_db" : "sq_db";
    this.#set(`${part}${which}_qpn`, qpn);
    if (part === "sq_" && this.#ports.has("sq_sq_db_pushed")) {
      this.#set("sq_sq_db_pushed", pushed === null ? 0 : 1);
      if (pushed !== null) this.#port("sq_sq_db_wqe").bytes.set(pushed);
    }
    this.#set(`${part}${which}_producer`, producer & 0xffff);
    this.#offer(which, [part]);
  }

  /** The row of a shared receive queue: ring with log2 of its entries, limit. */
  writeSharedRow(srq: number, ring: bigint, limit: number, fresh: boolean): void {
    this.#set("rq_srqt_srq", srq);
    const data = ring | (BigInt(limit) << 64n) | (fresh ? 1n << 96n : 0n);
    this.#port("rq_srqt_data").setBig(data);
    this.#offer("srqt", ["rq_"]);
  }

  sharedDoorbell(srq: number, producer: number): void {
    this.#set("rq_srq_db_srq", srq);
    this.#set("rq_srq_db_producer", producer & 0xffff);
    this.#offer("srq_db", ["rq_"]);
  }

  /** A packet from the wire, behind those that came before. */
  deliver(packet: TransportPacket | ReceivedPacket, slid: number, sl = 0): void {
    this.#incoming.push({ packet, slid, sl });
    this.#touch();
  }
}
