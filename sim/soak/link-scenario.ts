/** What a soak run does, drawn at random for a design. */
import type { LinkDesign } from "../../generator/design/link.ts";
import type { BurstOptions, ControlFaultOptions } from "../bfm/channel.ts";
import type { Rng } from "../traffic/rng.ts";

/** Kinds of trouble that a run may have: all of them as drawn, none, or one of them alone. */
export const linkFaults = [
  "mixed",
  "none",
  "bits",
  "bursts",
  "control",
  "flaps",
  "clients",
  "sessions",
] as const;
export type LinkFaults = (typeof linkFaults)[number];

export interface Scenario {
  readonly delayCycles: number;
  readonly throttle: number;
  readonly ber: number;
  readonly burst: BurstOptions | null;
  readonly control: ControlFaultOptions | null;
  /** Mean cycles between flaps and other events, longest flap. */
  readonly flapEvery: number;
  readonly flapCycles: number;
  readonly flaps: boolean;
  /** Clients refuse some lanes for a while; ends start their session anew. */
  readonly withhold: boolean;
  readonly restart: boolean;
  readonly stall: number;
  readonly backpressure: number;
  /** Probability that a client gives a packet up in its last beat. */
  readonly poison: number;
  readonly vls: readonly number[];
  /** Ranges of packet bytes, one is drawn for each packet. */
  readonly sizes: readonly { readonly low: number; readonly high: number }[];
  readonly settings: readonly { readonly field: string; readonly value: number }[];
  /** Cycles after which no new packets are made. */
  readonly cycleLimit: number;
}

const off = 0;

/** Draws a scenario. Each kind of fault is there in some runs and not in others; all of them together are usual. */
export function drawScenario(design: LinkDesign, rng: Rng): Scenario {
  const value = (id: keyof typeof design.derived): number => design.derived[id].value;
  const often = (probability: number, yes: () => number): number => (rng.chance(probability) ? yes() : off);
  const longest = value("maxPacketBytes") - 2;
  const roundTrip = value("ackRoundTripCycles");
  const beatBits = design.datapathBits + design.datapathBits / 8;
  const delayCycles = rng.below(Math.max(2, Math.floor(roundTrip / 3)));
  /** A frame in 20 damaged at worst, by errors each frame for itself. */
  const worstBer = 0.05 / (Math.min(longest, 600) * 9);
  const control = rng.chance(0.5)
    ? { drop: rng.pick([0, 0.02, 0.2]), repeat: rng.pick([0, 0.05, 0.2]), swap: rng.pick([0, 0.02, 0.1]) }
    : null;
  const burst = rng.chance(0.5)
    ? { bits: rng.pick([20, 300, 4 * beatBits, 40 * beatBits]), perBeat: 1 / (rng.range(8, 60) * roundTrip) }
    : null;
  const lanes = [...Array(design.virtualLanes.data).keys()];
  const vls = rng.chance(0.3) ? [rng.pick(lanes), rng.pick(lanes)] : lanes;
  const sizes = [
    { low: 24, high: longest },
    { low: 24, high: 64 },
    { low: 24, high: Math.min(longest, 512) },
    { low: longest - 40, high: longest },
  ];
  const updates = value("creditUpdateBlocks");
  const settings = [
    { field: "CREDIT_UPDATE.VALUE", value: rng.pick([1, updates >> 2, updates, updates]) },
    { field: "CREDIT_REFRESH.VALUE", value: rng.range(roundTrip, value("creditRefreshCycles")) },
  ];
  if (design.retry === "llr") {
    const replay = value("replayTimerCycles");
    settings.push({ field: "REPLAY_TIMER_MAX.VALUE", value: rng.range(replay >> 1, replay) });
    settings.push({ field: "REPLAY_CT_MAX.VALUE", value: 255 });
    settings.push({ field: "DATA_AGE_MAX.VALUE", value: 0 });
    if (rng.chance(0.3))
      settings.push({ field: "OUTSTANDING_SEQ_MAX.VALUE", value: rng.range(4, value("outstandingSeqMax")) });
  }
  return {
    delayCycles,
    throttle: rng.pick([1, 1, 0.97, 0.8]),
    ber: often(0.7, () => worstBer * rng.float() ** 3),
    burst,
    control,
    flapEvery: rng.pick([3000, 10_000, 30_000]),
    flapCycles: rng.pick([3, roundTrip, 4 * roundTrip]),
    flaps: true,
    withhold: rng.chance(0.4),
    restart: rng.chance(0.25),
    stall: often(0.5, () => rng.float() * 0.5),
    backpressure: often(0.5, () => rng.float() * 0.6),
    poison: often(0.3, () => 0.05),
    vls: rng.chance(0.5) ? [...vls, 15] : vls,
    sizes: rng.chance(0.5) ? sizes : [rng.pick(sizes)],
    settings,
    cycleLimit: 2_000_000,
  };
}

/** A scenario with one kind of trouble alone, and with all of it: what the draw has left out is put in. */
export function withFaults(scenario: Scenario, faults: LinkFaults, design: LinkDesign, rng: Rng): Scenario {
  if (faults === "mixed") return scenario;
  const calm: Scenario = {
    ...scenario,
    ...{ ber: 0, burst: null, control: null, flaps: false },
    ...{ withhold: false, restart: false, stall: 0, backpressure: 0, poison: 0 },
  };
  const roundTrip = design.derived.ackRoundTripCycles.value;
  switch (faults) {
    case "none":
      return calm;
    case "bits":
      return { ...calm, ber: 10 ** -(4.5 + 2 * rng.float()) };
    case "bursts":
      return {
        ...calm,
        burst: scenario.burst ?? { bits: rng.pick([20, 300]), perBeat: 1 / (20 * roundTrip) },
      };
    case "control":
      return { ...calm, control: { drop: 0.1, repeat: 0.1, swap: 0.05 } };
    case "flaps":
      return { ...calm, flaps: true };
    case "clients":
      return { ...calm, withhold: true, stall: 0.3, backpressure: 0.4, poison: 0.05 };
    case "sessions":
      return { ...calm, restart: true };
  }
}
