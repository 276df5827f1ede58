/** Random runs of two devices joined by lanes: everything that is random follows from one seed. */
import type { LinkDesign } from "../../generator/design/link.ts";
import type { PcsDesign } from "../../generator/design/pcs.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { designOf, openDesign } from "../../sim/driver/device.ts";
import type { Model } from "../../sim/driver/model.ts";
import { bringUp, LinkPair, type Phase, randomPhase, runPhases } from "../../sim/run/index.ts";
import type { LaneWire, LaneWireOptions } from "../../sim/run/lane-wire.ts";
import { Rng, seedText } from "../../sim/traffic/rng.ts";
import { PortRegisters } from "./port-registers.ts";
import { type LaneSoakResult, laneSoakResult } from "./soak-result.ts";

/** What happens on the lanes of a phase beside its errors. */
type Mishap = "none" | "silence" | "slip";

interface LaneScenario {
  readonly lanes: LaneWireOptions;
  readonly phases: readonly { readonly phase: Phase; readonly mishap: Mishap }[];
}

const phaseCount = 4;

/** Draws lanes and phases: each kind of fault is there in some phases and not in others. */
export function drawLaneScenario(design: LinkDesign, packets: number, rng: Rng): LaneScenario {
  const pcs = design.pcs as PcsDesign;
  const { count } = pcs.lanes;
  const t = pcs.derived.correctableSymbols.value;
  const off = (): number => rng.range(-100, 100);
  const order = [...Array(count).keys()];
  for (let at = count - 1; at > 0; at -= 1) {
    const other = rng.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  const phases = Array.from({ length: phaseCount }, (_, index) => {
    const ber = rng.pick([0, 1e-6, 1e-5, 1e-4]);
    const bits = rng.pick([8, 10 * t, 30 * (t + 1), 400 * t]);
    const burst = rng.chance(0.5) ? { bits, perBeat: 1 / rng.range(3000, 30_000) } : undefined;
    const faults = { ber, ...(burst !== undefined && { burst }) };
    const phase = randomPhase(design, { packets: Math.ceil(packets / 2 / phaseCount), faults });
    return {
      phase: { ...phase, name: `random ${index}` },
      mishap: rng.pick(["none", "silence", "slip"] as const),
    };
  });
  return { lanes: { ppm: [off(), off()], devicePpm: [off(), off()], skewNs: rng.below(150), order }, phases };
}

/** Settings with which no trouble on the lanes ends a session: all that is sent must come. */
const patience = { "LINK_LOST_MAX.VALUE": 2 ** 32 - 1, "REPLAY_CT_MAX.VALUE": 255, "DATA_AGE_MAX.VALUE": 0 };

/**
 * Runs one seed on a device. Throws, with the seed and the scenario in words, when anything is lost or wrong.
 * @param open a fresh model of the device; the one for long runs unless given
 */
export async function soakLanes(
  description: LinkDescription,
  seed: number,
  packets: number,
  open: (design: LinkDesign) => Promise<Model> = async (design) => await openDesign(design, undefined),
): Promise<LaneSoakResult> {
  const design = await designOf(description);
  const scenario = drawLaneScenario(design, packets, new Rng(seed).fork("scenario"));
  const pair = new LinkPair(design, [await open(design), await open(design)], {
    seed,
    lanes: scenario.lanes,
  });
  try {
    return await run(pair, scenario, new Rng(seed).fork("mishaps"));
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

async function run(pair: LinkPair, { phases }: LaneScenario, rng: Rng): Promise<LaneSoakResult> {
  const registers = new PortRegisters(pair);
  for (const port of [0, 1] as const)
    for (const [field, value] of Object.entries(patience)) registers.write(port, field, value);
  const down = await bringUp(pair);
  if (down !== null) throw new Error(down);
  const wire = pair.wire as LaneWire;
  const { markerPeriodCodewords, codewordClocks, pcsLaneBits } = (pair.design.pcs as PcsDesign).derived;
  const period = markerPeriodCodewords.value * codewordClocks.value;
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
      const lane = rng.below(pair.design.pcs!.lanes.count);
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
