/** What the benches of the CRC modules share: one model of all five, a driver for a generator, one for a checker. */
import { renderTemplate } from "../../generator/render/index.ts";
import { crcCheckView } from "../../generator/views/crc-check.ts";
import { crcGenView } from "../../generator/views/crc-gen.ts";
import type { CrcKind } from "../../generator/views/crc-tables.ts";
import { icrcMaskView } from "../../generator/views/icrc-mask.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { buildTexts } from "./build.ts";
import { benchText, sideBits } from "./crc-bench-top.ts";
import { designOf } from "./csr-bench.ts";

export const sideValues = 1 << sideBits;

/** One width's VCRC and ICRC generator and checker, the latter two behind their masks, side by side in one model. */
export async function openCrcModel(width: number): Promise<Model> {
  const design = { ...designOf("dut", 1), datapathBits: width };
  const texts = { crc_bench: benchText(width) } as Record<string, string>;
  for (const kind of ["vcrc", "icrc"] as const) {
    texts[`dut_${kind}_gen`] = renderTemplate("link/crc_gen.v.hbs", crcGenView(design, { kind, sideBits }));
    texts[`dut_${kind}_check`] = renderTemplate(
      "link/crc_check.v.hbs",
      crcCheckView(design, { kind, sideBits }),
    );
  }
  texts.dut_icrc_mask = renderTemplate("link/icrc_mask.v.hbs", icrcMaskView(design));
  return openModel(await buildTexts("crc_bench", Object.entries(texts), "crc_bench"));
}

/** A packet on its way through a bench. */
export interface Traffic {
  readonly bytes: Uint8Array;
  readonly poison?: boolean;
}

/** What came out: the packet's bytes, what was said at its end, the side bits of its beats. */
export interface Outcome {
  readonly bytes: Uint8Array;
  /** `m_poison`, or for a checker `m_crc_inverted`. */
  readonly poison: boolean;
  /** `m_crc_good`; true from a generator. */
  readonly good: boolean;
  readonly sides: readonly number[];
  /** The side bits that went in with the beats of the packet. */
  readonly sidesIn: readonly number[];
}

interface Pins {
  readonly [name: string]: Port;
}

/** Drives one generator or checker. */
export class CrcDriver {
  readonly #model: Model;
  readonly #pins: Pins;
  readonly #isGen: boolean;
  readonly #unit: number;
  readonly #beatBytes: number;
  /** Cycles that the last run took, from its first to its last beat. */
  cycles = 0;
  /** Cycles from the first beat in to the first beat out. */
  latency = 0;

  constructor(model: Model, kind: CrcKind, what: "gen" | "check") {
    const at = `${kind === "vcrc" ? "v" : "i"}${what === "gen" ? "g" : "c"}_`;
    this.#model = model;
    this.#isGen = what === "gen";
    this.#unit = what === "gen" && kind === "icrc" ? 4 : 1;
    const own = model.ports.filter((port) => port.name.startsWith(at));
    this.#pins = Object.fromEntries(own.map((port) => [port.name.slice(at.length), port]));
    this.#beatBytes = this.pin("s_data").bytes.length;
  }

  pin(name: string): Port {
    const found = this.#pins[name];
    if (found === undefined) throw new RangeError(`no pin ${name}`);
    return found;
  }

