/**
 * `nic_responder` and `nic_response_engine` as one model, with everything around them played by the bench: keys, host
 * memory, reads and writes of it, completions, the wire.
 */
import type { NicDesign } from "../../generator/design/nic.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { ModuleFile } from "../../generator/views/files.ts";
import { fifoView } from "../../generator/views/nic/fifo.ts";
import { responderMemories, responderView } from "../../generator/views/nic/responder.ts";
import { responseEngineView, responseMemories } from "../../generator/views/nic/response-engine.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import type { ReceivedPacket, TransportPacket } from "../../sim/reference/rc/index.ts";
import { HostMemory } from "../../sim/reference/rc/memory.ts";
import type { RegionTable } from "../../sim/reference/rc/regions.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";

/** Ports that only connect the two modules. */
const between = /^(ev_\w+|served\w*)$/;

/** The modules of the answering side, the parts first. */
export function respondingModules(design: NicDesign): readonly ModuleFile[] {
  const codes = new Map(
    [...responderMemories(design), ...responseMemories(design)].map((one) => [one[0], one]),
  );
  return [
    ["nic_fifo", "nic/fifo", fifoView(design)],
    ...codes.values(),
    ["nic_responder", "nic/responder", responderView(design)],
    ["nic_response_engine", "nic/response_engine", responseEngineView(design)],
  ];
}

/** A wrapper with all ports of both modules; those of the engine that the responder has too begin with `rs_`. */
function wrapper(texts: ReadonlyMap<string, string>): string {
  const portsOf = (module: string) =>
    [
      ...texts
        .get(module)!
        .matchAll(/^ {4}(input|output) +(?:wire|reg) +(\[[^\]]+\])? *(\w+),? *(?:\/\/.*)?$/gm),
    ].map(([, direction, range = "", name]) => ({ direction: direction!, range, name: name! }));
  const responder = portsOf("dut_nic_responder");
  const engine = portsOf("dut_nic_response_engine");
  const own = new Set(responder.map(({ name }) => name));
  const shared = new Set(["clk", "rst", "completed", "qpc_qpn", "qpc_data"]);
  const outer = (name: string): string => (own.has(name) && !shared.has(name) ? `rs_${name}` : name);
  const ports = [
    ...responder.filter(({ name }) => !between.test(name)),
    ...engine
      .filter(({ name }) => !between.test(name) && !shared.has(name))
      .map((port) => ({ ...port, name: outer(port.name) })),
  ];
  const wires = responder.filter(({ name }) => between.test(name));
  const connect = (list: typeof responder, name: (inner: string) => string): string =>
    list
      .map((port) => `.${port.name}(${between.test(port.name) ? port.name : name(port.name)})`)
      .join(",\n    ");
  return [
    "module bench (",
    ports.map(({ direction, range, name }) => `  ${direction} wire ${range} ${name}`).join(",\n"),
    ");",
    ...wires.map(({ range, name }) => `wire ${range} ${name};`),
    `dut_nic_responder responder (\n    ${connect(responder, (name) => name)});`,
    `dut_nic_response_engine engine (\n    ${connect(engine, outer)});`,
    "endmodule",
    "",
  ].join("\n");
}

export async function openResponding(design: NicDesign): Promise<Model> {
  const texts = new Map(
    respondingModules(design).map(([suffix, template, view]) => [
      moduleName(design, suffix),
      renderTemplate(`${template}.v.hbs`, view),
    ]),
  );
  return openModel(await buildTexts("bench", [...texts, ["bench", wrapper(texts)] as const], "bench"));
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
}

/** A packet that the engine sent. */
export interface Answer {
  readonly opcode: number;
  readonly psn: number;
  readonly qpn: number;
  readonly pkey: number;
  readonly dlid: number;
  readonly vl: number;
  readonly sl: number;
  readonly syndrome: number;
  readonly msn: number;
  readonly original: bigint;
  readonly payload: Uint8Array;
}

/** How often an interface makes the other side wait. */
export interface Pace {
  readonly stall: number;
  /** Cycles after which a memory write is complete. */
  readonly writeDelay: number;
}

interface Lookup {
  readonly wait: number;
  readonly ok: boolean;
  readonly address: bigint;
  readonly mayInvalidate: boolean;
}

const states = ["RESET", "INIT", "RTR", "RTS", "SQD", "SQE", "ERR"] as const;
export type StateName = (typeof states)[number];

