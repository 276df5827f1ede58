/** Retry: poisoned packets, doubles, numbers outside of the window. */
import {
  dataLanes,
  derived,
  lossless,
  message,
  openStage,
  roundTrip,
  sequenceMask,
  settle,
  silence,
  unacknowledged,
} from "./bench.ts";
import type { LinkCase } from "./plan.ts";

const few = 6;
const noTimer = 0xff_ffff;

export const poisonCases: readonly LinkCase[] = [
  {
    id: "LLR-13",
    title: "poisoned packets, receiver",
    on: "link",
    required:
      "A poisoned frame counts as received: expected advances, no NACK, and no client takes it for good",
    source: "poisoned frame of a cut-through hop [XOA, TEST]; inverted LCRC with EDB: drop, no Nak [PCIE]",
    stimulus: "the peer poisons every second one of its packets",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      for (let i = 0; i < 2 * few; i++) bench.send("partner", 0, bench.longest, i % 2 === 1);
      settle(bench);
      found.is("poisoned, with the expected number", device.counter("LLR_RX_EXPECTED_SEQ_POISONED"), few);
      found.is("NACKs", log.numbers(message.nack).length, 0);
      found.is("replays of the peer", partner.counters.timeouts + partner.counters.replays, 0);
      found.is(
        "next expected − next to send",
        (device.read("EXPECTED_SEQ.SEQ") - partner.state.txSeq) & sequenceMask,
        0,
      );
      found.is("good packets delivered", bench.back.result().matched, few);
      lossless(bench, found);
    },
  },
  {
    id: "LLR-14",
    title: "poisoned packets, sender",
    on: "link",
    required:
      "A packet that its client gives up on the way leaves poisoned, is kept and, when it is lost, sent again as a poisoned one",
    source: "poisoned frame [XOA, TEST]; complemented VCRC and POISON [LW]",
    stimulus: "the client ends packets with an error; the first one is damaged on the cable besides",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      bench.cable.ab.inject({ on: "data", frame: "data", skip: 4, flips: [9] });
      for (let i = 0; i < few; i++) {
        bench.send("device", 0, bench.longest, true);
        bench.run(roundTrip(stage));
        bench.send("device", 0, bench.longest);
        settle(bench);
      }
      const poisoned = new Set(log.frames.filter((frame) => frame.poisoned).map(({ seq }) => seq));
      found.is("poisoned frames by their number", poisoned.size, few);
      found.is("poisoned frames on the wire", log.frames.filter((frame) => frame.poisoned).length, few + 1);
      found.is("poisoned at the peer", partner.counters.poisonReceived, few);
      found.is("NACKs of the peer", partner.counters.nacksSent, 1);
      found.is("replays", device.counter("LLR_TX_REPLAY"), 1);
      found.is("good packets delivered", bench.out.result().matched, few);
      lossless(bench, found);
    },
  },
  {
    id: "LLR-15",
    title: "half a poison is none",
    on: "link",
    required: "A complemented VCRC without POISON is a damaged frame; POISON over a good VCRC is a good one",
    source: "nullified mismatch: Nak [PCIE]; both signs are needed [LW]",
    stimulus: "the peer sends one packet with the complemented VCRC alone and one with the POISON alone",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      for (const fault of ["poison-vcrc-only", "poison-set-only"] as const) {
        partner.faultNext(fault);
        bench.send("partner", 0, bench.longest);
        settle(bench);
        const nacks = log.numbers(message.nack).length;
        found.is(fault === "poison-vcrc-only" ? "NACKs for the first" : "NACKs in all", nacks, 1);
      }
      found.is("poisoned", device.counter("LLR_RX_POISONED"), 0);
      found.is("delivered, after the replay", bench.back.result().matched, 2);
      lossless(bench, found);
    },
  },
  {
    id: "LLR-18",
    title: "ACK and NACK outside of the window",
    on: "link",
    required:
      "An ACK outside of (acked, tx_seq − 1] or a NACK outside of [acked, tx_seq − 1] changes nothing and is counted",
    source: "ACK/NACK outside the window is ignored [SIMJS]; window check before use [PCIE]",
    stimulus: "with frames under way the peer sends ACK and NACK with numbers before, behind and far away",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      device.write("REPLAY_TIMER_MAX.VALUE", noTimer);
      device.write("DATA_AGE_MAX.VALUE", 0);
      silence(bench);
      for (let i = 0; i < few; i++) bench.send("device", 0, 60);
      bench.until(roundTrip(stage), () => log.data.length === few, "all have gone");
      bench.run(roundTrip(stage));
      const acked = device.read("ACKED_SEQ.SEQ");
      const next = device.read("TX_SEQ.SEQ");
      const kept = unacknowledged(bench);
      const before = device.counter("LLR_RX_ACK_NACK_SEQ_ERROR");
      const outside = [acked - 1, acked - 1000, next, next + 1, next + 5000, acked + 0x80000];
      for (const code of [message.ack, message.nack])
        for (const seq of outside) partner.sendControl(code, seq & sequenceMask);
      partner.sendControl(message.ack, acked);
      bench.run(2 * roundTrip(stage));
      const counted = device.counter("LLR_RX_ACK_NACK_SEQ_ERROR") - before;
      found.is("refused", counted, 2 * outside.length + 1);
      found.is("last number acknowledged − as before", device.read("ACKED_SEQ.SEQ") - acked, 0);
      found.is("frames kept", unacknowledged(bench), kept);
      found.is("replays", device.counter("LLR_TX_REPLAY"), 0);
      silence(bench, false);
      device.write("REPLAY_TIMER_MAX.VALUE", derived(stage, "replayTimerCycles"));
      settle(bench);
      lossless(bench, found, few);
    },
  },
  {
    id: "LLR-19",
    title: "duplicates",
    on: "link",
    required: "A good frame behind the expected one is dropped and acknowledged again, without a NACK",
    source: "LLR receiver, seq behind expected [SAI, SIMJS]; duplicate: drop, schedule Ack [PCIE]",
    stimulus: "all ACKs are lost until the peer's timer has sent everything twice",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      const lanes = dataLanes(stage);
      bench.cable.ab.setControl({ drop: 1, messages: [message.ack] });
      for (let i = 0; i < few; i++) bench.send("partner", lanes[i % lanes.length]!, 60);
      const limit = 4 * derived(stage, "replayTimerCycles");
      bench.until(limit, () => partner.counters.timeouts > 0, "the peer's timer expires");
      bench.cable.ab.setControl(null);
      const before = log.numbers(message.ack).length;
      settle(bench);
      found.is(
        "frames that came twice",
        device.counter("LLR_RX_DUPLICATE_SEQ"),
        partner.counters.framesReplayed,
      );
      found.atLeast("ACKs for them", log.numbers(message.ack).length - before, 1);
      found.is("timers that the peer needed", partner.counters.timeouts, 1);
      found.is("NACKs", log.numbers(message.nack).length, 0);
      found.is("delivered once", bench.back.result().matched, few);
      lossless(bench, found);
    },
  },
];
