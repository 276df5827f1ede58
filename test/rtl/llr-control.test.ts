import { describe, expect, it } from "vitest";
import { message, writeControl } from "../../sim/reference/columns.ts";
import { withSeed } from "../../sim/traffic/rng.ts";
import { benchDesign, fail, openLinkModule, resetAll, sameBytes } from "./link-bench.ts";

/** What was due in one cycle. */
interface Due {
  readonly ack: boolean;
  readonly nack: boolean;
  readonly init: boolean;
  readonly echo: boolean;
  readonly ackSeq: number;
  readonly echoSeq: number;
  readonly own: number;
  readonly peer: number;
}

/** The control set that this calls for, most pressing first: NACK, INIT_ECHO, INIT, ACK. */
function chosen(due: Due): { code: number; seq: number; word: number } | undefined {
  if (due.nack) return { code: message.nack, seq: due.ackSeq, word: 0 };
  if (due.echo) return { code: message.initEcho, seq: due.echoSeq, word: due.peer };
  if (due.init) return { code: message.init, seq: due.own * 16, word: due.own };
  return due.ack ? { code: message.ack, seq: due.ackSeq, word: 0 } : undefined;
}

describe.each(["llr", "none"] as const)("llr_control, retry %s", (retry) => {
  it("forms the most pressing control set, anew in every cycle that it waits", async () => {
    const design = benchDesign({ retry });
    const model = await openLinkModule(design, "llr_control");
    const counts = new Map<number, number>();
    const [column, flags] = [new Uint8Array(8), new Uint8Array(1)];
    const takenPorts = [
      [message.initEcho, "echo_taken"],
      [message.init, "init_taken"],
      ...(retry === "llr"
        ? ([
            [message.ack, "ack_taken"],
            [message.nack, "nack_taken"],
          ] as const)
        : []),
    ] as const;
    await withSeed(0xd1, (rng) => {
      resetAll(model);
      const set = (name: string, value: number | boolean): void => model.port(name).set(Number(value));
      const get = (name: string): number => model.port(name).get();
      let shown: { code: number; seq: number; word: number } | undefined;
      let refreshed = 0;
      let latest = 0;
      let ackSeq = 0;
      for (let cycle = 0; cycle < 20_000; cycle += 1) {
        // The number stands for some cycles; another one may differ in a single bit
        if (rng.chance(0.2)) ackSeq = rng.below(2 ** 20);
        else if (rng.chance(0.25)) ackSeq ^= 1 << rng.below(20);
        const rare = cycle % 2000 < 1000 ? 0.1 : 0.6;
        const due: Due = {
          ack: retry === "llr" && rng.chance(0.7),
          nack: retry === "llr" && rng.chance(rare / 3),
          init: rng.chance(rare),
          echo: rng.chance(rare),
          ackSeq,
          echoSeq: rng.below(2 ** 20),
          own: rng.below(2 ** 16),
          peer: rng.below(2 ** 16),
        };
        set("init_due", due.init);
        set("echo_due", due.echo);
        set("own_word", due.own);
        set("peer_word", due.peer);
        set("echo_seq", due.echoSeq);
        if (retry === "llr") {
          set("ack_due", due.ack);
          set("nack_due", due.nack);
          set("ack_seq", due.ackSeq);
        }
        const ready = rng.chance(0.3);
        set("ctl_ready", ready);
        model.eval();
        if ((get("ctl_valid") === 1) !== (shown !== undefined)) fail(model, "ctl_valid");
        const taken = ready ? shown : undefined;
        for (const [code, name] of takenPorts)
          if ((get(name) === 1) !== (taken?.code === code))
            fail(model, `${name} is not ${taken?.code === code}`);
        if (
          retry === "llr" &&
          taken?.code === message.ack &&
          (get("ack_latest") === 1) !== (taken.seq === due.ackSeq)
        )
          fail(model, "ack_latest");
        if (taken?.code === message.ack && taken.seq === due.ackSeq) latest += 1;
        if (shown !== undefined) {
          writeControl(column, flags, 0, shown.code, shown.seq, shown.word);
          if (!sameBytes(model.port("ctl_data").bytes, column, 8)) fail(model, `control set ${shown.code}`);
        }
        if (taken !== undefined) counts.set(taken.code, (counts.get(taken.code) ?? 0) + 1);
        if (shown !== undefined && taken === undefined) refreshed += 1;
        model.step();
        shown = taken === undefined ? chosen(due) : undefined;
      }
      expect(refreshed).toBeGreaterThan(1000);
      if (retry === "llr") expect(latest).toBeGreaterThan(100);
    });
    expect(counts.size).toBe(retry === "llr" ? 4 : 2);
    for (const [code, count] of counts) expect(count, `message ${code}`).toBeGreaterThan(200);
    model.close();
  });
});
