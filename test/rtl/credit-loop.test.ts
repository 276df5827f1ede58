import { describe, expect, it } from "vitest";
import type { LinkDesign } from "../../generator/design/link.ts";
import type { Model } from "../../sim/driver/model.ts";
import { type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { benchDesign, field, openLinkModule, portsOf, resetAll, setField } from "./link-bench.ts";

/** What travels on a wire: in order, or not at all. */
interface Item {
  readonly due: number;
  readonly packet?: { readonly lane: number; readonly words: number };
  readonly flow?: Uint8Array;
}

const lanes = 4;

/** Credits of one port: both modules, a buffer a lane, and packets that want to go. */
class Side {
  readonly wire: Item[] = [];
  readonly used = new Array<number>(lanes).fill(0);
  readonly heads = new Array<number>(lanes).fill(5);
  sent = 0;
  accepted = 0;
  /** Packets sent on each lane. */
  readonly perLane = new Array<number>(lanes).fill(0);
  readonly #tx;
  readonly #rx;
  readonly #rng: Rng;
  readonly #models: readonly Model[];
  readonly #design: LinkDesign;
  #flowBefore: Uint8Array | undefined;

  constructor(models: readonly [tx: Model, rx: Model], design: LinkDesign, rng: Rng, refresh: number) {
    for (const model of models) resetAll(model);
    this.#models = models;
    this.#design = design;
    this.#rng = rng;
    this.#tx = portsOf(models[0], [
      ...(["head_length", "credit_ok", "consume", "consume_vl", "consume_blocks"] as const),
      ...(["fcp_valid", "fcp_vl", "fcp_fccl", "fctbs"] as const),
    ]);
    this.#rx = portsOf(models[1], [
      ...([
        "clear",
        "enable",
        "accept",
        "accept_vl",
        "accept_blocks",
        "fcp_valid",
        "fcp_init",
        "fcp_vl",
      ] as const),
      ...(["fcp_fctbs", "used", "fctbs", "fcp_due", "fcp_data", "fcp_take"] as const),
      ...(["cfg_update", "cfg_refresh", "cfg_watchdog"] as const),
    ]);
    this.#rx.cfg_update.set(design.derived.creditUpdateBlocks.value);
    this.#rx.cfg_refresh.set(refresh);
    this.#rx.enable.set(1);
  }

  /** Chooses and sends one thing, as the scheduler does: flow control first. */
  send(cycle: number, delay: number, load: number, loss: { packet: number; flow: number }): void {
    const rng = this.#rng;
    const { words, bytes } = {
      words: this.#tx.head_length.bits / lanes,
      bytes: this.#design.derived.creditBlockBytes.value,
    };
    const longest = (this.#design.derived.maxPacketBytes.value - 2) / 4;
    this.#tx.consume.set(0);
    for (let lane = 0; lane < lanes; lane += 1)
      setField(this.#tx.head_length, words * lane, words, Math.floor((4 * this.heads[lane]!) / bytes));
    for (const model of this.#models) model.eval();
    this.#rx.fctbs.bytes.set(this.#tx.fctbs.bytes);
    const chance = rng.chance(load);
    const flow = this.#rx.fcp_due.get() === 1 && chance;
    this.#rx.fcp_take.set(flow ? 1 : 0);
    this.#models[1]!.eval();
    if (flow) {
      if (!rng.chance(loss.flow))
        this.wire.push({ due: cycle + delay, flow: this.#rx.fcp_data.bytes.slice() });
      return;
    }
    const lane = rng.below(lanes);
    if (!chance || field(this.#tx.credit_ok, lane, 1) === 0) return;
    const length = this.heads[lane]!;
    this.#tx.consume.set(1);
    this.#tx.consume_vl.set(lane);
    this.#tx.consume_blocks.set(Math.ceil((4 * length + 2) / bytes));
    if (!rng.chance(loss.packet)) this.wire.push({ due: cycle + delay, packet: { lane, words: length } });
    this.heads[lane] = rng.chance(0.5) ? longest : rng.range(5, longest);
    this.perLane[lane]! += 1;
    this.sent += 1;
  }

  /** Takes what arrives from the peer in this cycle. */
  receive(peer: Side, cycle: number, drain: number): void {
    const rng = this.#rng;
    const d = this.#design.derived;
    const flow = this.#flowBefore;
    this.#flowBefore = undefined;
    for (const port of [this.#tx.fcp_valid, this.#rx.fcp_valid]) port.set(flow === undefined ? 0 : 1);
    if (flow !== undefined) {
      this.#tx.fcp_vl.set(flow[2]! >> 4);
      this.#rx.fcp_vl.set(flow[2]! >> 4);
      this.#tx.fcp_fccl.set((flow[2]! & 15) * 256 + flow[3]!);
      this.#rx.fcp_fctbs.set((flow[0]! & 15) * 256 + flow[1]!);
    }
    this.#rx.accept.set(0);
    for (let lane = 0; lane < lanes; lane += 1)
      setField(
        this.#rx.used,
        (this.#rx.used.bits / lanes) * lane,
        this.#rx.used.bits / lanes,
        this.used[lane]!,
      );
    for (let lane = 0; lane < lanes; lane += 1) {
      if (rng.chance(drain)) this.used[lane]! -= rng.below(Math.min(this.used[lane]!, 20) + 1);
    }
    const [item] = peer.wire;
    if (item === undefined || item.due > cycle) return;
    peer.wire.shift();
    // A flow-control packet is told a cycle after its end
    this.#flowBefore = item.flow;
    if (item.packet === undefined) return;
    const { lane, words } = item.packet;
    const beats = Math.ceil((4 * words) / d.beatBytes.value);
    if (this.used[lane]! + beats > d.vlBufferBeats.value - d.maxPacketBeats.value)
      throw new Error(`cycle ${cycle}: the buffer of VL ${lane} overflows`);
    this.used[lane]! += beats;
    this.accepted += 1;
    this.#rx.accept.set(1);
    this.#rx.accept_vl.set(lane);
    this.#rx.accept_blocks.set(Math.ceil((4 * words + 2) / d.creditBlockBytes.value));
  }

  step(): void {
    for (const model of this.#models) model.step();
  }
}

describe("credit_tx and credit_rx, back to back over wires that lose", () => {
  it.each([
    ["nothing", { packet: 0, flow: 0 }, 40],
    ["packets", { packet: 0.05, flow: 0 }, 40],
    ["flow-control packets", { packet: 0, flow: 0.5 }, 40],
    ["everything", { packet: 0.1, flow: 0.3 }, 300],
    ["most of it", { packet: 0.5, flow: 0.8 }, 5],
  ] as const)("never overflow a buffer and never stand still: %s", async (_title, loss, delay) => {
    const design = benchDesign({ lanes, retry: "none" });
    const names = ["credit_tx", "credit_rx", "credit_tx", "credit_rx"] as const;
    const models = await Promise.all(names.map(async (name) => await openLinkModule(design, name)));
    await withSeed(0xa1, (rng) => {
      const refresh = loss.flow > 0.5 ? 60 : 500;
      const [a, b] = [0, 2].map(
        (at) => new Side([models[at]!, models[at + 1]!], design, rng.fork(`side ${at}`), refresh),
      ) as [Side, Side];
      for (let phase = 0; phase < 8; phase += 1) {
        const drain = [0, 0.02, 0.2, 1][phase % 4]!;
        const before = [a, b].map((side) => [...side.perLane]);
        for (let at = 0; at < 4000; at += 1) {
          const cycle = phase * 4000 + at;
          a.send(cycle, delay, 0.5, loss);
          b.send(cycle, delay, 0.5, loss);
          a.receive(b, cycle, drain);
          b.receive(a, cycle, drain);
          a.step();
          b.step();
        }
        if (drain < 0.1) continue;
        for (const [at, side] of [a, b].entries())
          for (let lane = 0; lane < lanes; lane += 1)
            expect(side.perLane[lane]! - before[at]![lane]!, `side ${at}, VL ${lane}`).toBeGreaterThan(5);
      }
      expect(a.accepted + b.accepted).toBeGreaterThan(500);
    });
    for (const model of models) model.close();
  });
});
