import type { LinkDesign } from "../../generator/design/link.ts";
import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { blocksOf, LaneCredit, modulo } from "./credit-reference.ts";
import { fail, field, portsOf, resetAll, setField } from "./link-bench.ts";

/** Probabilities a cycle. */
export interface Traffic {
  readonly packet: number;
  /** Packets that are lost on their way. */
  readonly loss: number;
  readonly drain: number;
  /** A flow-control packet of the peer. */
  readonly told: number;
  readonly take: number;
  readonly clear: number;
  readonly enable: number;
}

export interface Settings {
  readonly update: number;
  readonly refresh: number;
  readonly watchdog: number;
}

/** One port's receive side: a buffer that fills and drains, a peer that sends, and the counters told back. */
export class CreditRxBench {
  readonly model: Model;
  readonly rng: Rng;
  readonly lanes: readonly (LaneCredit & { used: number; sent: number; waits: number })[];
  readonly seen = { told: 0, refreshed: 0, updated: 0, low: 0, corrected: 0, both: 0, expired: 0 };
  /** Cycle of the last flow-control packet of each lane. */
  readonly last: number[] = [];
  /** Cycles in which the watchdog bit. */
  readonly expiredAt: number[] = [];
  initializing = true;
  silent = -1;
  readonly #p;
  readonly #settings: Settings;
  readonly #usedBits: number;
  readonly #longest: number;
  readonly #blockBytes: number;
  readonly #beatBytes: number;
  readonly #capacity: number;
  #enabled = false;
  /** Cycles since which a new session is not ready yet. */
  #pause = 0;
  #refreshIn = 0;
  #armed = false;
  #wasInitializing = false;
  /** What was due in the last two cycles, the older one first: the port looks at it a cycle late. */
  #dueBefore: (readonly boolean[])[] = [[], []];
  #showing = false;
  /** Its beats are in the buffer, it is not taken yet. */
  #arriving: { lane: number; blocks: number } | undefined;

