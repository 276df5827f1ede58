/** Random runs of two devices on one cable: everything that is random follows from one seed. */
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import type { AxisPacket } from "../bfm/axis.ts";
import { Cable, type ChannelOptions } from "../bfm/channel.ts";
import { MiiMonitor } from "../bfm/mii-monitor.ts";
import { icrcBytes } from "../reference/headers.ts";
import { taggedPacket } from "../reference/tagged.ts";
import { Scoreboard } from "../scoreboard/scoreboard.ts";
import { Rng, seedText } from "../traffic/rng.ts";
import { type BuiltDevice, buildDevice } from "./built-device.ts";
import { DeviceEnd } from "./device-end.ts";
import { FaultPoints } from "./fault-points.ts";
import { type SoakResult, soakResult } from "./link-result.ts";
import { drawScenario, type LinkFaults, type Scenario, withFaults } from "./link-scenario.ts";

const upLimit = 60_000;
const drainLimit = 400_000;

/** A run of fewer packets is over before a model that is built for speed would be there. */
const fewPackets = 1000;

/**
 * Runs one seed on a device. Throws, with the seed and the scenario in words, when anything is lost or wrong. A device
 * without retry may lose what the cable damages, and nothing once the cable is good again.
 */
export async function soak(
  description: LinkDescription,
  seed: number,
  packets: number,
  faults: LinkFaults = "mixed",
): Promise<SoakResult> {
  const built = await buildDevice(description, packets < fewPackets);
  const rng = new Rng(seed);
  const drawn = drawScenario(built.design, rng.fork("scenario"));
  const scenario = withFaults(drawn, faults, built.design, rng.fork("faults"));
  const run = new SoakRun(built, scenario, seed, packets);
  try {
    return run.run();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const told = JSON.stringify(scenario);
    throw new Error(`${description.name}, seed ${seedText(seed)}, cycle ${run.cycle}: ${reason}\n${told}`, {
      cause,
    });
  } finally {
    run.close();
  }
}

class SoakRun {
  cycle = 0;
  readonly #scenario: Scenario;
  readonly #rng: Rng;
  readonly #ends: readonly [DeviceEnd, DeviceEnd];
  readonly #boards: readonly [Scoreboard, Scoreboard];
  readonly #monitors: readonly [MiiMonitor, MiiMonitor];
  readonly #cable: Cable;
  readonly #points: FaultPoints;
  readonly #left: [number, number];
  readonly #indices = new Float64Array(32);
  readonly #settled = new Float64Array(32);
  readonly #beatBytes: number;
  readonly #problems: string[] = [];
  readonly #retry: boolean;
  readonly #icrc: boolean;
  /** Without retry: packets that are sent in the end, over a good cable. */
  readonly #lastPackets: number;
  #lastReceived = 0;
  #flaps = 0;
  #nextEvent = 0;

  constructor(built: BuiltDevice, scenario: Scenario, seed: number, packets: number) {
    const { design } = built;
    this.#scenario = scenario;
    this.#rng = new Rng(seed).fork("run");
    this.#retry = design.retry === "llr";
    this.#icrc = design.icrc === "endpoint";
    this.#lastPackets = this.#retry ? 0 : Math.ceil(packets / 10);
    const first = packets - 2 * this.#lastPackets;
    this.#left = [Math.ceil(first / 2), Math.floor(first / 2)];
    this.#beatBytes = design.datapathBits / 8;
    this.#boards = [this.#board("a to b"), this.#board("b to a")];
    this.#ends = [this.#end(built, 0, seed), this.#end(built, 1, seed)];
    const rules = {
      widthBits: design.datapathBits,
      controlSpacingBytes: design.derived.controlSpacingBytes.value,
      strict: false,
    };
    this.#monitors = [new MiiMonitor(rules), new MiiMonitor(rules)];
    const channel: ChannelOptions = {
      delayCycles: scenario.delayCycles,
      throttle: scenario.throttle,
      seed: seed ^ 0x6c77,
    };
    this.#cable = new Cable(this.#ends[0].mii, this.#ends[1].mii, { ab: channel });
    this.#points = new FaultPoints([
      { channel: this.#cable.ab, port: this.#ends[1] },
      { channel: this.#cable.ba, port: this.#ends[0] },
    ]);
  }

