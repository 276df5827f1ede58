/** A host: an end device with its client, which generates packets, keeps those that wait, and takes what comes. */
import { AxisSink, AxisSource, type ReceivedPacket } from "../bfm/axis.ts";
import type { SimModel } from "../bfm/ports.ts";
import { vcrcBytes } from "../reference/headers.ts";
import { taggedPacket } from "../reference/tagged.ts";
import { type Demand, type DemandStream, framedBytes, noDemands } from "../traffic/patterns.ts";
import { Rng } from "../traffic/rng.ts";
import { FlowPacket } from "./flow-packet.ts";
import { LaneRoom, type LaneRoomOptions } from "./lane-room.ts";
import { SourceQueues } from "./source-queues.ts";
import { WireEntry } from "./wire-entry.ts";

export interface HostOptions {
  /** Number of the host as scoreboards count it; stands in the tags of its packets. */
  readonly end: number;
  readonly lid: number;
  readonly seed: number;
  /** Transmit queue of the device and its packets. */
  readonly room: LaneRoomOptions;
  /** A packet has begun to go into the device. */
  readonly onEnter: (packet: FlowPacket) => void;
  readonly onReceive: (end: number, packet: ReceivedPacket) => void;
}

const everyVl = 0xffff;

export class Host {
  readonly end: number;
  readonly lid: number;
  readonly model: SimModel;
  readonly source: AxisSource;
  readonly sink: AxisSink;
  /** Generated and given to the device so far: packets, bytes LRH … VCRC, and what they take of the wire. */
  readonly generated = { packets: 0, bytes: 0, framedBytes: 0 };
  readonly sent = { packets: 0, bytes: 0 };
  /** Packets generated in cycles from … to-1 count for latencies. */
  readonly measure = { from: 0, to: Number.POSITIVE_INFINITY };
  readonly #beatBytes: number;
  readonly #queues = new SourceQueues();
  readonly #wire: WireEntry;
  readonly #room: LaneRoom;
  readonly #indices = new Map<number, number>();
  #demands: DemandStream = noDemands;

  constructor(model: SimModel, options: HostOptions) {
    const { end, lid, onEnter, onReceive } = options;
    this.end = end;
    this.lid = lid;
    this.#beatBytes = options.room.beatBytes;
    this.model = model;
    this.#room = new LaneRoom(model.port("p0_tx_vl_room"), options.room);
    this.#wire = new WireEntry(model, "p0", (packet) => this.#room.leaves(packet));
    const rng = new Rng(options.seed).fork(`host ${end}`);
    this.source = new AxisSource(model, "p0_tx", {
      seed: rng.fork("source").seed,
      pull: (cycle) => this.#next(cycle),
      onStart: (packet, cycle) => {
        const flow = packet as FlowPacket;
        flow.entered = cycle;
        this.sent.packets++;
        this.sent.bytes += flow.bytes.length + vcrcBytes;
        if (!flow.error) {
          this.#wire.entered(flow);
          this.#room.entered(flow);
        }
        onEnter(flow);
      },
      onDone: (packet, cycle) => this.#room.done(packet as FlowPacket, cycle),
    });
    this.sink = new AxisSink(model, "p0_rx", {
      seed: rng.fork("sink").seed,
      keep: false,
      strict: false,
      onPacket: (packet) => onReceive(end, packet),
    });
  }

  /** What is generated from now on. */
  generate(demands: DemandStream): void {
    this.#demands = demands;
  }

  /** Nothing more is generated, and what waits is thrown away. */
  stop(): void {
    this.#demands = noDemands;
    this.#queues.clear();
  }

  /** Packets that wait at the source, the one under way into the device among them. */
  get backlog(): number {
    return this.#queues.length + this.source.pending;
  }

  /** All demands have been generated and given to the device. */
  get done(): boolean {
    return this.#demands.nextAt === Number.POSITIVE_INFINITY && this.backlog === 0;
  }

  /** Sends a packet as it is, in front of what waits. */
  send(packet: FlowPacket): void {
    this.source.push(packet);
  }

  /** The client takes packets of these VLs only: bit v for VL v. */
  takeVls(mask = everyVl): void {
    this.sink.enableVls(mask);
  }

  /** One cycle, before the clock edge. */
  tick(cycle: number): void {
    while (this.#demands.nextAt <= cycle) this.#generated(this.#demands.take());
    this.source.tick(cycle);
    this.sink.tick(cycle);
    this.#wire.tick(cycle);
  }

  #generated(demand: Demand): void {
    this.generated.packets++;
    this.generated.bytes += demand.packetBytes + vcrcBytes;
    this.generated.framedBytes += framedBytes(demand.packetBytes, this.#beatBytes);
    this.#queues.push(demand);
  }

  #next(cycle: number): FlowPacket | null {
    if (this.#queues.length === 0) return null;
    const demand = this.#queues.take(this.#room.mask(cycle));
    if (demand === null) return null;
    const { at, dlid, vl, sl, packetBytes } = demand;
    const measured = at >= this.measure.from && at < this.measure.to;
    const options = { vl, source: this.end, generated: at, measured };
    if (demand.bytes !== undefined) return new FlowPacket({ ...options, bytes: demand.bytes });
    const flow = (dlid << 4) | sl;
    const index = this.#indices.get(flow) ?? 0;
    this.#indices.set(flow, index + 1);
    const tag = { source: this.end, vl, index };
    const bytes = taggedPacket(tag, packetBytes, { dlid, slid: this.lid, sl });
    return new FlowPacket({ ...options, bytes });
  }
}
