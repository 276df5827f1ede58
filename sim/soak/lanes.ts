/** Random runs of two devices joined by lanes: everything that is random follows from one seed. */

import type { AnyPcsDesign } from "../../generator/design/any-pcs.ts";
import type { LinkDesign } from "../../generator/design/link.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { designOf, openDesign } from "../driver/device.ts";
import type { Model } from "../driver/model.ts";
import { bringUp, LinkPair, type Phase, randomPhase, runPhases } from "../run/index.ts";
import type { LaneWire, LaneWireOptions } from "../run/lane-wire.ts";
import { Rng, seedText } from "../traffic/rng.ts";
import { type LaneSoakResult, laneSoakResult } from "./lanes-result.ts";
import { PortRegisters } from "./port-registers.ts";

/** Kinds of trouble that a run may have: all of them as drawn, none, or one of them alone. */
export const laneFaults = ["mixed", "none", "bits", "bursts", "silence", "slips"] as const;
export type LaneFaults = (typeof laneFaults)[number];

export interface LaneSoakOptions {
  readonly faults?: LaneFaults;
  /** A fresh model of the device; the one for long runs unless given. */
  readonly open?: (design: LinkDesign) => Promise<Model>;
}

/** What happens on the lanes of a phase beside its errors. */
type Mishap = "none" | "silence" | "slip";

interface LaneScenario {
  readonly lanes: LaneWireOptions;
  readonly phases: readonly { readonly phase: Phase; readonly mishap: Mishap }[];
}

const phaseCount = 4;

/** Symbols of a codeword that can be corrected; 0 without FEC. */
const correctable = (pcs: AnyPcsDesign): number =>
  pcs.kind === "base-r" ? 0 : pcs.derived.correctableSymbols.value;

/** Words of the lanes from alignment marker to alignment marker. */
function markerPeriodWords(pcs: AnyPcsDesign): number {
  if (pcs.kind === "base-r")
    return (66 * pcs.derived.markerPeriodBlocks.value) / pcs.derived.pcsLaneBits.value;
  return pcs.derived.markerPeriodCodewords.value * pcs.derived.codewordClocks.value;
}

/** Bit error rates that leave something to be carried: a FEC takes more. */
const rates = (t: number): readonly number[] => (t === 0 ? [0, 1e-7, 1e-6, 1e-5] : [0, 1e-6, 1e-5, 1e-4]);

/** Draws lanes and phases: each kind of fault is there in some phases and not in others. */
export function drawLaneScenario(
  design: LinkDesign & { readonly pcs: AnyPcsDesign },
  packets: number,
  rng: Rng,
  trouble: LaneFaults = "mixed",
): LaneScenario {
  const { count } = design.pcs.lanes;
  const t = correctable(design.pcs);
  const mixed = trouble === "mixed";
  const off = (): number => rng.range(-100, 100);
  const order = [...Array(count).keys()];
  for (let at = count - 1; at > 0; at -= 1) {
    const other = rng.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  const phases = Array.from({ length: phaseCount }, (_, index) => {
    const drawn = rng.pick(rates(t));
    const ber = mixed ? drawn : trouble === "bits" ? Math.max(drawn, 1e-6) : 0;
    const bits = rng.pick([8, Math.max(16, 10 * t), 30 * (t + 1), Math.max(80, 400 * t)]);
    const isBurst = mixed ? rng.chance(0.5) : trouble === "bursts";
    const burst = isBurst ? { bits, perBeat: 1 / rng.range(3000, 30_000) } : undefined;
    const faults = { ber, ...(burst !== undefined && { burst }) };
    const phase = randomPhase(design, { packets: Math.ceil(packets / 2 / phaseCount), faults });
    return {
      phase: { ...phase, name: `random ${index}` },
      mishap: mishapOf(trouble, rng.pick(["none", "silence", "slip"] as const)),
    };
  });
  return { lanes: { ppm: [off(), off()], devicePpm: [off(), off()], skewNs: rng.below(150), order }, phases };
}

function mishapOf(trouble: LaneFaults, drawn: Mishap): Mishap {
  if (trouble === "mixed") return drawn;
  return trouble === "silence" ? "silence" : trouble === "slips" ? "slip" : "none";
}

/** Settings with which no trouble on the lanes ends a session: all that is sent must come. */
const patience = { "LINK_LOST_MAX.VALUE": 2 ** 32 - 1, "REPLAY_CT_MAX.VALUE": 255, "DATA_AGE_MAX.VALUE": 0 };

/** Runs one seed on a device. Throws, with the seed and the scenario in words, when anything is lost or wrong. */
export async function soakLanes(
  description: LinkDescription,
  seed: number,
  packets: number,
  { faults = "mixed", open = async (design) => await openDesign(design, undefined) }: LaneSoakOptions = {},
): Promise<LaneSoakResult> {
  const design = await designOf(description);
  const { pcs } = design;
  if (pcs === null) throw new Error(`${design.name} has no lanes`);
  const scenario = drawLaneScenario({ ...design, pcs }, packets, new Rng(seed).fork("scenario"), faults);
  const pair = new LinkPair(design, [await open(design), await open(design)], {
    seed,
    lanes: scenario.lanes,
  });
  try {
    return await run(pair, pcs, scenario, new Rng(seed).fork("mishaps"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const told = JSON.stringify(scenario);
    throw new Error(`${description.name}, seed ${seedText(seed)}, cycle ${pair.cycle}: ${reason}\n${told}`, {
      cause,
    });
  } finally {
    pair.close();
  }
}

async function run(
  pair: LinkPair,
  pcs: AnyPcsDesign,
  { phases }: LaneScenario,
  rng: Rng,
): Promise<LaneSoakResult> {
  const registers = new PortRegisters(pair);
  for (const port of [0, 1] as const)
    for (const [field, value] of Object.entries(patience)) registers.write(port, field, value);
  const down = await bringUp(pair);
  if (down !== null) throw new Error(down);
  const wire = pair.wire as LaneWire;
  const { pcsLaneBits } = pcs.derived;
  const period = Math.round(markerPeriodWords(pcs));
  const plain = pair.tick.bind(pair);
  const results = [];
  let mishaps = 0;
  for (const { phase, mishap } of phases) {
    let left = mishap === "none" ? Number.POSITIVE_INFINITY : rng.range(200, 2000);
    pair.tick = () => {
      plain();
      left -= 1;
      if (left !== 0) return;
      mishaps += 1;
      const channel = wire.channels[rng.below(2)]!;
      const lane = rng.below(pcs.lanes.count);
      if (mishap === "silence") channel.silence(lane, rng.range(1, 2 * period));
      else channel.slip(lane, rng.pick([1, -1, rng.range(-pcsLaneBits.value, pcsLaneBits.value)]));
    };
    const { phases: done } = await runPhases(pair, [phase]);
    const { failure } = done[0]!;
    if (failure !== null) throw new Error(`${phase.name}, ${mishap}: ${failure}`);
    results.push(done[0]!);
  }
  return laneSoakResult(results, mishaps);
}