  run(): SoakResult {
    this.#faults(true);
    for (const end of this.#ends)
      for (const { field, value } of this.#scenario.settings) end.write(field, value);
    this.#until(upLimit, () => this.#up, "the link is up");
    while (this.#left[0] + this.#left[1] > 0) {
      this.#event();
      for (let i = 0; i < 64; i++) this.#step();
      if (this.cycle > this.#scenario.cycleLimit) this.#left.fill(0);
      this.#check();
    }
    this.#faults(false);
    const damaged = this.#retry ? 0 : this.#sumUp();
    this.#until(drainLimit, () => this.#quiet, "all has come");
    for (let i = 0; i < 200; i++) this.#step();
    this.#check(true);
    return soakResult(this.#boards, this.#ends, this.#cable, {
      cycles: this.cycle,
      flaps: this.#flaps,
      damaged,
    });
  }

  close(): void {
    for (const { model } of this.#ends) model.close();
  }

  get #up(): boolean {
    return this.#ends[0].active && this.#ends[1].active;
  }

  get #quiet(): boolean {
    if (this.cycle % 64 !== 0 || !this.#up || this.#ends.some(({ source }) => source.pending > 0))
      return false;
    return this.#boards.every((board) => board.outstanding === 0 || board.result().lost === 0);
  }

  /** Without retry: waits for what still comes, looks whether the cable explains what does not, and sends once more. */
  #sumUp(): number {
    const idle = (): boolean =>
      this.#up &&
      this.#ends.every(({ source }) => source.pending === 0) &&
      this.cycle > this.#lastReceived + 4000;
    this.#until(drainLimit, idle, "the ports are idle");
    const lost = this.#boards.reduce((sum, board) => sum + board.result().lost, 0);
    const { ab, ba } = this.#cable;
    let bound = this.#flaps > 0 ? Number.POSITIVE_INFINITY : 0;
    // a flipped bit costs the frame that it is in, and where it is the end of one or the start of the next, both
    for (const { counts } of [ab, ba]) bound += 2 * (counts.bitErrors + counts.burstBitErrors);
    if (lost > bound) throw new Error(`${lost} packets are lost; the cable damaged ${bound} at most`);
    for (const board of this.#boards) board.excuse();
    this.#left.fill(this.#lastPackets);
    while (this.#left[0] + this.#left[1] > 0) for (let i = 0; i < 64; i++) this.#step();
    return lost;
  }

  #step(): void {
    this.cycle++;
    this.#cable.tick();
    this.#points.step();
    for (const side of [0, 1] as const) {
      const end = this.#ends[side];
      if (end.txReady) this.#monitors[side].beat(end.mii.txData, end.mii.txFlags, this.cycle);
      end.source.tick(this.cycle);
      end.sink.tick(this.cycle);
    }
    for (const { model } of this.#ends) model.step();
  }

  #until(limit: number, done: () => boolean, what: string): void {
    for (let i = 0; i < limit; i++) {
      if (done()) return;
      this.#step();
    }
    const { lost } = this.#boards[0].result();
    throw new Error(
      `after ${limit} cycles it is still not so that ${what} (${lost} and ${this.#boards[1].result().lost})`,
    );
  }

  /** Flaps, clients that stop and go, and ends that start anew, now and then. */
  #event(): void {
    if (this.cycle < this.#nextEvent) return;
    const { flapEvery, flapCycles, flaps, withhold, restart } = this.#scenario;
    this.#nextEvent = this.cycle + flapEvery / 2 + this.#rng.below(flapEvery);
    const what = this.#rng.float();
    if (what < 0.5 && flaps) {
      this.#flaps++;
      this.#points.linkLost();
      this.#cable.flap(1 + this.#rng.below(flapCycles), this.#rng.pick(["a", "b", "both"] as const));
    } else if (what < 0.8 && withhold) {
      for (const { sink } of this.#ends) sink.enableVls(this.#rng.below(0x10000));
    } else if (what < 0.9 && restart) {
      this.#ends[this.#rng.below(2)]!.write("COMMAND.SET_DOWN", 1);
      this.#until(upLimit, () => !this.#up, "the link goes down");
      this.#until(upLimit, () => this.#up, "the link is up again");
      for (const board of this.#boards) board.excuse();
    } else {
      for (const { sink } of this.#ends) sink.enableVls(0xffff);
    }
  }

  /** Switches everything on or off that the cable and the clients do wrong. */
  #faults(on: boolean): void {
    const { ber, burst, control, stall, backpressure } = this.#scenario;
    for (const channel of [this.#cable.ab, this.#cable.ba]) {
      channel.setBer(on ? ber : 0);
      channel.setBurst(on ? burst : null);
      channel.setControl(on ? control : null);
    }
    for (const { source, sink } of this.#ends) {
      source.stall = on ? stall : 0;
      sink.backpressure = on ? backpressure : 0;
      if (!on) sink.enableVls(0xffff);
    }
  }

  /** @param final the monitors have seen what may excuse a number out of turn */
  #check(final = false): void {
    if (this.#problems.length > 0) throw new Error(this.#problems.join("; "));
    for (const { violations } of this.#monitors) {
      const first = violations.find((text) => {
        if (!this.#scenario.restart) return true;
        return !/bad CRC, without POISON$/.test(text) && (final || !/ACK or NACK \d+ after/.test(text));
      });
      if (first !== undefined) throw new Error(`the wire format is broken: ${first}`);
    }
  }

  #board(name: string): Scoreboard {
    return new Scoreboard({
      onProblem: (verdict, vl, cycle, bytes) => {
        this.#problems.push(`${name}: ${verdict} on VL${vl} at cycle ${cycle}, ${bytes.length} bytes`);
      },
    });
  }

  #end(built: BuiltDevice, side: 0 | 1, seed: number): DeviceEnd {
    const end = new DeviceEnd(built, {
      seed: seed + 2 * side,
      onStart: (packet, cycle) => {
        if (packet.error !== true) this.#boards[side].expect(packet.bytes, packet.vl, cycle);
      },
      onPacket: ({ bytes, length, vl, error, firstCycle }) => {
        this.#lastReceived = this.cycle;
        this.#boards[1 - side]!.receive(bytes, length, vl, error, firstCycle);
      },
      step: () => this.#step(),
    });
    // Session words are drawn by a register that counts from the first clock on: let the ends differ
    end.model.step(1 + this.#rng.below(1000));
    end.model.reset(4);
    end.source.pull = () => this.#packet(side, end);
    return end;
  }

  #packet(side: 0 | 1, end: DeviceEnd): AxisPacket | null {
    const { vls, sizes, poison } = this.#scenario;
    if (this.#left[side] === 0) return null;
    const room = end.room.get();
    const open = vls.filter((vl) => (room >> vl) & 1 && this.cycle >= this.#settled[16 * side + vl]!);
    if (open.length === 0) return null;
    const vl = this.#rng.pick(open);
    const { low, high } = this.#rng.pick(sizes);
    const size = 4 * this.#rng.range(low >> 2, high >> 2);
    const bytes = vl === 15 ? Math.min(Math.max(size, 32), 288) : size;
    this.#settled[16 * side + vl] = this.cycle + Math.ceil(bytes / this.#beatBytes) + 4;
    this.#left[side]--;
    const index = this.#indices[16 * side + vl]!++;
    const packet = taggedPacket({ source: side + 1, vl, index }, bytes);
    return {
      bytes: this.#icrc ? packet.subarray(0, bytes - icrcBytes) : packet,
      vl,
      error: this.#rng.chance(poison),
    };
  }
}
