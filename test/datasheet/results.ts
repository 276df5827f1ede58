/** Results of runs as the commands write them, cut short, and what of them stands on the page. */
import type { SynthFile } from "../../generator/synth/types.ts";
import type {
  ProofResults,
  SimulationResults,
  SynthesisResults,
} from "../../generator/views/datasheet/results.ts";
import type { NicRunResult } from "../../sim/nic/workload-results.ts";
import type { RunResult } from "../../sim/run/results.ts";
import type { SwitchRunResult } from "../../sim/switch/results.ts";

type Fits<Narrow, _Wide extends Narrow> = true;

/** What the page reads is part of what the commands write: the compiler sees to it. */
export const checked: readonly [
  Fits<SimulationResults, RunResult>,
  Fits<SimulationResults, SwitchRunResult>,
  Fits<SimulationResults, NicRunResult>,
  Fits<SynthesisResults, SynthFile>,
] = [true, true, true, true];

const port = {
  sent: { packets: 600 },
  received: { packets: 600 },
  nacksSent: 2,
  replays: 2,
  creditStallCycles: 0,
};

const phase = (name: string, goodputGbps: number, lost: number) => ({
  ...{ name, title: `phase ${name}`, goodputGbps, goodputPercent: goodputGbps / 4, lost },
  ...{ duplicated: 0, reordered: 0, corrupted: 0, failure: lost > 0 ? `${lost} packets lost` : null },
  latencyNs: { min: 340, median: 502, p99: 4533 },
  ports: { p0: port, p1: port },
});

export const simulation: SimulationResults = {
  ...{ name: "link_400g", passed: false, complete: true, seed: 7, cycles: 46_826 },
  ...{ clockMHz: 402.83, datapathBits: 1024, rateGbps: 400, cableMeters: 30 },
  phases: [phase("load", 392.69, 0), phase("errors", 349.5, 3)],
};

export const proofs: ProofResults = {
  device: "link_400g",
  properties: [
    {
      ...{
        proof: "credit_tx",
        property: "never_beyond_credit",
        says: "no lane sends more than was promised",
      },
      ...{ engine: "induction", status: "proved", depth: 1 },
    },
    {
      ...{ proof: "llr_tx", property: "window_kept", says: "the window <is> kept", engine: "bmc" },
      ...{ status: "undecided", detail: "the time ran out" },
    },
  ],
};

const area = { luts: 1234, flipFlops: 5678, lutMemory: 0, blockRams: 7.5, dsps: 0 };

export const synthesis: SynthesisResults = {
  reports: [
    {
      ...{ device: "link_400g", top: "link_400g", target: "xcup", tool: "Yosys 0.23", total: area },
      modules: [{ name: "mac_tx", parameters: "", instances: 1, own: area, through: 6 }],
      place: { tool: "nextpnr", part: "um5g-85k", fmaxMHz: { clk: 61.25 } },
    },
  ],
};
