import type { DerivedId } from "../design/link.ts";
import { type Numbers, type OverrideRule, refuse, warn } from "./numbers.ts";

/** Vacuum: no cable is faster, ns a metre. */
const lightNsPerMeter = 3.33564;

const belowPipeline: (id: DerivedId) => OverrideRule = (id) => (value, n) =>
  value < n.computed(id)
    ? refuse(
        "LW_OVERRIDE_ROUND_TRIP",
        "the pipeline has more registers than that; timers would expire before an answer can come",
        `at least ${n.computed(id)}`,
      )
    : undefined;

const cableNs: OverrideRule = (value, { design }) => {
  const least = Math.round(lightNsPerMeter * design.cableMeters * 100) / 100;
  if (value >= least) return undefined;
  const message = `light takes longer through ${design.cableMeters} m; buffers and timers would be too short`;
  return refuse("LW_OVERRIDE_ROUND_TRIP", message, `at least ${least} ns`);
};

const ackRoundTripNs: OverrideRule = (value, n) => {
  const { phyLatencyNs, rateGbps } = n.design;
  const flight = 2 * (n.value("cableNs") + phyLatencyNs + n.value("handlingNs"));
  const least = Math.ceil(flight + (n.value("maxPacketBytes") * 8) / rateGbps);
  if (value < least) {
    const message = "no answer can come that soon: cable, PHYs, both ends and one longest packet take longer";
    return refuse("LW_OVERRIDE_ROUND_TRIP", message, `at least ${least} ns`);
  }
  const computed = n.computed("ackRoundTripNs");
  if (value >= computed) return undefined;
  const share = Math.round((1000 * value) / computed) / 10;
  const message = `is ${share} % of the worst case: an ACK behind a long packet comes later, and one lane alone may stop`;
  return warn("LW_SLOW_ROUND_TRIP", message, `at least ${Math.ceil(computed)} ns for full rate`);
};

const replayTimerCycles: OverrideRule = (value, n) => {
  const least = n.value("ackRoundTripCycles");
  if (value >= least) return undefined;
  const message =
    "expires before the ACK of a good packet can come: every packet is sent again until the link gives up and flushes";
  return refuse("LW_OVERRIDE_REPLAY_TIMER", message, `at least ${least} cycles (ackRoundTripCycles)`);
};

const replayCountMax: OverrideRule = (value) =>
  value === 0
    ? refuse(
        "LW_OVERRIDE_REPLAY_COUNT",
        "the first error would flush the link, and what was under way is lost",
        "1 ... 255 (255 = no limit)",
      )
    : undefined;

const dataAgeCycles: OverrideRule = (value, n) => {
  if (value === 0) return undefined;
  const oneReplay = 2 * n.value("replayTimerCycles") + n.value("replayDepthBeats");
  if (value < oneReplay) {
    const message = "packets would be flushed before one replay has had its chance";
    return refuse("LW_OVERRIDE_DATA_AGE", message, `0 (off) or at least ${oneReplay} cycles`);
  }
  const computed = n.computed("dataAgeCycles");
  if (value >= computed) return undefined;
  const replays = Math.floor(value / (n.value("replayTimerCycles") + n.value("replayDepthBeats")));
  const message = `gives up after about ${replays} replays, before the replay count of ${n.value("replayCountMax")} does`;
  return warn("LW_EARLY_FLUSH", message, `0 (off) or at least ${computed} cycles`);
};

const linkLostCycles: OverrideRule = (value, n) => {
  const least = n.value("ackRoundTripCycles");
  if (value >= least) return undefined;
  const message = "a short loss of the link would start a new session, and what was under way is lost";
  return refuse("LW_OVERRIDE_LINK_LOST", message, `at least ${least} cycles (ackRoundTripCycles)`);
};

const initIntervalCycles: OverrideRule = (value, n) => {
  const least = n.value("columnsPerBeat");
  return value < least
    ? refuse(
        "LW_OVERRIDE_RANGE",
        "INIT would leave no room for the answers between",
        `at least ${least} cycles`,
      )
    : undefined;
};

const controlSpacingBytes: OverrideRule = (value) =>
  value < 400 || value > 17_296
    ? refuse(
        "LW_OVERRIDE_CONTROL_SPACING",
        "control sets inside a packet must keep the distance that the peer's receiver is built for",
        "400 ... 17296 bytes",
      )
    : undefined;

const creditRefreshCycles: OverrideRule = (value, n) => {
  const { clockMHz, rateGbps, virtualLanes } = n.design;
  const most = Math.floor((262_144 * clockMHz) / 1000);
  if (value === 0 || value > most) {
    const message = "each lane's credit must be repeated at least each 65536 symbol times (262 us)";
    return refuse("LW_OVERRIDE_CREDIT_REFRESH", message, `1 ... ${most} cycles`);
  }
  const share = flowControlShare(value, n);
  if (share <= 0.01) return undefined;
  const enough = Math.ceil((virtualLanes.data * columnsOfFlowControl(n) * 6.4 * clockMHz) / rateGbps);
  const message = `flow-control packets take ${Math.round(share * 1000) / 10} % of the wire`;
  return warn("LW_SLOW_CREDIT_REFRESH", message, `at least ${enough} cycles for 1 %`);
};

/** Columns that a flow-control packet takes: start, 6 bytes and terminate, but not less than a beat. */
function columnsOfFlowControl(n: Numbers): number {
  return Math.max(n.value("columnsPerBeat"), 2);
}

function flowControlShare(refreshCycles: number, n: Numbers): number {
  const { clockMHz, rateGbps, virtualLanes } = n.design;
  const wireNs = (virtualLanes.data * columnsOfFlowControl(n) * 64) / rateGbps;
  return wireNs / ((refreshCycles * 1000) / clockMHz);
}

const creditWatchdogCycles: OverrideRule = (value, n) => {
  const least = 2 * n.value("creditRefreshCycles");
  if (value >= least) return undefined;
  const message = "takes a healthy link down: one lost flow-control packet is enough";
  return refuse("LW_OVERRIDE_CREDIT_WATCHDOG", message, `at least ${least} cycles (2 * creditRefreshCycles)`);
};

/** Rules of latencies, timers and intervals. */
export const timingOverrides: Partial<Record<DerivedId, OverrideRule>> = {
  txPipelineCycles: belowPipeline("txPipelineCycles"),
  rxPipelineCycles: belowPipeline("rxPipelineCycles"),
  handlingNs: belowPipeline("handlingNs"),
  cableNs,
  ackRoundTripNs,
  replayTimerCycles,
  replayCountMax,
  dataAgeCycles,
  linkLostCycles,
  initIntervalCycles,
  controlSpacingBytes,
  creditRefreshCycles,
  creditWatchdogCycles,
};