  constructor(model: Model, design: LinkDesign, rng: Rng, settings: Settings) {
    resetAll(model);
    this.model = model;
    this.rng = rng;
    this.#settings = settings;
    const d = design.derived;
    this.#capacity = d.creditsPerVl.value;
    this.lanes = Array.from({ length: design.virtualLanes.data }, () =>
      Object.assign(new LaneCredit(d.creditsPerVl.value, d.beatsPerBlock.value), {
        used: 0,
        sent: 0,
        waits: 0,
      }),
    );
    this.#p = portsOf(model, [
      ...(["abr_clear", "clear", "enable", "initializing", "accept", "accept_vl", "accept_blocks"] as const),
      ...(["fcp_valid", "fcp_init", "fcp_vl", "fcp_fctbs", "used", "fctbs", "fcp_due", "fcp_data"] as const),
      ...(["fcp_take", "cfg_update", "cfg_refresh", "cfg_watchdog", "hold", "all_received"] as const),
      ...(["peer_armed", "abr", "watchdog_expired"] as const),
    ]);
    this.#p.cfg_update.set(settings.update);
    this.#p.cfg_refresh.set(settings.refresh);
    this.#p.cfg_watchdog.set(settings.watchdog);
    this.#usedBits = this.#p.used.bits / this.lanes.length;
    this.#longest = d.maxPacketBlocks.value;
    this.#blockBytes = d.creditBlockBytes.value;
    this.#beatBytes = d.beatBytes.value;
  }

  cycle(traffic: Traffic): void {
    const { model, rng, lanes } = this;
    const p = this.#p;
    const clear = rng.chance(traffic.clear);
    if (rng.chance(traffic.clear)) this.initializing = !this.initializing;
    this.#pause = clear ? 4 : Math.max(0, this.#pause - 1);
    this.#enabled =
      (this.#enabled || rng.chance(traffic.enable)) && traffic.enable > 0 && this.#pause % 4 === 0;
    p.clear.set(clear ? 1 : 0);
    p.abr_clear.set(clear ? 1 : 0);
    p.enable.set(this.#enabled ? 1 : 0);
    p.initializing.set(this.initializing ? 1 : 0);
    const told = this.#peerTells(traffic);
    const taken = this.#peerSends(traffic);
    lanes.forEach((lane, at) => {
      setField(p.used, this.#usedBits * at, this.#usedBits, lane.used);
      setField(p.fctbs, 12 * at, 12, rng.below(4096));
    });
    const showing = p.fcp_due.get() === 1;
    const take = showing && this.#enabled && rng.chance(traffic.take);
    // Without a packet that is due, it must not matter
    p.fcp_take.set(take || (!showing && rng.chance(0.1)) ? 1 : 0);
    model.eval();
    if (showing) this.#look(take);
    const limits = lanes.map((lane) => lane.promise(lane.used));
    const due = lanes.map((lane) => lane.due(this.#settings.update, this.#longest));
    model.step();
    this.#edge({ clear, told, taken, limits, showing, take });
    this.#dueBefore = [this.#dueBefore[1] ?? [], due];
    for (const lane of lanes)
      if (rng.chance(traffic.drain)) lane.used -= rng.below(Math.min(9, lane.used) + 1);
    this.#check(due);
  }

  #peerTells({ told }: Traffic): { vl: number; init: boolean } | undefined {
    const { rng, lanes } = this;
    const p = this.#p;
    const vl = rng.below(lanes.length);
    const tells = rng.chance(told) && vl !== this.silent;
    const init = rng.chance(0.5);
    p.fcp_valid.set(tells ? 1 : 0);
    p.fcp_vl.set(vl);
    p.fcp_init.set(init ? 1 : 0);
    p.fcp_fctbs.set(lanes[vl]!.sent);
    return tells ? { vl, init } : undefined;
  }

  /** A packet that the promise allows is sent, and arrives or not; its beats are in the buffer before it is taken. */
  #peerSends({ packet, loss }: Traffic): { lane: number; blocks: number } | undefined {
    const { rng, lanes } = this;
    const p = this.#p;
    p.accept.set(0);
    const arriving = this.#arriving;
    if (arriving !== undefined) {
      if (!rng.chance(0.9)) return undefined;
      this.#arriving = undefined;
      const lane = lanes[arriving.lane]!;
      lane.sent = modulo(lane.sent + arriving.blocks);
      p.accept.set(1);
      p.accept_vl.set(arriving.lane);
      p.accept_blocks.set(arriving.blocks);
      return arriving;
    }
    // What is not accepted must not be counted
    p.accept_vl.set(rng.below(lanes.length));
    p.accept_blocks.set(rng.range(1, this.#longest));
    if (!rng.chance(packet)) return undefined;
    const at = rng.below(lanes.length);
    const lane = lanes[at]!;
    const words = rng.range(5, (this.#longest * this.#blockBytes) / 4 - 1);
    const blocks = blocksOf(words, this.#blockBytes);
    const beats = Math.ceil((4 * words) / this.#beatBytes);
    if (modulo(lane.told - lane.sent - blocks) > 2048) return undefined;
    if (lane.used + beats > this.#capacity * (this.#blockBytes / this.#beatBytes))
      fail(this.model, "overflow");
    if (rng.chance(loss)) lane.sent = modulo(lane.sent + blocks);
    else {
      lane.used += beats;
      this.#arriving = { lane: at, blocks };
    }
    return undefined;
  }

  #look(take: boolean): void {
    const { model, lanes } = this;
    const bytes = this.#p.fcp_data.bytes;
    const vl = bytes[2]! >> 4;
    const lane = lanes[vl];
    if (lane === undefined) fail(model, `a flow-control packet on VL ${vl}`);
    const got = [bytes[0]! >> 4, (bytes[0]! & 15) * 256 + bytes[1]!, (bytes[2]! & 15) * 256 + bytes[3]!];
    const expected = [Number(this.initializing), field(this.#p.fctbs, 12 * vl, 12), lane.limit];
    if (got.join() !== expected.join()) fail(model, `flow-control packet ${got}, not ${expected}`);
    if (!this.#showing && this.#dueBefore[0]?.[vl] !== true) fail(model, `nothing was due on VL ${vl}`);
    if (!take) return;
    this.seen.told += 1;
    this.last[vl] = model.cycle;
    if (lane.refresh) this.seen.refreshed += 1;
    else if (modulo(lane.limit - lane.told) >= this.#settings.update) this.seen.updated += 1;
    else this.seen.low += 1;
  }

  #edge(now: {
    clear: boolean;
    told: { vl: number; init: boolean } | undefined;
    taken: { lane: number; blocks: number } | undefined;
    limits: readonly number[];
    showing: boolean;
    take: boolean;
  }): void {
    const { lanes } = this;
    const { clear, told, taken, limits, showing, take } = now;
    const vl = this.#p.fcp_data.bytes[2]! >> 4;
    const refresh = this.#enabled && this.#refreshIn >= this.#settings.refresh;
    const stale = this.#refreshIn >= this.#settings.refresh;
    const left = this.#wasInitializing && !this.initializing;
    lanes.forEach((lane, at) => {
      const blocks = taken?.lane === at ? taken.blocks : 0;
      if (told?.vl === at) {
        const truth = modulo(lane.sent - blocks);
        if (lane.received !== truth) this.seen.corrected += 1;
        if (blocks > 0) this.seen.both += 1;
        lane.heard = true;
      }
      const base = told?.vl === at ? this.#p.fcp_fctbs.get() : lane.received;
      lane.received = modulo(base + blocks);
      if (take && vl === at) {
        lane.told = lane.limit;
        lane.refresh = false;
      }
      if (stale || left) lane.refresh = true;
      lane.limit = limits[at]!;
      if (!clear) return;
      lane.told = 0;
      lane.received = 0;
      lane.sent = 0;
      lane.refresh = true;
      lane.heard = false;
    });
    if (told?.init === false) this.#armed = true;
    if (clear) this.#armed = false;
    this.#refreshIn = refresh || !this.#enabled || stale ? 0 : this.#refreshIn + 1;
    this.#wasInitializing = this.initializing;
    this.#showing = showing && !take;
  }

  #check(due: readonly boolean[]): void {
    const { model, lanes } = this;
    const p = this.#p;
    const prompt = lanes.length * (lanes.length + 4);
    lanes.forEach((lane, at) => {
      if (field(p.abr, 12 * at, 12) !== lane.received) fail(model, `abr of VL ${at} is not ${lane.received}`);
      const blocked = !this.#enabled || p.fcp_due.get() === 1;
      if (due[at] !== true) lane.waits = 0;
      else if (!blocked) lane.waits += 1;
      if (lane.waits > prompt) fail(model, `VL ${at} waits for its flow-control packet`);
    });
    if (!this.#enabled && p.fcp_due.get() === 1) fail(model, "a flow-control packet while it is not enabled");
    if ((p.all_received.get() === 1) !== lanes.every(({ heard }) => heard)) fail(model, "all_received");
    if ((p.peer_armed.get() === 1) !== this.#armed) fail(model, "peer_armed");
    if (p.watchdog_expired.get() === 1) this.expiredAt.push(model.cycle);
    this.seen.expired += p.watchdog_expired.get();
  }
}
