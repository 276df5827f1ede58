/** The client of a switch's port 0: sends packets to the tables or to a port of its choice, takes what comes for port 0. */
import { AxisSink, AxisSource, type ReceivedPacket } from "../bfm/axis.ts";
import type { SimModel, SimPort } from "../bfm/ports.ts";
import { Rng } from "../traffic/rng.ts";
import type { FlowPacket } from "./flow-packet.ts";

export interface ManagementOptions {
  /** Number of this end as scoreboards count it. */
  readonly end: number;
  readonly seed: number;
  readonly onEnter: (packet: FlowPacket) => void;
  /** @param input port that the packet came in at, as `tid` says */
  readonly onReceive: (end: number, packet: ReceivedPacket, input: number) => void;
}

export class ManagementClient {
  readonly end: number;
  readonly source: AxisSource;
  readonly sink: AxisSink;
  readonly #queue: FlowPacket[] = [];
  readonly #destination: SimPort;

  constructor(model: SimModel, options: ManagementOptions) {
    const { end, seed, onEnter, onReceive } = options;
    const rng = new Rng(seed).fork(`management ${end}`);
    this.end = end;
    this.#destination = model.port("p0_tx_tdest");
    const input = model.port("p0_rx_tid");
    this.source = new AxisSource(model, "p0_tx", {
      seed: rng.fork("source").seed,
      pull: () => this.#next(),
      onStart: (packet, cycle) => {
        const flow = packet as FlowPacket;
        flow.entered = cycle;
        onEnter(flow);
      },
    });
    this.sink = new AxisSink(model, "p0_rx", {
      seed: rng.fork("sink").seed,
      keep: false,
      strict: false,
      onPacket: (packet) => onReceive(end, packet, input.get()),
    });
  }

  /** Sends a packet; its `given` is the output port, 0 for what the tables say. */
  send(packet: FlowPacket): void {
    this.#queue.push(packet);
  }

  get backlog(): number {
    return this.#queue.length + this.source.pending;
  }

  /** One cycle, before the clock edge. */
  tick(cycle: number): void {
    this.source.tick(cycle);
    this.sink.tick(cycle);
  }

  #next(): FlowPacket | null {
    const packet = this.#queue.shift() ?? null;
    if (packet !== null) this.#destination.set(packet.given);
    return packet;
  }
}