export class RespondingHost {
  readonly model: Model;
  readonly memory = new HostMemory();
  readonly completions: Completion[] = [];
  readonly answers: Answer[] = [];
  readonly drops = new Map<string, number>();
  readonly states = new Map<number, StateName>();
  readonly #rng: Rng;
  readonly #regions: RegionTable;
  #pace: Pace;
  readonly #ports = new Map<string, Port>();
  #payload: Uint8Array = new Uint8Array(0);
  #payloadAt = 0;
  #issued = 0;
  #writes: number[] = [];
  #lookups: { responder: Lookup | null; engine: Lookup | null } = { responder: null, engine: null };
  #fetches: { at: number; data: Uint8Array }[] = [];
  #flushes: number[] = [];
  #stateAsked: Record<"" | "rs_", number> = { "": 0, rs_: 0 };
  #cycle = 0;
  #busyUntil = 0;

  constructor(model: Model, regions: RegionTable, rng: Rng, pace: Pace) {
    this.model = model;
    this.#regions = regions;
    this.#rng = rng;
    this.#pace = pace;
    for (const port of model.ports) this.#ports.set(port.name, port);
    model.reset();
  }

  set pace(pace: Pace) {
    this.#pace = pace;
  }

  get regions(): RegionTable {
    return this.#regions;
  }

