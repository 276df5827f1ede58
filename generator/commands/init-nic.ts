const numbers = { clockMHz: 402.83, datapathBits: 256, mtuBytes: 4096 } as const;
const state = { queuePairs: 64, completionQueues: 64, memoryRegions: 256 } as const;
const port = { rateGbps: 100, cableMeters: 3 } as const;

/** The example in TypeScript, with a comment on everything that a user may want to change. */
export function nicScript(name: string): string {
  return `import { defineNic } from "lanewright";

/** An adapter of ${port.rateGbps}G. Units are part of the names; \`lanewright schema nic\` has the ranges. */
export default defineNic({
  // Name of the device and of its top module: a lower-case Verilog identifier.
  name: "${name}",

  // Width times clock must reach the rate of the wire; host memory has the same width.
  clockMHz: ${numbers.clockMHz},
  datapathBits: ${numbers.datapathBits}, // 128, 256, 512 or 1024

  // Largest path MTU.
  mtuBytes: ${numbers.mtuBytes}, // 256, 512, 1024, 2048 or 4096

  // What is kept in block RAM; \`lanewright explain\` shows how much that is.
  queuePairs: ${state.queuePairs}, // 16 ... 16384, a power of two; 0 and 1 are for management
  completionQueues: ${state.completionQueues},
  memoryRegions: ${state.memoryRegions},

  port: {
    rateGbps: ${port.rateGbps}, // 10 ... 800
    cableMeters: ${port.cableMeters},
  },

  // Data lanes beside VL15.
  virtualLanes: { data: 2 },

  // What follows has these defaults.
  // host: { outstandingReads: 16 }, // read bursts on their way, for the latency of host memory
  // requester: { outstandingReads: 16, scatterGather: 2 }, // or 6 pieces: work requests of 128 bytes
  // responder: { outstandingReads: 16 },
  // retry: "llr", // or "none"
  // memoryProtection: "none", // or "secded": one wrong bit of a word is corrected, two are found
});
`;
}

/** The same device in JSON, which has no room for comments. */
export function nicJson(name: string): string {
  const virtualLanes = { data: 2 };
  return `${JSON.stringify({ kind: "nic", name, ...numbers, ...state, port, virtualLanes }, null, 2)}\n`;
}
