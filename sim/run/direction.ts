/** One direction of a link pair: the client that sends, the client that takes, and what is known about the packets. */

import type { LinkDesign } from "../../generator/design/link.ts";
import { type AxisPacket, AxisSink, AxisSource, type ReceivedPacket } from "../bfm/axis.ts";
import type { SimModel } from "../bfm/ports.ts";
import { icrcBytes } from "../reference/headers.ts";
import { payloadBytesOf } from "../reference/packet.ts";
import { Scoreboard } from "../scoreboard/scoreboard.ts";
import { Rng } from "../traffic/rng.ts";
import type { Feed } from "./feed.ts";
import { GoodputMeter } from "./goodput.ts";
import type { Phase } from "./phase.ts";
import type { Amount } from "./results.ts";

const allVls = 0xffff;

export class Direction {
  /** As people read it: "p0 → p1". */
  readonly name: string;
  board = new Scoreboard();
  meter = new GoodputMeter(0);
  readonly #source: AxisSource;
  readonly #sink: AxisSink;
  readonly #room: { get(): number };
  #feed: Feed | null = null;
  /** Bytes of the ICRC that the ports append and strip, so that the clients do not see them. */
  readonly #hidden: number;
  #sent = { packets: 0, bytes: 0 };
  #payloadBytes = 0;
  #problemCycle: number | null = null;
  #withheldUntil = 0;
  #withholds = false;

  /** @param from 0 or 1: the port that sends; the other one receives */
  constructor(design: LinkDesign, models: readonly [SimModel, SimModel], from: 0 | 1, seed: number) {
    this.#hidden = design.icrc === "endpoint" ? icrcBytes : 0;
    const to = from === 0 ? 1 : 0;
    this.name = `p${from} → p${to}`;
    const rng = new Rng(seed);
    this.#room = models[from].port("p0_tx_vl_room");
    this.#source = new AxisSource(models[from], "p0_tx", {
      seed: rng.fork(`source ${from}`).seed,
      onStart: (packet, cycle) => {
        this.#sent.packets++;
        this.#sent.bytes += packet.bytes.length + this.#hidden;
        this.board.expect(packet.bytes, packet.vl, cycle);
      },
    });
    this.#sink = new AxisSink(models[to], "p0_rx", {
      seed: rng.fork(`sink ${to}`).seed,
      keep: false,
      strict: false,
      onPacket: (packet) => this.#receive(packet),
    });
  }

  /** Begins a phase: a new account, traffic from `feed`. */
  begin(phase: Phase, feed: Feed, cycle: number, warmUpEnd: number): void {
    this.board = new Scoreboard({
      onProblem: (_verdict, _vl, at) => {
        this.#problemCycle ??= at;
      },
    });
    this.meter = new GoodputMeter(warmUpEnd);
    this.#sent = { packets: 0, bytes: 0 };
    this.#payloadBytes = 0;
    this.#problemCycle = null;
    this.#feed = feed;
    this.#source.stall = phase.stall ?? 0;
    this.#source.pull = (now) => this.#asClient(feed.next(now, this.#room.get()));
    this.#sink.backpressure = phase.backpressure ?? 0;
    this.#withheldUntil = 0;
    if (phase.withhold === undefined) return;
    this.#withholds = true;
    this.#sink.enableVls(phase.withhold.vls.reduce((mask, vl) => mask & ~(1 << vl), allVls));
    this.#withheldUntil = cycle + phase.withhold.cycles;
  }

  /** No more packets; one that has begun ends. */
  stop(): void {
    this.#source.pull = null;
  }

  /** The client that sends, before an edge of its port's clock. */
  send(cycle: number): void {
    this.#source.tick(cycle);
  }

  /** The client that takes, the same way. */
  take(cycle: number): void {
    if (this.#withholds && cycle >= this.#withheldUntil) {
      this.#withholds = false;
      this.#sink.enableVls(allVls);
    }
    this.#sink.tick(cycle);
  }

  /** All packets of the phase are in the port. */
  get offered(): boolean {
    return this.#feed?.done === true && this.#source.pending === 0;
  }

  /** Nothing is on its way; what a later packet has passed over is lost, not on its way. */
  get idle(): boolean {
    return this.#source.pending === 0 && this.board.pending === 0;
  }

  /** Packets that came so far, in all phases. */
  get deliveries(): number {
    return this.#sink.packets;
  }

  get withheld(): number {
    return this.#withheldUntil;
  }

  get sent(): Amount {
    return { ...this.#sent };
  }

  /** What came right and in order. */
  get received(): Amount & { readonly payloadBytes: number } {
    const { matched, bytes } = this.board.result();
    return { packets: matched, bytes: bytes + matched * this.#hidden, payloadBytes: this.#payloadBytes };
  }

  /** Breaches of the stream rules by the port that delivers. */
  get violations(): readonly string[] {
    return this.#sink.violations;
  }

  /** Cycle of the first packet that came wrong, or in which the oldest one was sent that did not come. */
  get problemCycle(): number | null {
    return this.#problemCycle ?? this.board.oldestAbsent;
  }

  /** A packet of the feed as the client hands it over. */
  #asClient(packet: AxisPacket | null): AxisPacket | null {
    if (packet === null || this.#hidden === 0) return packet;
    return { ...packet, bytes: packet.bytes.subarray(0, packet.bytes.length - this.#hidden) };
  }

  #receive({ bytes, length, vl, error, firstCycle, lastCycle }: ReceivedPacket): void {
    const verdict = this.board.receive(bytes, length, vl, error, firstCycle);
    if (verdict !== "match") return;
    const payload = payloadBytesOf(bytes.subarray(0, length + this.#hidden));
    this.#payloadBytes += payload;
    this.meter.delivered(payload, lastCycle);
  }
}