  #port(name: string): Port {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`no port ${name}`);
    return port;
  }

  #get(name: string): number {
    return this.#port(name).get();
  }

  #set(name: string, value: number): void {
    this.#port(name).set(value);
  }

  #willing(): number {
    return this.#rng.chance(this.#pace.stall) ? 0 : 1;
  }

  /** One clock cycle, everything around the two modules included. */
  step(): void {
    this.#complete();
    const after: (() => void)[] = [];
    for (const side of ["", "rs_"] as const) {
      this.#serveKeys(side, after);
      this.#serveErrors(side, after);
    }
    this.#serveFetches(after);
    this.#serveCommands(after);
    this.#serveCompletions(after);
    this.#serveWire(after);
    this.#set("flush_valid", this.#flushes.length > 0 ? 1 : 0);
    this.#set("flush_qpn", this.#flushes[0] ?? 0);
    if (this.#flushes.length > 0 && this.#get("flush_ready") === 1) after.push(() => this.#flushes.shift());
    this.model.eval();
    for (const side of ["", "rs_"] as const) {
      if (this.#get(`${side}state_en`) === 1) this.#stateAsked[side] = this.#get(`${side}state_qpn`);
    }
    this.model.step();
    this.#cycle++;
    for (const act of after) act();
    for (const side of ["", "rs_"] as const) {
      const state = this.states.get(this.#stateAsked[side]) ?? "RESET";
      this.#set(`${side}state`, states.indexOf(state));
    }
    for (const port of this.model.ports) {
      if (!port.name.startsWith("drop_") || port.get() === 0) continue;
      this.drops.set(port.name, (this.drops.get(port.name) ?? 0) + 1);
    }
  }

  #touch(): void {
    this.#busyUntil = this.#cycle + 40 + this.#pace.writeDelay;
  }

  /** Steps until nothing has happened for a while. */
  settle(limit = 20_000): void {
    this.#touch();
    for (let steps = 0; this.#cycle < this.#busyUntil; steps++) {
      if (steps > limit) throw new Error("the model does not come to rest");
      this.step();
    }
  }

  #complete(): void {
    while (this.#writes.length > 0 && this.#writes[0]! <= this.#cycle) this.#writes.shift();
    this.#set("issued", this.#issued & 0xffff);
    this.#set("completed", (this.#issued - this.#writes.length) & 0xffff);
  }

  #write(address: bigint, bytes: Uint8Array): void {
    this.memory.write(address, bytes);
    this.#issued++;
    this.#writes.push(this.#cycle + 1 + this.#rng.below(1 + this.#pace.writeDelay));
    this.#writes.sort((a, b) => a - b);
    this.#touch();
  }

  #serveKeys(side: "" | "rs_", after: (() => void)[]): void {
    const which = side === "" ? "responder" : "engine";
    const pending = this.#lookups[which];
    const ready = pending === null ? this.#willing() : 0;
    this.#set(`${side}key_ready`, ready);
    this.#set(`${side}key_done`, pending?.wait === 0 ? 1 : 0);
    if (pending !== null) {
      this.#set(`${side}key_ok`, pending.ok ? 1 : 0);
      this.#port(`${side}key_address`).setBig(pending.address);
      if (side === "") this.#set("key_may_invalidate", pending.mayInvalidate ? 1 : 0);
      const next = pending.wait === 0 ? null : { ...pending, wait: pending.wait - 1 };
      after.push(() => {
        this.#lookups[which] = next;
      });
    } else if (ready === 1 && this.#get(`${side}key_valid`) === 1) {
      const [key, pd, right] = ["key", "pd", "right"].map((name) => this.#get(`${side}key_${name}`));
      const bytes = this.#port(`${side}key_bytes`).get();
      const va = this.#port(`${side}key_va`).getBig();
      const found = this.#regions.check(key!, pd!, right!, va, bytes);
      const lookup = {
        wait: this.#rng.below(4),
        ok: typeof found === "bigint",
        address: typeof found === "bigint" ? found : 0n,
        mayInvalidate: this.#regions.canInvalidate(key!, pd!),
      };
      after.push(() => {
        this.#lookups[which] = lookup;
      });
      this.#touch();
    }
    if (side === "") {
      this.#set("inv_ready", this.#willing());
      if (this.#get("inv_valid") === 1 && this.#get("inv_ready") === 1) {
        const index = this.#get("inv_index");
        const key = this.#port("hdr_imm").get();
        if (key >>> 8 !== index) throw new Error("another region is invalidated than the packet names");
        after.push(() => this.#regions.invalidate(key));
      }
    }
  }

  #serveErrors(side: "" | "rs_", after: (() => void)[]): void {
    this.#set(`${side}error_ready`, this.#willing());
    if (this.#get(`${side}error_valid`) !== 1 || this.#get(`${side}error_ready`) !== 1) return;
    const qpn = this.#get(`${side}error_qpn`);
    after.push(() => this.fail(qpn));
  }

  /** A queue pair goes into ERR. */
  fail(qpn: number): void {
    if (this.states.get(qpn) === "ERR") return;
    this.states.set(qpn, "ERR");
    this.#flushes.push(qpn);
    this.#touch();
  }

  #serveFetches(after: (() => void)[]): void {
    this.#set("fetch_ready", this.#willing());
    if (this.#get("fetch_valid") === 1 && this.#get("fetch_ready") === 1) {
      const small = this.#get("fetch_small") === 1;
      const address = this.#port("fetch_address").getBig();
      if (address % (small ? 8n : 64n) !== 0n) throw new Error(`fetch of 0x${address.toString(16)}`);
      const data = new Uint8Array(64);
      data.set(this.memory.read(address, small ? 8 : 64));
      const at = this.#cycle + 1 + this.#rng.below(1 + this.#pace.writeDelay);
      after.push(() => this.#fetches.push({ at, data }));
      this.#touch();
    }
    const first = this.#fetches[0];
    const here = first !== undefined && first.at <= this.#cycle;
    this.#set("fetched_valid", here ? 1 : 0);
    this.#set("fetched_error", 0);
    if (here) {
      this.#port("fetched_data").bytes.set(first.data);
      if (this.#get("fetched_ready") === 1) after.push(() => this.#fetches.shift());
    }
  }

  #serveCommands(after: (() => void)[]): void {
    this.#set("cmd_ready", this.#willing());
    if (this.#get("cmd_valid") === 1 && this.#get("cmd_ready") === 1) {
      const count = this.#get("cmd_bytes");
      const bytes = this.#payload.subarray(this.#payloadAt, this.#payloadAt + count);
      if (bytes.length !== count || count === 0) throw new Error(`a command for ${count} bytes`);
      this.#payloadAt += count;
      const last = this.#get("cmd_last") === 1;
      if (last !== (this.#payloadAt === this.#payload.length)) throw new Error("cmd_last is wrong");
      if (this.#get("cmd_discard") === 0) {
        const address = this.#port("cmd_address").getBig();
        after.push(() => this.#write(address, bytes));
      }
    }
    this.#set("msg_ready", this.#willing());
    if (this.#get("msg_valid") === 1 && this.#get("msg_ready") === 1) {
      const address = this.#port("msg_address").getBig();
      const bytes = this.#port("msg_data").bytes.slice(0, 8);
      after.push(() => this.#write(address, bytes));
    }
  }

  #serveCompletions(after: (() => void)[]): void {
    this.#set("cq_ready", this.#willing());
    if (this.#get("cq_valid") !== 1 || this.#get("cq_ready") !== 1) return;
    const [qpn, cq, opcode, status, bytes, imm, wqe, flags] = [
      ...["qpn", "cq", "opcode", "status", "bytes", "imm", "wqe", "flags"],
    ].map((name) => this.#get(`cq_${name}`)) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (this.#get("cq_after") !== (this.#issued & 0xffff))
      throw new Error("the completion waits for another write");
    after.push(() => this.completions.push({ qpn, cq, opcode, status, bytes, imm, wqe, flags }));
    this.#touch();
  }

  #serveWire(after: (() => void)[]): void {
    this.#set("tx_ready", this.#willing());
    if (this.#get("tx_valid") !== 1 || this.#get("tx_ready") !== 1) return;
    const [opcode, psn, qpn, pkey, dlid, vl, sl, syndrome, msn, count] = [
      ...["opcode", "psn", "qpn", "pkey", "dlid", "vl", "sl", "syndrome", "msn", "payload_bytes"],
    ].map((name) => this.#get(`tx_${name}`)) as number[];
    const payload = this.memory.read(count === 0 ? 0n : this.#port("tx_address").getBig(), count!);
    const original = this.#port("tx_original").getBig();
    const answer = { opcode, psn, qpn, pkey, dlid, vl, sl, syndrome, msn, original, payload } as Answer;
    after.push(() => this.answers.push(answer));
    this.#touch();
  }

  /** Offers something until it is taken. */
  #offer(valid: string, ready: string, limit = 20_000): void {
    this.#set(valid, 1);
    for (let cycles = 0; ; cycles++) {
      if (cycles > limit) throw new Error(`${ready} does not come`);
      const taken = this.#get(ready) === 1;
      this.step();
      if (taken) break;
    }
    this.#set(valid, 0);
  }

  /** The row of a queue pair; both modules take it. */
  writeRow(qpn: number, row: bigint): void {
    this.states.set(qpn, states[Number(row & 7n)]!);
    this.#set("qpc_qpn", qpn);
    this.#port("qpc_data").setBig(row);
    let waiting = ["", "rs_"];
    for (const side of waiting) this.#set(`${side}qpc_valid`, 1);
    for (let cycles = 0; waiting.length > 0; cycles++) {
      if (cycles > 20_000) throw new Error("a row is not taken");
      const seen = waiting.filter((side) => this.#get(`${side}qpc_ready`) === 1);
      this.step();
      for (const side of seen) this.#set(`${side}qpc_valid`, 0);
      waiting = waiting.filter((side) => !seen.includes(side));
    }
  }

  doorbell(qpn: number, producer: number): void {
    this.#set("rq_db_qpn", qpn);
    this.#set("rq_db_producer", producer & 0xffff);
    this.#offer("rq_db_valid", "rq_db_ready");
  }

  request(packet: TransportPacket | ReceivedPacket, slid: number): void {
    const { reth, atomicEth } = packet;
    for (const [name, value] of Object.entries({
      slid,
      opcode: packet.opcode,
      solicited: packet.solicited ? 1 : 0,
      pkey: packet.pkey,
      qpn: packet.destQp,
      ack_req: packet.ackRequest ? 1 : 0,
      psn: packet.psn,
      rkey: (reth ?? atomicEth)?.rkey ?? 0,
      length: reth?.length ?? 0,
      imm: packet.imm ?? packet.ieth ?? 0,
      payload_bytes: packet.payload.length,
    }))
      this.#set(`hdr_${name}`, value);
    this.#port("hdr_va").setBig((reth ?? atomicEth)?.va ?? 0n);
    this.#port("hdr_swap_add").setBig(atomicEth?.swapAdd ?? 0n);
    this.#port("hdr_compare").setBig(atomicEth?.compare ?? 0n);
    this.#payload = packet.payload;
    this.#payloadAt = 0;
    this.#touch();
    this.#offer("hdr_valid", "hdr_ready");
    if (this.#payloadAt !== packet.payload.length)
      throw new Error(`${packet.payload.length - this.#payloadAt} bytes of payload are left`);
  }
}
