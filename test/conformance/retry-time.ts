/** Retry: the timer, the replay count, FLUSH and what follows it. */
import { type DeviceEnd, txState } from "../link/device-end.ts";
import {
  derived,
  lossless,
  message,
  openStage,
  roundTrip,
  type StageBench,
  sequenceMask,
  settle,
  silence,
} from "./bench.ts";
import type { Findings, LinkCase, LinkStage } from "./plan.ts";

/** Cycles between the timer's end and the first replayed frame's: the frame itself and the pipeline. */
function reaction(stage: LinkStage, frameBytes: number): number {
  const { design } = stage;
  const beats = Math.ceil((frameBytes + 8) / (design.datapathBits / 8)) + 1;
  const throttled = Math.ceil((beats * design.datapathBits * design.clockMHz) / (design.rateGbps * 1000));
  return throttled + derived(stage, "txPipelineCycles") + derived(stage, "rxPipelineCycles");
}

const smallBytes = 60;

/** No flow-control packet goes by itself: it would show a gap in front of it. */
function quiet(device: DeviceEnd): void {
  device.write("CREDIT_REFRESH.VALUE", 0xff_ffff);
}

/** Sends some packets into a silence. */
async function intoSilence(stage: LinkStage, count: number): Promise<StageBench> {
  const opened = await openStage(stage);
  const { bench, log } = opened;
  silence(bench);
  for (let i = 0; i < count; i++) bench.send("device", 0, smallBytes);
  bench.until(roundTrip(stage), () => log.data.length === count, "all have gone");
  return opened;
}

/** The partner hears again; what was under way when the session ended may be lost. */
function recover({ bench }: StageBench): void {
  bench.until(100_000, () => bench.partner.counters.sessions === 2, "a new session");
  bench.excuse();
  silence(bench, false);
  bench.until(100_000, () => bench.up, "the link is up again");
}

/** Traffic of both ends after something happened. */
function goOn(stage: LinkStage, bench: StageBench["bench"], found: Findings): void {
  const before = bench.out.result().matched + bench.back.result().matched;
  bench.loadBoth(smallBytes);
  bench.run(2 * roundTrip(stage));
  settle(bench);
  const after = bench.out.result().matched + bench.back.result().matched;
  found.atLeast("packets delivered afterwards", after - before, 2);
}

