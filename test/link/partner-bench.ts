/** A device on a cable with the reference partner at the other end, scoreboards for both directions, and a wire monitor. */
import { expect } from "vitest";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { Cable, type CableOptions } from "../../sim/bfm/channel.ts";
import { LinkPartner, type PartnerOptions, type PartnerPacket } from "../../sim/bfm/link-partner.ts";
import { MiiMonitor } from "../../sim/bfm/mii-monitor.ts";
import type { DecodedFrame } from "../../sim/reference/decoder.ts";
import { Scoreboard } from "../../sim/scoreboard/scoreboard.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { BenchTraffic, type End, type Load } from "./bench-traffic.ts";
import { DeviceEnd } from "./device-end.ts";
import { type BuiltDevice, buildDevice } from "./devices.ts";

export interface BenchOptions {
  readonly seed?: number;
  readonly partner?: Partial<PartnerOptions>;
  readonly cable?: CableOptions;
  /** Of the device's client: empty cycles, cycles without ready. */
  readonly stall?: number;
  readonly backpressure?: number;
  /** Every whole frame that the device sends, replays included; the object is used again. */
  readonly onFrame?: (frame: DecodedFrame, cycle: number) => void;
  readonly onPartnerPacket?: (packet: PartnerPacket) => void;
  /** Every beat that the device puts onto the wire. */
  readonly onBeat?: (data: Uint8Array, flags: Uint8Array, cycle: number) => void;
}

export interface LosslessOptions {
  /** A session ended: packets may have been lost, and the frame on the wire was sent damaged. */
  readonly excused?: boolean;
  /** Packets each way. */
  readonly least?: number;
}

/** What the monitor says of the frame in which a session ended. */
const cutFrame = /a frame with bad CRC, without POISON$/;

export class PartnerBench {
  readonly device: DeviceEnd;
  readonly partner: LinkPartner;
  readonly cable: Cable;
  /** From the device to the partner, and back. */
  readonly out = new Scoreboard();
  readonly back = new Scoreboard();
  readonly monitor: MiiMonitor;
  readonly rng: Rng;
  readonly dataVls: number;
  /** Longest packet, LRH … ICRC. */
  readonly longest: number;
  cycle = 0;
  readonly #traffic: BenchTraffic;
  readonly #onBeat: BenchOptions["onBeat"];

  constructor(built: BuiltDevice, options: BenchOptions = {}) {
    this.#onBeat = options.onBeat;
    const { design } = built;
    const value = (id: keyof typeof design.derived): number => design.derived[id].value;
    const seed = options.seed ?? 1;
    const widthBits = design.datapathBits;
    this.rng = new Rng(seed).fork("bench");
    this.#traffic = new BenchTraffic(this.rng, widthBits / 8);
    this.dataVls = design.virtualLanes.data;
    this.longest = value("maxPacketBytes") - 2;
    this.device = new DeviceEnd(built, {
      seed,
      ...(options.stall === undefined ? {} : { stall: options.stall }),
      ...(options.backpressure === undefined ? {} : { backpressure: options.backpressure }),
      onStart: (packet, cycle) => {
        if (packet.error !== true) this.out.expect(packet.bytes, packet.vl, cycle);
      },
      onPacket: ({ bytes, length, vl, error, firstCycle }) =>
        this.back.receive(bytes, length, vl, error, firstCycle),
      step: () => this.step(),
    });
    this.device.source.pull = (cycle) => this.#traffic.next(cycle, this.device.room.get());
    this.partner = new LinkPartner({
      widthBits,
      seed: seed + 1,
      dataVls: this.dataVls,
      retry: design.retry,
      creditBlockBytes: value("creditBlockBytes"),
      bufferBlocks: Math.min(2048, 8 * value("maxPacketBlocks")),
      maxPacketBytes: value("maxPacketBytes"),
      controlSpacingBytes: value("controlSpacingBytes"),
      replayTimerCycles: 3 * value("ackRoundTripCycles"),
      creditRefreshCycles: value("creditRefreshCycles"),
      linkLostCycles: 1_000_000,
      ...options.partner,
      onPacket: (packet) => {
        this.out.receive(packet.bytes, packet.bytes.length, packet.vl, packet.error, packet.cycle);
        options.onPartnerPacket?.(packet);
      },
      onStart: (packet, vl, cycle, poisoned) => {
        if (!poisoned) this.back.expect(packet, vl, cycle);
      },
    });
    this.cable = new Cable(this.device.mii, this.partner, options.cable ?? { ab: { delayCycles: 4 } });
    this.monitor = new MiiMonitor({
      widthBits,
      controlSpacingBytes: value("controlSpacingBytes"),
      strict: false,
      onFrame: (frame) => options.onFrame?.(frame, this.cycle),
    });
  }

