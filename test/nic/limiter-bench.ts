/** `nic_limiter` as a bench drives it: a cycle at a time, with the time that it counts. */
import type { NicDesign } from "../../generator/design/nic.ts";
import { limiterModules } from "../../generator/views/nic/congestion.ts";
import type { Model } from "../../sim/driver/model.ts";
import { type DcqcnParameters, dcqcnDefaults } from "../../sim/reference/rc/dcqcn.ts";
import { openNicModule } from "./nic-bench.ts";

export const openLimiter = (
  design: NicDesign,
  change?: (name: string, text: string) => string,
): Promise<Model> => openNicModule(design, limiterModules(design), change);

/** Cycles in which the table of alpha is made. */
export const tableCycles = 46_000;

export class LimiterBench {
  /** Queue pairs whose turn came, with the time. */
  readonly taken: { readonly qpn: number; readonly at: number }[] = [];
  /** The same of the response engine. */
  readonly answers: { readonly qpn: number; readonly at: number }[] = [];
  readonly #model: Model;
  readonly #events: { readonly kind: "sent" | "give"; readonly qpn: number; readonly bytes: number }[] = [];
  readonly #answerEvents: { readonly bytes: number | null; readonly qpn: number; readonly data: boolean }[] =
    [];
  readonly #slow: { readonly qpn: number; readonly told: (at: number) => void }[] = [];

  /** @param ready wait for the table of alpha, without which updates are made one by one */
  constructor(model: Model, parameters: DcqcnParameters, ready = false) {
    this.#model = model;
    model.reset();
    const p = parameters;
    const settings = {
      ...{ enable: 1, g: p.g, alpha_period: p.alphaPeriodNs, initial_alpha: p.initialAlpha },
      ...{
        first_rate: p.firstRateKbps,
        least_part: (p.minDecreasePercent * 1024) / 100,
        min_rate: p.minKbps,
      },
      ...{ gd: p.gd, cut_period: p.cutPeriodNs, time_reset: p.timeResetNs, byte_reset: p.byteReset },
      ...{ threshold: p.threshold, ai_rate: p.aiKbps, hai_rate: p.haiKbps },
    };
    for (const [name, value] of Object.entries(settings)) model.port(`cfg_${name}`).set(value);
    // No queue pair is limited before a bit of each was cleared
    model.step(200 + 2 ** model.port("qpc_qpn").bits);
    if (ready) model.step(tableCycles);
  }

  /** Time passes in which nothing comes. */
  skip(cycles: number): void {
    this.step();
    this.#model.step(cycles);
  }

  /** ns. */
  get now(): number {
    return Number(this.#model.port("now").getBig());
  }

  /** A notification for a queue pair; @param told is given the time at which it was taken */
  slow(qpn: number, told: (at: number) => void = () => undefined): void {
    this.#slow.push({ qpn, told });
  }

  sent(qpn: number, bytes: number): void {
    this.#events.push({ kind: "sent", qpn, bytes });
  }

  give(qpn: number): void {
    this.#events.push({ kind: "give", qpn, bytes: 0 });
  }

  /** A READ response was sent. */
  answerSent(qpn: number, bytes: number): void {
    this.#answerEvents.push({ bytes, qpn, data: false });
  }

  /** The response engine has something for a queue pair. @param data a READ response; else an ACK */
  answerGive(qpn: number, data: boolean): void {
    this.#answerEvents.push({ bytes: null, qpn, data });
  }

  get idle(): boolean {
    return this.#events.length + this.#answerEvents.length + this.#slow.length === 0;
  }

  #answer(): void {
    const model = this.#model;
    const event = this.#answerEvents.shift();
    model.port("answer_sent_valid").set(Number(event !== undefined && event.bytes !== null));
    model.port("answer_give_valid").set(Number(event !== undefined && event.bytes === null));
    if (event === undefined) return;
    model.port("answer_qpn").set(event.qpn);
    model.port("answer_sent_bytes").set(event.bytes ?? 0);
    model.port("answer_give_data").set(Number(event.data));
  }

  step(): void {
    const model = this.#model;
    const slow = this.#slow[0];
    model.port("slow_valid").set(Number(slow !== undefined));
    if (slow !== undefined) model.port("slow_qpn").set(slow.qpn);
    const event = this.#events.shift();
    model.port("sent_valid").set(Number(event?.kind === "sent"));
    model.port("give_valid").set(Number(event?.kind === "give"));
    if (event?.kind === "sent") {
      model.port("sent_qpn").set(event.qpn);
      model.port("sent_bytes").set(event.bytes);
    } else if (event !== undefined) model.port("give_qpn").set(event.qpn);
    this.#answer();
    model.eval();
    if (slow !== undefined && model.port("slow_ready").get() === 1) {
      this.#slow.shift();
      slow.told(this.now);
    }
    if (model.port("take_valid").get() === 1)
      this.taken.push({ qpn: model.port("take_qpn").get(), at: this.now });
    if (model.port("answer_take_valid").get() === 1)
      this.answers.push({ qpn: model.port("answer_take_qpn").get(), at: this.now });
    model.step();
  }

  run(cycles: number): void {
    for (let left = cycles; left > 0; left -= 1) this.step();
  }

  /** kbit/s. */
  rate(qpn: number): number {
    const model = this.#model;
    model.port("query").set(1);
    model.port("query_qpn").set(qpn);
    this.step();
    model.port("query").set(0);
    for (let left = 5000; left > 0; left -= 1) {
      this.step();
      if (model.port("query_done").get() === 1) return model.port("query_rate").get();
    }
    throw new Error("the rate does not come");
  }

  /** The host writes the row of a queue pair. */
  row(qpn: number, afresh: boolean): void {
    const model = this.#model;
    model.port("qpc_valid").set(1);
    model.port("qpc_qpn").set(qpn);
    model.port("qpc_fresh").set(Number(afresh));
    for (;;) {
      model.eval();
      const ready = model.port("qpc_ready").get() === 1;
      this.step();
      if (ready) break;
    }
    model.port("qpc_valid").set(0);
    this.run(20);
  }
}

/** Parameters that make a rise in little time. */
export const quickParameters: DcqcnParameters = {
  ...dcqcnDefaults,
  ...{ lineKbps: 10_000_000, timeResetNs: 6000, byteReset: 20_000, aiKbps: 40_000, haiKbps: 200_000 },
};
