/** Two adapters on a cable under random load: operations, sizes, queue pairs and errors follow from the seed. */
import type { NicDesign } from "../../generator/design/nic.ts";
import type { NicDescription } from "../../generator/dsl/nic-description.ts";
import { elaborateNic } from "../../generator/elaborate/index.ts";
import { openDesign } from "../driver/device.ts";
import { NicPair } from "../nic/nic-pair.ts";
import { runNicPhases } from "../nic/run-workload.ts";
import type { NicPhase } from "../nic/workload-bed.ts";
import { workloadPatterns } from "../nic/workload-flow.ts";
import { Rng } from "../traffic/rng.ts";

/** Bit errors and slow host memory, or neither. */
export const nicFaults = ["mixed", "none"] as const;
export type NicFaults = (typeof nicFaults)[number];

export interface NicSoakResult {
  /** Messages, each complete once and right. */
  readonly messages: number;
  readonly replays: number;
  readonly retries: number;
}

/** Messages of a phase at most: sizes and queue pairs change with the next one. */
const phaseMessages = 400;
const queuePairsAtMost = 8;

function phasesOf(design: NicDesign, rng: Rng, messages: number, faults: NicFaults): readonly NicPhase[] {
  const phases: NicPhase[] = [];
  for (let left = messages; left > 0; ) {
    const queuePairs = rng.range(1, Math.min(queuePairsAtMost, design.queuePairs - 2));
    const each = Math.max(1, Math.floor(Math.min(left, phaseMessages) / queuePairs / 2));
    const pattern = rng.chance(0.5) ? "mixed" : workloadPatterns[rng.below(workloadPatterns.length)]!;
    const messageBytes = rng.chance(0.5) ? rng.range(1, 64) : rng.range(65, 3 * design.mtuBytes);
    phases.push({
      ...{ name: `phase ${phases.length + 1}`, title: `${pattern}, ${messageBytes} bytes`, pattern },
      ...{ messageBytes, queuePairs, cycles: 1e9, messages: each },
      ...(faults === "mixed" && rng.chance(0.7) && { faults: { ber: 2 ** -rng.range(15, 22) } }),
    });
    left -= 2 * each * queuePairs;
  }
  return phases;
}

/** @throws Error that tells what went wrong first */
export async function soakNic(
  description: NicDescription,
  seed: number,
  messages: number,
  faults: NicFaults,
): Promise<NicSoakResult> {
  const design = elaborateNic(description);
  const rng = new Rng(seed);
  const open = () => openDesign(design, undefined, { quick: true });
  const slow = faults === "mixed" ? { ar: 0.2, r: 0.1, aw: 0.2, w: 0.1, b: 0.2 } : {};
  const latency = [1, rng.range(1, 100)] as const;
  const memory = { readLatency: latency, writeLatency: latency, stalls: slow };
  const pair = new NicPair(design, [await open(), await open()], { seed: rng.next(), memory });
  try {
    const result = await runNicPhases(pair, phasesOf(design, rng, messages, faults), { seed: rng.next() });
    const wrong = result.phases.find(({ failure }) => failure !== null);
    if (wrong !== undefined) throw new Error(`${wrong.name} (${wrong.title}): ${wrong.failure}`);
    const ports = result.phases.flatMap((phase) => [phase.ports.p0, phase.ports.p1]);
    const sum = (of: (port: (typeof ports)[number]) => number): number =>
      ports.reduce((total, port) => total + of(port), 0);
    return {
      messages: result.messages,
      replays: sum(({ replays }) => replays),
      retries: sum((port) => port.retries),
    };
  } finally {
    pair.close();
  }
}
