/** Retry: the limits of the window, and a round trip of 500 m. */
import type { LinkDesign } from "../../generator/design/link.ts";
import { openModel } from "../../sim/driver/model.ts";
import { LinkPair, loadPhase, type PhaseResult, runPhases } from "../../sim/run/index.ts";
import { limitsOf } from "../../sim/run/limits.ts";
import {
  dataLanes,
  derived,
  lossless,
  openStage,
  roundTrip,
  type StageBench,
  settle,
  silence,
} from "./bench.ts";
import type { Findings, LinkCase, LinkStage } from "./plan.ts";

const noTimer = 0xff_ffff;

interface Unanswered {
  /** Frames, and their bytes, that went without an answer. */
  readonly frames: number;
  readonly bytes: number;
}

/** What the device sends into a silence until it sends no more; afterwards the partner answers, and all comes. */
function sendUnanswered(
  stage: LinkStage,
  { bench, log }: StageBench,
  bytesEach: number,
  found: Findings,
): Unanswered {
  const { device } = bench;
  device.write("REPLAY_TIMER_MAX.VALUE", noTimer);
  device.write("DATA_AGE_MAX.VALUE", 0);
  settle(bench);
  silence(bench);
  log.clear();
  bench.load("device", { vls: dataLanes(stage), low: bytesEach, high: bytesEach });
  let last = -1;
  while (log.frames.length > last) {
    last = log.frames.length;
    bench.run(2 * roundTrip(stage));
  }
  const frames = log.frames.length;
  const bytes = log.frames.reduce((sum, { length }) => sum + length, 0);
  silence(bench, false);
  bench.run(2 * roundTrip(stage));
  found.atLeast("more frames once it is answered", log.frames.length - frames, 1);
  settle(bench);
  return { frames, bytes };
}

/** Lanes at full load over a cable of this length. */
async function overCable(
  { device, design }: LinkStage,
  cableMeters: number,
  vls: readonly number[],
): Promise<PhaseResult> {
  const cable: LinkDesign = { ...design, cableMeters };
  const pair = new LinkPair(cable, [openModel(device.built), openModel(device.built)], { seed: 5 });
  try {
    const { phases } = await runPhases(pair, [loadPhase(design, { vls, cycles: 30_000 })]);
    return phases[0]!;
  } finally {
    pair.close();
  }
}

export const windowCases: readonly LinkCase[] = [
  {
    id: "LLR-16",
    title: "window limit in packets",
    on: "link",
    required:
      "Never more than outstanding_seq_max frames without acknowledgement; frames wait when it is reached",
    source: "outstanding_seq, outstanding_seq_max [SAI, OTG]",
    stimulus: "a sixteenth of the derived limit is set; small packets without end into a silent peer",
    run: async (stage, found) => {
      const opened = await openStage(stage);
      const { device } = opened.bench;
      const most = derived(stage, "outstandingSeqMax");
      found.is("OUTSTANDING_SEQ_MAX", device.read("OUTSTANDING_SEQ_MAX.VALUE"), most, "outstandingSeqMax");
      const limit = most >> 4;
      device.write("OUTSTANDING_SEQ_MAX.VALUE", limit);
      const { frames } = sendUnanswered(stage, opened, 60, found);
      // The last place or two stay free: frames are chosen before they have a number
      found.within("frames without answer", frames, limit - 2, limit);
      lossless(opened.bench, found, limit);
    },
  },
  {
    id: "LLR-17",
    title: "window limit in bytes",
    on: "link",
    required:
      "Never more than outstanding_data_max bytes without acknowledgement; frames wait when it is reached",
    source: "outstanding_data_max, bound of the replay buffer [SAI, OTG]",
    stimulus: "long packets without end into a silent peer, with the derived limit and with a quarter of it",
    run: async (stage, found) => {
      const opened = await openStage(stage);
      const { device } = opened.bench;
      const most = derived(stage, "outstandingDataMax");
      const longest = derived(stage, "maxPacketBeats") * derived(stage, "beatBytes");
      found.is("OUTSTANDING_DATA_MAX", device.read("OUTSTANDING_DATA_MAX.VALUE"), most, "outstandingDataMax");
      for (const limit of [most, most / 4]) {
        device.write("OUTSTANDING_DATA_MAX.VALUE", limit);
        const { bytes } = sendUnanswered(stage, opened, opened.bench.longest, found);
        found.within("bytes without answer", bytes, limit - 4 * longest, limit);
      }
      lossless(opened.bench, found);
    },
  },
  {
    id: "LLR-20",
    title: "500 m round trip without stall",
    on: "link",
    required:
      "Over 500 m the wire is as full as over 0 m, by one lane alone too: replay buffer and credits cover the round trip",
    source: "B ≥ R T_ack + L [SLING, LW]; 99 % of the rate at 0 m [LW]",
    stimulus:
      "two devices at full load both ways: all lanes over 500 m, one lane over 500 m and over 0 m of cable",
    run: async (stage, found) => {
      const { design } = stage;
      const all = await overCable(stage, design.cableMeters, dataLanes(stage));
      const far = await overCable(stage, design.cableMeters, [0]);
      const near = await overCable(stage, 0, [0]);
      const sum = (
        pick: (port: PhaseResult["ports"]["p0"]) => number,
        results: readonly PhaseResult[],
      ): number => results.reduce((total, { ports }) => total + pick(ports.p0) + pick(ports.p1), 0);
      const stalls = ({ creditStallCycles }: { creditStallCycles: number }): number => creditStallCycles;
      const { delayCycles } = limitsOf(design);
      const roundTripCycles = derived(stage, "ackRoundTripCycles");
      found.atMost("cycles of the cable and the PHYs, both ways", 2 * delayCycles, roundTripCycles);
      found.is("all lanes: cycles without credit", sum(stalls, [all]), 0);
      found.atLeast(
        "all lanes: goodput, % of one lane at 0 m",
        (100 * all.goodputGbps) / near.goodputGbps,
        99,
      );
      found.atLeast("one lane: goodput, % of that at 0 m", (100 * far.goodputGbps) / near.goodputGbps, 99);
      found.note("one lane: cycles without credit", sum(stalls, [far]));
      found.is(
        "replays",
        sum(({ replays }) => replays, [all, far]),
        0,
      );
      const bad = [all, far].reduce((n, r) => n + r.lost + r.duplicated + r.reordered + r.corrupted, 0);
      found.is("lost, doubled, reordered or changed", bad, 0);
      const inFlight = (design.rateGbps / 8) * derived(stage, "ackRoundTripNs");
      found.atLeast("replayBytes", derived(stage, "replayBytes"), Math.ceil(inFlight));
    },
  },
];
