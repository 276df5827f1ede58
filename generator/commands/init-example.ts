const numbers = {
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
} as const;

/** The example in TypeScript, with a comment on everything that a user may want to change. */
export function exampleScript(name: string): string {
  return `import { defineLink } from "lanewright";

/** A ${numbers.rateGbps}G link port. Units are part of the names; \`lanewright schema\` has the ranges. */
export default defineLink({
  // Name of the device and of its top module: a lower-case Verilog identifier.
  name: "${name}",

  // Width times clock must reach the rate of the wire.
  clockMHz: ${numbers.clockMHz},
  datapathBits: ${numbers.datapathBits}, // 64, 128, 256, 512, 1024 or 2048
  rateGbps: ${numbers.rateGbps}, // 10 ... 800

  // Largest payload of a packet, and the longest cable: buffers and timers follow from them.
  mtuBytes: ${numbers.mtuBytes},
  cableMeters: ${numbers.cableMeters},

  // What follows has these defaults.
  // retry: "llr", // or "none"
  // forwarding: "cut-through", // or "store-and-forward": a bad packet is never passed on
  // icrc: "pass", // or "endpoint": append it when sending, check and strip it when receiving
  // phyLatencyNs: 150, // one direction, both PHYs

  // Data lanes beside VL15, and how the wire is shared between them.
  virtualLanes: {
    data: 2,
    arbitration: {
      high: [{ vl: 0, weight: 64 }], // weights count units of 64 bytes
      low: [
        { vl: 0, weight: 64 },
        { vl: 1, weight: 64 },
      ],
      highLimit: 10, // 40 KiB from the high table, then one packet from the low one
    },
  },

  // Every derived number can be set by hand; \`lanewright explain\` lists them with their formulas.
  // derived: { replayDepthBeats: 1024 },
});
`;
}

/** The same device in JSON, which has no room for comments. */
export function exampleJson(name: string): string {
  const virtualLanes = {
    data: 2,
    arbitration: {
      high: [{ vl: 0, weight: 64 }],
      low: [
        { vl: 0, weight: 64 },
        { vl: 1, weight: 64 },
      ],
      highLimit: 10,
    },
  };
  return `${JSON.stringify({ kind: "link", name, ...numbers, virtualLanes }, null, 2)}\n`;
}