  static async open(description: LinkDescription, options: BenchOptions = {}): Promise<PartnerBench> {
    return new PartnerBench(await buildDevice(description, true), options);
  }

  /** The same with the link up: both ends have finished their handshake and data may go. */
  static async active(description: LinkDescription, options: BenchOptions = {}): Promise<PartnerBench> {
    const bench = await PartnerBench.open(description, options);
    bench.until(20_000, () => bench.up, "the link is up");
    bench.run(200);
    return bench;
  }

  /** Both ends are ready for data. */
  get up(): boolean {
    return this.device.active && this.partner.ready;
  }

  /** Nothing is under way in either direction. */
  get quiet(): boolean {
    return (
      this.up &&
      this.partner.quiet &&
      this.device.source.pending === 0 &&
      this.#arrived(this.out) &&
      this.#arrived(this.back)
    );
  }

  step(): void {
    this.cycle++;
    this.#traffic.feed(
      (vl) => this.partner.queued(vl),
      (packet) => this.partner.send(packet),
    );
    this.cable.tick();
    if (this.device.txReady) {
      const { txData, txFlags } = this.device.mii;
      this.monitor.beat(txData, txFlags, this.cycle);
      this.#onBeat?.(txData, txFlags, this.cycle);
    }
    this.partner.tick();
    this.device.source.tick(this.cycle);
    this.device.sink.tick(this.cycle);
    this.device.model.step();
  }

  run(cycles: number): void {
    for (let i = 0; i < cycles; i++) this.step();
  }

  /** Runs until `done`; more than `limit` cycles are a failure. @returns cycles that it took */
  until(limit: number, done: () => boolean, what: string): number {
    for (let i = 0; i < limit; i++) {
      if (done()) return i;
      this.step();
    }
    throw new Error(`after ${limit} cycles it is still not so that ${what}: ${this.#describe()}`);
  }

  /** Endless random traffic of an end; null stops it. */
  load(end: End, load: Load | null): void {
    this.#traffic.loads[end] = load;
  }

  /** Both ends send packets of all sizes on all data lanes. */
  loadBoth(high = this.longest): void {
    const load = { vls: [...Array(this.dataVls).keys()], low: 24, high };
    this.load("device", load);
    this.load("partner", load);
  }

  /** Queues one packet at an end. */
  send(end: End, vl: number, bytes: number, bad = false): Uint8Array {
    const packet = this.#traffic.make(end, vl, bytes);
    if (end === "device") this.device.source.push({ bytes: packet, vl, error: bad });
    else this.partner.send(packet, { poison: bad });
    return packet;
  }

  /** Stops traffic and runs until all of it has come. @returns cycles that it took */
  drain(limit = 60_000): number {
    this.load("device", null);
    this.load("partner", null);
    const cycles = this.until(limit, () => this.quiet, "all has come");
    this.run(400);
    return cycles;
  }

  /** Every packet came once, in order and unchanged, and the device kept to the wire format. */
  expectLossless(options: LosslessOptions = {}): void {
    const least = options.least ?? 1;
    for (const board of [this.out, this.back]) {
      const { lost, duplicated, reordered, corrupted, excused, matched } = board.result();
      expect({ lost, duplicated, reordered, corrupted }).toEqual({
        lost: 0,
        duplicated: 0,
        reordered: 0,
        corrupted: 0,
      });
      if (options.excused !== true) expect(excused).toBe(0);
      expect(matched).toBeGreaterThanOrEqual(least);
    }
    const breaches = this.monitor.violations.filter(
      (text) => !(options.excused === true && cutFrame.test(text)),
    );
    expect(breaches).toEqual([]);
    expect(this.device.sink.violations).toEqual([]);
    expect(this.device.counter("RX_OVERRUN")).toBe(0);
  }

  /** Allows the loss of what is under way in both directions. */
  excuse(): void {
    this.out.excuse();
    this.back.excuse();
  }

  /** All but what is excused has come; that is looked for now and then only. */
  #arrived(board: Scoreboard): boolean {
    return board.outstanding === 0 || (this.cycle % 64 === 0 && board.result().lost === 0);
  }

  #describe(): string {
    const { out, back, partner, device } = this;
    return JSON.stringify({
      state: device.state,
      partner: { ready: partner.ready, quiet: partner.quiet, ...partner.state },
      pending: device.source.pending,
      out: out.outstanding,
      back: back.outstanding,
    });
  }
}
