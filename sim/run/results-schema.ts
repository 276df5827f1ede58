/** JSON Schema of `results.json`; more keys may come, these stay. */
const count = { type: "integer", minimum: 0 } as const;
const amount = { type: "number", minimum: 0 } as const;
const latency = {
  type: ["object", "null"],
  required: ["min", "median", "p99"],
  properties: { min: amount, median: amount, p99: amount },
} as const;

const figures = {
  lost: count,
  duplicated: count,
  reordered: count,
  corrupted: count,
  goodputGbps: amount,
  goodputPercent: amount,
  latencyNs: latency,
} as const;
const figureNames = Object.keys(figures);

const portCounts = {
  errored: count,
  dropped: count,
  unfinished: count,
  nacksSent: count,
  nacksReceived: count,
  replays: count,
  creditStallCycles: count,
} as const;

const traffic = {
  sent: { type: "object", required: ["packets", "bytes"], additionalProperties: count },
  received: { type: "object", required: ["packets", "bytes", "payloadBytes"], additionalProperties: count },
} as const;

const port = {
  type: "object",
  required: [...figureNames, ...Object.keys(portCounts), "sent", "received"],
  properties: { ...figures, ...portCounts, ...traffic },
} as const;

const phasePort = {
  ...port,
  required: [...port.required, "channel", "counters"],
  properties: {
    ...port.properties,
    channel: { type: "object", additionalProperties: count },
    counters: { type: "object", additionalProperties: count },
  },
} as const;

const portsOf = (one: object) =>
  ({ type: "object", required: ["p0", "p1"], properties: { p0: one, p1: one } }) as const;

const phase = {
  type: "object",
  required: [
    ...figureNames,
    ...["name", "title", "faults", "firstCycle", "offeredCycles", "drainCycles", "ports"],
    ...["failure", "firstProblemCycle", "interrupted"],
  ],
  properties: {
    ...figures,
    name: { type: "string" },
    title: { type: "string" },
    faults: {
      type: "object",
      required: ["ber", "burstBits", "burstsPerBeat"],
      additionalProperties: amount,
    },
    firstCycle: count,
    offeredCycles: count,
    drainCycles: count,
    ports: portsOf(phasePort),
    failure: { type: ["string", "null"] },
    firstProblemCycle: { type: ["integer", "null"], minimum: 0 },
    interrupted: { type: "boolean" },
  },
} as const;

export const runResultSchema = {
  type: "object",
  required: [
    ...figureNames,
    ...["name", "passed", "complete", "rateGbps", "clockMHz", "datapathBits", "cableMeters", "seed"],
    ...["cycles", "cyclesPerSecond", "headline", "ports", "phases"],
  ],
  properties: {
    ...figures,
    name: { type: "string" },
    passed: { type: "boolean" },
    complete: { type: "boolean" },
    rateGbps: amount,
    clockMHz: amount,
    datapathBits: count,
    cableMeters: amount,
    seed: { type: "integer", minimum: 0, maximum: 0xffffffff },
    cycles: count,
    cyclesPerSecond: count,
    headline: { type: "string" },
    ports: portsOf(port),
    phases: { type: "array", items: phase },
  },
} as const;
