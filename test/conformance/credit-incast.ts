/** Credits in a switch: three inputs that want one output. */
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import type { Faults } from "../../sim/run/phase.ts";
import type { SwitchNetwork } from "../../sim/switch/network.ts";
import { longestWireBytes, patternPhase } from "../../sim/switch/phases.ts";
import type { SwitchPhaseResult } from "../../sim/switch/results.ts";
import { runSwitchPhase } from "../../sim/switch/run-phase.ts";
import { openReadySwitch } from "../switch/devices.ts";
import type { Findings, SwitchCase } from "./plan.ts";

const sources = [1, 2, 3];
const target = 4;
/** Packets of each source while traffic is offered, about. */
const packetsEach = 200;

interface Incast {
  readonly result: SwitchPhaseResult;
  /** Part of what came from each source, per cent. */
  readonly shares: readonly number[];
}

/** Hosts 1 to 3 send to host 4 all that their wires carry, for a while; then until all has come. */
async function incast(description: SwitchDescription, faults?: Faults): Promise<Incast> {
  const network = await openReadySwitch(description, { seed: 3 });
  try {
    const { design } = network;
    const bytes = longestWireBytes(design);
    const perCycle = (design.port.rateGbps * 1000) / 8 / design.clockMHz;
    const phase = patternPhase(design, {
      destinations: { kind: "hotspot", target },
      sizes: { kind: "fixed", bytes },
      lanes: [{ vl: 0 }],
      load: 1,
      cycles: Math.ceil((packetsEach * bytes) / perCycle),
      ...(faults !== undefined && { faults }),
    });
    const result = await runSwitchPhase(network, phase);
    return { result, shares: sharesOf(network) };
  } finally {
    network.close();
  }
}

function sharesOf({ board }: SwitchNetwork): number[] {
  const counts = sources.map((source) => board.figures.window({ source, end: target, vl: 0 }).packets);
  const sum = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => (100 * count) / sum);
}

function common({ result }: Incast, found: Findings): void {
  const { ports, lost, duplicated, reordered, corrupted, misrouted } = result;
  const out = ports[`p${target}`]!;
  const drops = Object.values(ports).reduce((sum, port) => {
    return sum + Object.values(port.drops).reduce((a, b) => a + b, 0);
  }, 0);
  found.atLeast("packets delivered", out.received.packets, packetsEach);
  found.is(
    "lost, doubled, reordered, changed or astray",
    lost + duplicated + reordered + corrupted + misrouted,
    0,
  );
  found.is("dropped by the switch", drops, 0);
  found.yes("no buffer overrun, no hang", result.failure === null);
  found.yes("sources held back", result.saturated);
}

export const incastCases: readonly SwitchCase[] = [
  {
    id: "FC-9",
    title: "3:1 incast",
    on: "switch",
    required:
      "Three inputs at full rate for one output: nothing is dropped, the output is full, each input gets a third",
    source: "credits from free space of each hop [IB]; lossless fabric [LW]",
    stimulus: "hosts 1 to 3 offer the full rate each to host 4, longest packets, one lane",
    run: async (description, found) => {
      const run = await incast(description);
      common(run, found);
      found.atLeast("output, % of the wire", run.result.ports[`p${target}`]!.deliveredPercent, 95);
      found.within("smallest share, %", Math.min(...run.shares), 32, 34);
      found.within("largest share, %", Math.max(...run.shares), 33, 35);
      found.is(
        "replays",
        Object.values(run.result.ports).reduce((sum, { replays }) => sum + replays, 0),
        0,
      );
    },
  },
  {
    id: "FC-10",
    title: "3:1 incast with bit errors",
    on: "switch",
    required:
      "The same while every cable makes errors: retry and credits together lose nothing and overrun nothing",
    source: "replay first, credits second [PCIE, UEREV]; FCTBS in the retry order [LW]",
    stimulus: "the same with a bit error rate of 5e-6 on all cables, both ways",
    run: async (description, found) => {
      const run = await incast(description, { ber: 5e-6 });
      common(run, found);
      const ports = Object.values(run.result.ports);
      found.atLeast(
        "bit errors",
        ports.reduce((sum, { bitErrors }) => sum + bitErrors, 0),
        10,
      );
      found.atLeast(
        "NACKs",
        ports.reduce((sum, { nacksSent, nacksReceived }) => sum + nacksSent + nacksReceived, 0),
        3,
      );
    },
  },
];
