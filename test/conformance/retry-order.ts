/** Retry: numbers in order, gaps, damage, one NACK a gap. */
import {
  dataLanes,
  derived,
  lossless,
  message,
  openStage,
  roundTrip,
  sequenceHalf,
  sequenceMask,
  settle,
  silence,
  unacknowledged,
  wireBytesPerCycle,
} from "./bench.ts";
import type { LinkCase, LinkStage } from "./plan.ts";

/** Packets in the tests that want a handful. */
const few = 12;
const bursts = 200;

/** Longest time for which an ACK may be held: behind a longest packet and one control spacing, and in the pipelines. */
function ackHold(stage: LinkStage): number {
  const bytes = derived(stage, "maxPacketBytes") + derived(stage, "controlSpacingBytes");
  const pipelines = derived(stage, "txPipelineCycles") + derived(stage, "rxPipelineCycles");
  return Math.ceil(bytes / wireBytesPerCycle(stage.design)) + pipelines;
}

export const orderCases: readonly LinkCase[] = [
  {
    id: "LLR-1",
    title: "in-order acknowledgement, receiver",
    on: "link",
    required:
      "A good frame with the expected number is delivered and acknowledged; ACKs never go back and end with the last number",
    source: "LLR receiver, SEND_ACKS [SAI, TEST]",
    stimulus:
      "while the device sends without end, the peer sends bursts of one to four small packets on all lanes",
    run: async (stage, found) => {
      // Flow-control packets, which are acknowledged as well, are to be few
      const { bench, log } = await openStage(stage, { bufferBlocks: 2048, creditUpdateBlocks: 1024 });
      const { partner, device } = bench;
      const lanes = dataLanes(stage);
      const hold = ackHold(stage);
      let count = 0;
      let late = 0;
      bench.load("device", { vls: lanes, low: 60, high: 120 });
      for (let i = 0; i < bursts; i++) {
        for (let k = 0; k <= i % 4; k++, count++)
          bench.send("partner", lanes[count % lanes.length]!, 24 + 4 * (count % 9));
        bench.until(hold, () => lanes.every((vl) => partner.queued(vl) === 0), "the burst has gone");
        const last = partner.state.txSeq - 1;
        bench.until(roundTrip(stage), () => bench.back.outstanding === 0, "the burst has come");
        bench.run(hold);
        if (log.numbers(message.ack).every((seq) => ((seq - last) & sequenceMask) >= sequenceHalf)) late++;
      }
      settle(bench);
      const acks = log.numbers(message.ack);
      const back = acks.filter(
        (seq, i) => i > 0 && ((seq - acks[i - 1]!) & sequenceMask) > sequenceHalf,
      ).length;
      found.is("packets delivered in order", bench.back.result().matched, count);
      found.atLeast("ACKs", acks.length, bursts);
      found.is("ACKs that go back", back, 0);
      found.is(`bursts whose last number waits for its ACK for more than ${hold} cycles`, late, 0);
      found.is("last ACK − last number sent", (acks.at(-1)! - partner.state.txSeq + 1) & sequenceMask, 0);
      found.is("NACKs", log.numbers(message.nack).length, 0);
      found.is("replays of the peer", partner.counters.timeouts + partner.counters.replays, 0);
      found.is(
        "next expected − next to send",
        (device.read("EXPECTED_SEQ.SEQ") - partner.state.txSeq) & sequenceMask,
        0,
      );
      lossless(bench, found);
    },
  },
  {
    id: "LLR-2",
    title: "cumulative acknowledgement, sender",
    on: "link",
    required: "ACK n frees every frame up to n, and none behind it",
    source: "LLR transmitter, ADVANCE, ACK n [SAI, SIMJS]",
    stimulus:
      "the peer keeps silent over some packets, then acknowledges one in the middle, then the last one",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      silence(bench);
      for (let i = 0; i < few; i++) bench.send("device", i % stage.design.virtualLanes.data, 60);
      bench.until(roundTrip(stage), () => log.data.length === few, "all have gone");
      const middle = log.data[few / 2 - 1]!.seq;
      const after = log.frames.filter(
        ({ seq }) => ((seq - middle) & sequenceMask) - 1 < sequenceHalf && seq !== middle,
      ).length;
      partner.sendControl(message.ack, middle);
      bench.run(roundTrip(stage));
      found.is("last number acknowledged − n", (device.read("ACKED_SEQ.SEQ") - middle) & sequenceMask, 0);
      found.is("frames still kept", unacknowledged(bench), after);
      partner.sendControl(message.ack, log.frames.at(-1)!.seq);
      bench.run(roundTrip(stage));
      found.is("frames kept after the last ACK", unacknowledged(bench), 0);
      found.is("replays", device.counter("LLR_TX_REPLAY"), 0);
      silence(bench, false);
      settle(bench);
      lossless(bench, found, few);
    },
  },
  {
    id: "LLR-3",
    title: "gap in the numbers",
    on: "link",
    required: "A good frame ahead of the expected number is discarded; one NACK carries the last good number",
    source: "LLR receiver, seq gap [SAI, TEST]; PCIe DLL, lost TLP [PCIE]",
    stimulus: "one packet of the peer goes out with a number too high, nothing behind it",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      const good = (device.read("EXPECTED_SEQ.SEQ") - 1) & sequenceMask;
      partner.faultNext("sequence-ahead");
      bench.send("partner", 0, 100);
      settle(bench);
      const nacks = log.numbers(message.nack);
      found.is("frames ahead", device.counter("LLR_RX_MISSING_SEQ"), 1);
      found.is("NACKs", nacks.length, 1);
      found.is("number in it − last good one", ((nacks[0] ?? -1) - good) & sequenceMask, 0);
      found.is("timers that the peer needed", partner.counters.timeouts, 0);
      found.is("delivered, after the replay", bench.back.result().matched, 1);
      lossless(bench, found);
    },
  },
  {
    id: "LLR-4",
    title: "bad CRC",
    on: "link",
    required: "A frame whose CRC is wrong is not delivered; one NACK carries the last good number",
    source: "LLR receiver, bad FCS [SAI, TEST]; LCRC bad, Nak [PCIE]",
    stimulus: "one bit of one packet is turned on the cable, nothing behind it",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      const good = (device.read("EXPECTED_SEQ.SEQ") - 1) & sequenceMask;
      bench.cable.ba.inject({ on: "data", frame: "data", skip: 4, flips: [17] });
      bench.send("partner", 0, 200);
      settle(bench);
      const nacks = log.numbers(message.nack);
      found.is("CRC errors", device.counter("VCRC_ERROR"), 1);
      found.is("NACKs", nacks.length, 1);
      found.is("number in it − last good one", ((nacks[0] ?? -1) - good) & sequenceMask, 0);
      found.is("timers that the peer needed", partner.counters.timeouts, 0);
      found.is("delivered whole, after the replay", bench.back.result().matched, 1);
      lossless(bench, found);
    },
  },
  {
    id: "LLR-5",
    title: "damaged start column",
    on: "link",
    required:
      "The number is protected: a frame whose start column is damaged is treated as a bad one, whatever it says",
    source: "CRC must cover the number (PCIe: LCRC and seq) [PCIE]; CRC-8 of the start column [LW]",
    stimulus:
      "one start column with a wrong bit in its check, the number being right; one whose number became that of a duplicate",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      const good = (device.read("EXPECTED_SEQ.SEQ") - 1) & sequenceMask;
      // Byte 6 is the CRC-8; bit 7 of byte 1 is seq[19]
      for (const bit of [48, 15]) {
        bench.cable.ba.inject({ on: "start", frame: "data", flips: [bit] });
        bench.send("partner", 0, 200);
        settle(bench);
      }
      const nacks = log.numbers(message.nack);
      found.is("NACKs", nacks.length, 2);
      found.is("number in the first − last good one", ((nacks[0] ?? -1) - good) & sequenceMask, 0);
      found.is("frames taken for duplicates", device.counter("LLR_RX_DUPLICATE_SEQ"), 0);
      found.is("timers that the peer needed", partner.counters.timeouts, 0);
      lossless(bench, found, 2);
    },
  },
  {
    id: "LLR-6",
    title: "one NACK a gap",
    on: "link",
    required:
      "Behind a gap every frame is dropped silently until the missing one comes; a lost NACK is not repeated",
    source: "LLR receiver, NACK_SENT [SAI, TEST]; NAK_SCHEDULED [PCIE]",
    stimulus:
      "one packet is damaged and the NACK lost on its way; the peer goes on sending until its timer expires",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      bench.cable.ba.inject({ on: "data", frame: "data", skip: 4, flips: [17] });
      bench.cable.ab.setControl({ drop: 1, messages: [message.nack] });
      for (let i = 0; i < few; i++) bench.send("partner", 0, 200);
      bench.until(
        2 * derived(stage, "replayTimerCycles"),
        () => partner.counters.timeouts > 0,
        "the peer's timer expires",
      );
      found.is("NACKs sent, and lost", log.numbers(message.nack).length, 1);
      found.atLeast("frames dropped behind the gap", device.counter("LLR_RX_MISSING_SEQ"), few - 1);
      found.is("delivered before the replay", bench.back.result().matched, 0);
      bench.cable.ab.setControl(null);
      settle(bench);
      found.is("NACKs in all", log.numbers(message.nack).length, 1);
      found.is("timers that the peer needed", partner.counters.timeouts, 1);
      found.is("delivered in order", bench.back.result().matched, few);
      lossless(bench, found);
    },
  },
  {
    id: "LLR-7",
    title: "NACK, sender",
    on: "link",
    required:
      "NACK n frees the frames up to n and sends all from n + 1 again, in order and with their numbers, once the frame on the wire is complete; new frames wait",
    source: "LLR transmitter, NACK n, REPLAY [SAI, SIMJS]; go-back-N [PCIE]",
    stimulus:
      "into a stream of long packets that are not acknowledged the peer sends one NACK, with the number of the first",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      const lanes = dataLanes(stage);
      // The NACK comes while they are still being sent
      const count = Math.floor(
        (0.75 * derived(stage, "outstandingDataMax")) / derived(stage, "maxPacketBytes"),
      );
      silence(bench);
      for (let i = 0; i < count; i++) bench.send("device", lanes[i % lanes.length]!, bench.longest);
      bench.until(roundTrip(stage), () => log.data.length === 2, "two have gone");
      const asked = log.data[0]!.seq;
      partner.sendControl(message.nack, asked);
      bench.until(3 * roundTrip(stage), () => device.counter("LLR_TX_REPLAY") === 1, "the replay begins");
      const before = new Set(log.data.map(({ seq }) => seq)).size;
      const gone = (): boolean => new Set(log.data.map(({ seq }) => seq)).size === count;
      bench.until(4 * roundTrip(stage), gone, "all have gone");
      const order = log.frames.map(({ seq }) => (seq - asked) & sequenceMask);
      const turn = order.findIndex((seq, i) => i > 0 && seq <= order[i - 1]!);
      const again = order.slice(turn);
      const straight = (list: readonly number[]): boolean => list.every((seq, i) => seq === list[0]! + i);
      found.atLeast("new packets that wait for the replay", count - before, 1);
      found.is("replays", device.counter("LLR_TX_REPLAY"), 1);
      found.is("first number again − n", again[0] ?? -1, 1);
      found.yes(
        "numbers run without gap before, through and behind the replay",
        straight(order.slice(0, turn)) && straight(again),
      );
      found.is("frames cut short", log.data.filter(({ length }) => length !== bench.longest + 2).length, 0);
      found.is("timers needed", device.counter("LLR_REPLAY_TIMER_EXPIRED"), 0);
      silence(bench, false);
      settle(bench);
      lossless(bench, found, count);
    },
  },
];