export const timeCases: readonly LinkCase[] = [
  {
    id: "LLR-8",
    title: "timer expiry",
    on: "link",
    required: "Without progress for replay_timer_max every frame that is not acknowledged is sent again",
    source: "LLR transmitter, replay timer expired [SAI, XOA]; timer > T_ack, 3 T_ack usual [PCIE, SLING]",
    stimulus: "the peer says nothing; the time from the first frame to its repetition is taken",
    run: async (stage, found) => {
      const count = 5;
      const { bench, log } = await intoSilence(stage, count);
      const { device, partner } = bench;
      const timer = derived(stage, "replayTimerCycles");
      const sent = log.frames.length;
      const first = log.frames[0]!.cycle;
      found.is("REPLAY_TIMER_MAX", device.read("REPLAY_TIMER_MAX.VALUE"), timer, "replayTimerCycles");
      bench.until(2 * timer, () => log.frames.length > sent, "the first frame comes again");
      found.within(
        "cycles from the first frame to its repetition",
        log.frames[sent]!.cycle - first,
        timer,
        timer + reaction(stage, smallBytes),
      );
      found.atLeast("replayTimerCycles", timer, roundTrip(stage));
      bench.until(roundTrip(stage), () => log.frames.length >= 2 * sent, "all have come again");
      const repeated = log.frames.slice(sent).map(({ seq }) => seq);
      found.yes(
        "all of them again, in order",
        repeated.every((seq, i) => seq === log.frames[i]!.seq),
      );
      silence(bench, false);
      settle(bench);
      found.is("timers", device.counter("LLR_REPLAY_TIMER_EXPIRED"), 1);
      found.is("doubles that the peer dropped", partner.counters.duplicates, sent);
      lossless(bench, found, count);
    },
  },
  {
    id: "LLR-9",
    title: "loss of the last frame",
    on: "link",
    required: "The loss of the last frame before a pause, which no NACK can show, is mended by the timer",
    source: "tail loss: the timer is not optional [PCIE]; LLR transmitter [SAI]",
    stimulus: "the start column of a single packet is destroyed on the cable; the line is quiet afterwards",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      quiet(device);
      bench.cable.ab.inject({ on: "start", frame: "data", flips: "error" });
      bench.send("device", 0, smallBytes);
      bench.until(
        3 * derived(stage, "replayTimerCycles"),
        () => bench.out.result().matched === 1,
        "it has come",
      );
      found.is("NACKs of the peer", partner.counters.nacksSent, 0);
      found.is("timers", device.counter("LLR_REPLAY_TIMER_EXPIRED"), 1);
      found.is("times sent", log.data.length, 2);
      settle(bench);
      lossless(bench, found);
    },
  },
  {
    id: "LLR-10",
    title: "replay count exhausted",
    on: "link",
    required: "After replay_ct_max replays without progress the next expiry ends the session by a flush",
    source: "LLR transmitter, timer and replay_ct = max: FLUSH [SAI, TEST]",
    stimulus: "the peer keeps silent until the device gives up",
    run: async (stage, found) => {
      const most = derived(stage, "replayCountMax");
      const opened = await intoSilence(stage, 3);
      const { bench } = opened;
      const { device } = bench;
      found.is("REPLAY_CT_MAX", device.read("REPLAY_CT_MAX.VALUE"), most, "replayCountMax");
      recover(opened);
      found.is("timers", device.counter("LLR_REPLAY_TIMER_EXPIRED"), most + 1);
      found.is("replays", device.counter("LLR_TX_REPLAY"), most);
      found.is("flushes", device.counter("LLR_FLUSH"), 1);
    },
  },
  {
    id: "LLR-11",
    title: "progress clears the replay count",
    on: "link",
    required:
      "Replays that make progress are not counted together: only those in a row without progress end a session",
    source: "LLR transmitter, ACK: replay_ct = 0 [SAI]; REPLAY_NUM cleared [PCIE]",
    stimulus:
      "more often than replay_ct_max in all, the peer keeps silent until the timer expires, and then answers",
    run: async (stage, found) => {
      const { bench } = await openStage(stage);
      const { device } = bench;
      const most = derived(stage, "replayCountMax");
      for (let i = 1; i <= most + 2; i++) {
        silence(bench);
        for (let k = 0; k < 2; k++) bench.send("device", 0, smallBytes);
        const expired = (): boolean => device.counter("LLR_REPLAY_TIMER_EXPIRED") === i;
        bench.until(2 * derived(stage, "replayTimerCycles"), expired, "the timer expires");
        silence(bench, false);
        settle(bench);
      }
      found.is("timers", device.counter("LLR_REPLAY_TIMER_EXPIRED"), most + 2);
      found.is("flushes", device.counter("LLR_FLUSH"), 0);
      found.is("sessions", bench.partner.counters.sessions, 1);
      lossless(bench, found, most + 2);
    },
  },
  {
    id: "LLR-12",
    title: "FLUSH and recovery",
    on: "link",
    required:
      "A flush empties the replay buffer and starts a session with a new word: numbers and credits of both ends begin anew, nothing of the old session is delivered, and packets that waited go",
    source: "LLR transmitter, FLUSH, re_init [SAI]; INIT resets both ends in one handshake [TAX, SIMJS, LW]",
    stimulus:
      "the peer falls silent under full load of small packets, hears again after the flush, and the load goes on",
    run: async (stage, found) => {
      const opened = await openStage(stage);
      const { bench, log } = opened;
      const { device, partner } = bench;
      bench.loadBoth(smallBytes);
      bench.run(3 * roundTrip(stage));
      const word = device.read("SESSION.OWN_WORD");
      silence(bench);
      recover(opened);
      const next = device.read("SESSION.OWN_WORD");
      const inits = log.numbers(message.init);
      found.is("flushes", device.counter("LLR_FLUSH"), 1);
      found.is("link down and up again", device.counter("LINK_DOWNED"), 1);
      found.yes("the session word is a new one", next !== word);
      found.is("number in INIT − word and 0", ((inits.at(-1) ?? -1) - (next << 4)) & sequenceMask, 0);
      found.is("LLR_STATE", device.read("LLR_STATE.TX"), txState.advance);
      goOn(stage, bench, found);
      found.is("corrections of ABR at the peer", partner.counters.abrCorrections, 0);
      const boards = [bench.out.result(), bench.back.result()];
      const wrong = boards.reduce((sum, b) => sum + b.lost + b.duplicated + b.reordered + b.corrupted, 0);
      found.is("lost afterwards, doubled, reordered or changed", wrong, 0);
      found.is("flushes in the end", device.counter("LLR_FLUSH"), 1);
    },
  },
];