  /**
   * Sends packets and collects what comes out. Bytes behind the end of a packet are random.
   * @param gaps probability of a cycle without input; @param stalls probability of a cycle without `m_ready`
   */
  run(
    packets: readonly Traffic[],
    rng: Rng,
    { gaps = 0, stalls = 0, onBeat = (_packet: number, _beat: number): void => {} } = {},
  ): Outcome[] {
    const collector = new Collector(this.#beatBytes);
    const [sValid, mValid] = [this.pin("s_valid"), this.pin("m_valid")];
    const side = this.pin("s_side");
    const sidesIn: number[][] = packets.map(() => []);
    const start = this.#model.cycle;
    let [packet, at, offered, firstIn, lastOut] = [0, 0, false, -1, start];
    for (let idle = 0; collector.packets.length < packets.length; idle += 1) {
      if (idle > 2000)
        throw new Error(`${packets.length - collector.packets.length} packets did not come out`);
      if (!offered && packet < packets.length && !rng.chance(gaps)) {
        this.#offer(packets[packet]!, at, rng);
        side.set(rng.below(sideValues));
        offered = true;
      }
      sValid.set(offered ? 1 : 0);
      const ready = !this.#isGen || !rng.chance(stalls);
      if (this.#isGen) this.pin("m_ready").set(ready ? 1 : 0);
      this.#model.eval();
      if (offered) onBeat(packet, at / this.#beatBytes);
      if (mValid.get() === 1) {
        if (firstIn >= 0 && lastOut === start) this.latency = this.#model.cycle - firstIn;
        collector.sample(this.#beat(), ready);
        if (ready) lastOut = this.#model.cycle;
        idle = 0;
      }
      if (offered && (!this.#isGen || this.pin("s_ready").get() === 1)) {
        if (firstIn < 0) firstIn = this.#model.cycle;
        sidesIn[packet]!.push(side.get());
        offered = false;
        at += this.#beatBytes;
        if (at >= packets[packet]!.bytes.length) [packet, at] = [packet + 1, 0];
      }
      this.#model.step();
    }
    sValid.set(0);
    this.cycles = lastOut - firstIn + 1;
    return collector.packets.map((one, index) => ({ ...one, sidesIn: sidesIn[index]! }));
  }

  #offer({ bytes, poison = false }: Traffic, at: number, rng: Rng): void {
    const part = bytes.subarray(at, at + this.#beatBytes);
    const eop = at + this.#beatBytes >= bytes.length;
    const data = this.pin("s_data").bytes;
    rng.fill(data);
    data.set(part);
    this.pin("s_sop").set(at === 0 ? 1 : 0);
    this.pin("s_eop").set(eop ? 1 : 0);
    if (this.#isGen) {
      this.pin("s_words").set(part.length / 4);
      this.pin("s_poison").set(eop ? Number(poison) : rng.below(2));
    } else {
      this.pin("s_bytes").set(part.length);
    }
  }

  #beat(): Beat {
    const get = (name: string): boolean => this.pin(name).get() === 1;
    const size = this.#unit * this.pin("m_size").get();
    return {
      data: Uint8Array.from(this.pin("m_data").bytes.subarray(0, size)),
      sop: get("m_sop"),
      eop: get("m_eop"),
      poison: this.#isGen ? get("m_poison") : get("m_crc_inverted"),
      good: this.#isGen || get("m_crc_good"),
      side: this.pin("m_side").get(),
    };
  }
}

interface Beat {
  readonly data: Uint8Array;
  readonly sop: boolean;
  readonly eop: boolean;
  readonly poison: boolean;
  readonly good: boolean;
  readonly side: number;
}

/** Puts packets together, and holds the stream to its rules. */
class Collector {
  readonly packets: Omit<Outcome, "sidesIn">[] = [];
  readonly #beatBytes: number;
  #beats: Beat[] = [];
  #waiting: Beat | undefined;

  constructor(beatBytes: number) {
    this.#beatBytes = beatBytes;
  }

  sample(beat: Beat, taken: boolean): void {
    if (this.#waiting && !sameBeat(this.#waiting, beat)) throw new Error("a beat changed while it waited");
    this.#waiting = taken ? undefined : beat;
    if (!taken) return;
    if (beat.sop !== (this.#beats.length === 0)) throw new Error("sop in the wrong place");
    if (!beat.eop && beat.data.length !== this.#beatBytes)
      throw new Error("a beat inside a packet is not full");
    this.#beats.push(beat);
    if (!beat.eop) return;
    this.packets.push({
      bytes: Uint8Array.from(this.#beats.flatMap((one) => [...one.data])),
      poison: beat.poison,
      good: beat.good,
      sides: this.#beats.map((one) => one.side),
    });
    this.#beats = [];
  }
}

function sameBeat(a: Beat, b: Beat): boolean {
  const flags = ["sop", "eop", "poison", "side"] as const;
  return flags.every((name) => a[name] === b[name]) && Buffer.compare(a.data, b.data) === 0;
}
