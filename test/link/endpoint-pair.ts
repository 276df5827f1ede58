/** Two ports that make and check the ICRC on a cable, with clients and a monitor at either end. */
import { Cable, type ChannelOptions } from "../../sim/bfm/channel.ts";
import { MiiMonitor } from "../../sim/bfm/mii-monitor.ts";
import { frameKind, startGood } from "../../sim/reference/columns.ts";
import { parsePacket } from "../../sim/reference/packet.ts";
import { Scoreboard } from "../../sim/scoreboard/scoreboard.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { randomRaw, randomTransport, toHex } from "../rtl/icrc-bench.ts";
import { DeviceEnd } from "./device-end.ts";
import type { BuiltDevice } from "./devices.ts";

/** What a client has of a packet (LRH … ICRC) whose port makes and checks the ICRC: LRH … pad; raw packets have none. */
export const withoutIcrc = (packet: Uint8Array): Uint8Array =>
  (packet[1]! & 2) === 0 ? packet : packet.subarray(0, packet.length - 4);

/** Two ports that make and check the ICRC, a cable between them, clients that know of none. */
export class EndpointPair {
  readonly ends: readonly DeviceEnd[];
  readonly boards = [new Scoreboard(), new Scoreboard()] as const;
  readonly monitors: readonly MiiMonitor[];
  readonly cable: Cable;
  /** Data frames seen on the wire, and those of them with an ICRC. */
  readonly frames = { all: 0, transport: 0 };
  cycle = 0;
  loaded = false;
  readonly #rng: Rng;
  readonly #longest: number;
  readonly #lanes: number;

  constructor(built: BuiltDevice, channel: ChannelOptions, pace: { stall: number; backpressure: number }) {
    const { design } = built;
    this.#rng = new Rng(channel.seed ?? 1).fork("packets");
    this.#longest = design.derived.maxPacketBytes.value - 2;
    this.#lanes = design.virtualLanes.data;
    this.ends = [0, 1].map(
      (at) =>
        new DeviceEnd(built, {
          seed: 10 + at,
          ...pace,
          onStart: ({ bytes, vl }, cycle) => this.boards[at]!.expect(bytes, vl, cycle),
          onPacket: ({ bytes, length, vl, error, firstCycle }) =>
            this.boards[1 - at]!.receive(bytes, length, vl, error, firstCycle),
          step: () => this.step(),
        }),
    );
    this.ends.forEach(({ source, room }) => {
      source.pull = () => (this.loaded ? this.#next(room.get()) : null);
    });
    this.monitors = this.ends.map(
      () =>
        new MiiMonitor({
          widthBits: design.datapathBits,
          controlSpacingBytes: design.derived.controlSpacingBytes.value,
          onFrame: (frame) => {
            if (frame.kind === frameKind.data) this.#frame(frame.bytes.subarray(0, frame.length - 2));
          },
        }),
    );
    this.cable = new Cable(this.ends[0]!.mii, this.ends[1]!.mii, { ab: channel });
  }

  step(): void {
    this.cycle += 1;
    this.cable.tick();
    this.ends.forEach((end, at) => {
      if (end.txReady) this.monitors[at]!.beat(end.mii.txData, end.mii.txFlags, this.cycle);
      end.source.tick(this.cycle);
      end.sink.tick(this.cycle);
    });
    for (const { model } of this.ends) model.step();
  }

  run(cycles: number): void {
    for (let at = 0; at < cycles; at += 1) this.step();
  }

  /** Sends one packet from end 0 over an idle link. @returns cycles from beat to beat of each port's pipeline */
  pass(packet: { bytes: Uint8Array; vl: number }): { tx: number; rx: number } {
    const [from, to] = [this.ends[0]!, this.ends[1]!];
    const { txData, txFlags } = from.mii;
    const { rxData, rxFlags } = to.mii;
    const valid = to.model.port("p0_rx_tvalid");
    const times = { in: -1, sent: -1, arrived: -1, out: -1 };
    from.source.push(packet);
    for (let at = 0; times.out < 0 && at < 500; at += 1) {
      if (times.in < 0 && from.source.beats > 0) times.in = at - 1;
      if (times.sent < 0 && startsPacket(txData, txFlags)) times.sent = at;
      if (times.arrived < 0 && startsPacket(rxData, rxFlags)) times.arrived = at - 1;
      if (valid.get() === 1) times.out = at;
      this.step();
    }
    return { tx: times.sent - times.in, rx: times.out - times.arrived };
  }

  until(limit: number, done: () => boolean): void {
    for (let at = 0; !done(); at += 1) {
      if (at === limit) throw new Error(`not done after ${limit} cycles`);
      this.step();
    }
  }

  get quiet(): boolean {
    return (
      this.boards.every((board) => board.outstanding === 0) && this.ends.every((end) => !end.source.pending)
    );
  }

  /** Every frame that leaves a port has the ICRC that the reference gives it. */
  #frame(packet: Uint8Array): void {
    this.frames.all += 1;
    if ((packet[1]! & 2) === 0) return;
    this.frames.transport += 1;
    if (parsePacket(packet)?.icrcGood !== true) throw new Error(`a bad ICRC on the wire: ${toHex(packet)}`);
  }

  #next(room: number): { bytes: Uint8Array; vl: number } | null {
    const open = [...Array(this.#lanes).keys()].filter((vl) => (room >> vl) & 1);
    if (open.length === 0) return null;
    const rng = this.#rng;
    const vl = rng.pick(open);
    const words = rng.range(6, rng.chance(0.5) ? 40 : this.#longest / 4);
    const packet = rng.chance(0.1) ? randomRaw(rng, words) : randomTransport(rng, words);
    packet[0] = vl << 4;
    packet[4] = words >> 8;
    packet[5] = words;
    const bytes = withoutIcrc(packet).slice();
    return { bytes, vl };
  }
}

/** Whether a beat has the start column of a data packet in it. */
function startsPacket(data: Uint8Array, flags: Uint8Array): boolean {
  return [...flags].some(
    (flag, at) => flag === 1 && startGood(data, 8 * at) && data[8 * at + 4] === frameKind.data,
  );
}
