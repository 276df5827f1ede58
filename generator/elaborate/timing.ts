import type { DerivedId } from "../design/link.ts";
import { latencyStages, sumCycles } from "./latency.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil } = Math;

const txPipelineCycles = rule(
  "txPipelineCycles",
  {
    unit: "cycles",
    formula: "txStages + macTxStages + icrcEndpoint * icrcStages",
    source: "latency budget: packet stream in to MII out, idle link",
  },
  ["macTxStages", "icrcEndpoint"],
  {
    txStages: [sumCycles(latencyStages.tx), "cycles"],
    icrcStages: [sumCycles(latencyStages.txIcrc), "cycles"],
  },
  (n) => n.txStages + n.macTxStages + n.icrcEndpoint * n.icrcStages,
);

const rxPipelineCycles = rule(
  "rxPipelineCycles",
  {
    unit: "cycles",
    formula: "rxStages + icrcEndpoint * icrcStages",
    source: "latency budget: MII in to packet stream out, idle link",
  },
  ["icrcEndpoint"],
  {
    rxStages: [sumCycles(latencyStages.rx), "cycles"],
    icrcStages: [sumCycles(latencyStages.rxIcrc), "cycles"],
  },
  (n) => n.rxStages + n.icrcEndpoint * n.icrcStages,
);

const handlingNs = rule(
  "handlingNs",
  {
    unit: "ns",
    formula: "(txPipelineCycles + rxPipelineCycles) * 1000 / clockMHz",
    source: "time a frame and its answer spend in the pipelines of one end",
  },
  ["txPipelineCycles", "rxPipelineCycles", "clockMHz"],
  {},
  (n) => ((n.txPipelineCycles + n.rxPipelineCycles) * 1000) / n.clockMHz,
);

const cableNs = rule(
  "cableNs",
  {
    unit: "ns",
    formula: "nsPerMeter * cableMeters",
    source: "one way; 5 ns a metre in fibre (refractive index 1.5) and in copper",
  },
  ["cableMeters"],
  { nsPerMeter: [5, "ns/m"] },
  (n) => n.nsPerMeter * n.cableMeters,
);

const ackRoundTripNs = rule(
  "ackRoundTripNs",
  {
    unit: "ns",
    formula:
      "2 * cableNs + 2 * phyLatencyNs + 2 * handlingNs + (2 * maxPacketBytes + controlSpacingBytes) * 8 / rateGbps",
    source:
      "replay buffer sizing: the frame must end before it is judged, its ACK may wait behind one frame and one spacing",
  },
  ["cableNs", "phyLatencyNs", "handlingNs", "maxPacketBytes", "controlSpacingBytes", "rateGbps"],
  {},
  (n) =>
    2 * n.cableNs +
    2 * n.phyLatencyNs +
    2 * n.handlingNs +
    ((2 * n.maxPacketBytes + n.controlSpacingBytes) * 8) / n.rateGbps,
);

const ackRoundTripCycles = rule(
  "ackRoundTripCycles",
  {
    unit: "cycles",
    formula: "ceil(ackRoundTripNs * clockMHz / 1000)",
    source: "the same in cycles of the device",
  },
  ["ackRoundTripNs", "clockMHz"],
  {},
  (n) => ceil((n.ackRoundTripNs * n.clockMHz) / 1000),
);

/** Latencies and the round trip that buffers and timers rest on. */
export const timingRules: readonly Rule<DerivedId>[] = [
  txPipelineCycles,
  rxPipelineCycles,
  handlingNs,
  cableNs,
  ackRoundTripNs,
  ackRoundTripCycles,
];
