/** Two partners on a cable with scoreboards and monitors: the bench that the partners themselves are tested in. */
import { taggedPacket } from "../reference/tagged.ts";
import { Scoreboard } from "../scoreboard/scoreboard.ts";
import { Rng } from "../traffic/rng.ts";
import { Cable, type CableOptions } from "./channel.ts";
import { LinkPartner, type PartnerOptions } from "./link-partner.ts";
import { MiiMonitor } from "./mii-monitor.ts";

export interface PairOptions extends Partial<PartnerOptions> {
  readonly cable?: CableOptions;
  /** Options of end b alone. */
  readonly b?: Partial<PartnerOptions>;
  readonly monitor?: boolean;
}

export class PartnerPair {
  readonly a: LinkPartner;
  readonly b: LinkPartner;
  readonly cable: Cable;
  /** From a to b, and back. */
  readonly ab = new Scoreboard();
  readonly ba = new Scoreboard();
  readonly monitors: MiiMonitor[] = [];
  readonly rng: Rng;
  cycle = 0;
  readonly #indices = new Map<string, number>();

  constructor(widthBits: number, options: PairOptions = {}) {
    const { cable, b, monitor, ...common } = options;
    this.rng = new Rng(common.seed ?? 1);
    this.a = this.#partner(widthBits, common, this.ab, this.ba, 1);
    this.b = this.#partner(widthBits, { ...common, ...b }, this.ba, this.ab, 2);
    this.cable = new Cable(this.a, this.b, cable);
    if (monitor !== false) {
      const rules = { widthBits, controlSpacingBytes: common.controlSpacingBytes ?? 2048, strict: false };
      this.monitors.push(new MiiMonitor(rules), new MiiMonitor(rules));
    }
  }

  /** Queues a tagged packet at an end. @returns it */
  send(from: "a" | "b", vl: number, packetBytes: number, poison = false): Uint8Array {
    const source = from === "a" ? 1 : 2;
    const key = `${from}${vl}`;
    const index = this.#indices.get(key) ?? 0;
    this.#indices.set(key, index + 1);
    const packet = taggedPacket({ source, vl, index }, packetBytes);
    this[from].send(packet, { poison });
    return packet;
  }

  /** Queues random packets at both ends. */
  sendRandom(count: number, dataVls: number, maxBytes: number, poison = 0): void {
    for (let i = 0; i < count; i++) {
      const small = this.rng.chance(0.5) ? 128 : maxBytes;
      const bytes = 4 * this.rng.range(6, small >> 2);
      this.send(this.rng.chance(0.5) ? "a" : "b", this.rng.below(dataVls), bytes, this.rng.chance(poison));
    }
  }

  /** Runs cycles until `done`, or `limit` of them. @returns whether it was done */
  run(limit: number, done: () => boolean = () => false): boolean {
    for (let i = 0; i < limit; i++) {
      if (done()) return true;
      this.#step();
    }
    return done();
  }

  /** Runs until both ends are ready and nothing is under way. */
  drain(limit: number): boolean {
    const { a, b, ab, ba } = this;
    return this.run(
      limit,
      () => a.ready && b.ready && a.quiet && b.quiet && ab.outstanding + ba.outstanding === 0,
    );
  }

  #step(): void {
    this.cycle++;
    this.cable.tick();
    const [first, second] = this.monitors;
    if (this.a.txReady) first?.beat(this.a.txData, this.a.txFlags, this.cycle);
    if (this.b.txReady) second?.beat(this.b.txData, this.b.txFlags, this.cycle);
    this.a.tick();
    this.b.tick();
  }

  #partner(
    widthBits: number,
    options: Partial<PartnerOptions>,
    out: Scoreboard,
    into: Scoreboard,
    source: number,
  ): LinkPartner {
    return new LinkPartner({
      ...options,
      widthBits,
      seed: (options.seed ?? 1) * 4 + source,
      onStart: (packet, vl, cycle, poisoned) => {
        if (!poisoned) out.expect(packet, vl, cycle);
        options.onStart?.(packet, vl, cycle, poisoned);
      },
      onPacket: (packet) => {
        into.receive(packet.bytes, packet.bytes.length, packet.vl, packet.error, packet.cycle);
        options.onPacket?.(packet);
      },
    });
  }
}
