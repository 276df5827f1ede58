/** What a regression shows while it runs: one line on a terminal, now and then a line elsewhere. */
import { duration, whole } from "../../sim/regress/page.ts";
import type { Item } from "../../sim/regress/plan.ts";

export interface RegressProgress {
  readonly start: (items: readonly Item[], done: number) => void;
  readonly begin: (item: Item) => void;
  readonly end: (end: {
    readonly id: string;
    readonly ok: boolean;
    readonly packets: number;
    readonly failure?: string;
  }) => void;
  readonly death: (item: Item, reason: string) => void;
  readonly close: () => void;
}

interface Out {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/** Time between lines where there is no terminal, ms. */
const plainEvery = 60_000;
const shownEvery = 250;

export function regressProgress(out: Out = process.stderr): RegressProgress {
  const live = out.isTTY === true;
  const began = performance.now();
  let [all, before, done, failed, packets] = [0, 0, 0, 0, 0];
  let now = "";
  let lastPlain = began;
  const line = (): string => {
    const seconds = (performance.now() - began) / 1000;
    const left = all - before - done;
    const rate = done === 0 ? "" : `, ${whole(Math.round((packets / seconds) * 3600))} packets/h`;
    const rest = done === 0 || left === 0 ? "" : `, about ${duration((seconds / done) * left)} left`;
    return `regress ${before + done}/${all}, ${failed} failed${rate}${rest}${now === "" ? "" : `: ${now}`}`;
  };
  const clear = (): void => {
    if (live) out.write("\r\u001b[K");
  };
  const show = (): void => {
    if (live) out.write(`\r\u001b[K${line()}`.slice(0, (out.columns || 100) + 3));
  };
  const timer = setInterval(show, shownEvery);
  timer.unref();
  const say = (text: string): void => {
    clear();
    out.write(`${text}\n`);
    show();
  };
  return {
    start: (items, earlier) => {
      all = items.length + earlier;
      before = earlier;
      show();
    },
    begin: ({ id }) => {
      now = id;
    },
    end: ({ id, ok, packets: some, failure }) => {
      done++;
      packets += some;
      if (!ok) {
        failed++;
        say(`FAILED ${id}: ${(failure ?? "").split("\n")[0]?.slice(0, 200)}`);
      }
      if (!live && performance.now() - lastPlain > plainEvery) {
        lastPlain = performance.now();
        out.write(`${line()}\n`);
      }
    },
    death: ({ id }, reason) => say(`${id}: ${reason.split("\n")[0]}`),
    close: () => {
      clearInterval(timer);
      clear();
    },
  };
}
