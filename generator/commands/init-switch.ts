const numbers = { clockMHz: 402.83, datapathBits: 1024, mtuBytes: 4096 } as const;
const ports = { count: 4, rateGbps: 400, cableMeters: 30 } as const;
const tables = { unicastEntries: 1024, multicastEntries: 64, partitionKeys: 4 } as const;

/** The example in TypeScript, with a comment on everything that a user may want to change. */
export function switchScript(name: string): string {
  return `import { defineSwitch } from "lanewright";

/** ${ports.count} ports of ${ports.rateGbps}G. Units are part of the names; \`lanewright schema switch\` has the ranges. */
export default defineSwitch({
  // Name of the device and of its top module: a lower-case Verilog identifier.
  name: "${name}",

  // Width times clock must reach the rate of a port.
  clockMHz: ${numbers.clockMHz},
  datapathBits: ${numbers.datapathBits}, // 64, 128, 256, 512, 1024 or 2048

  // Largest payload of a packet, and the longest cable: buffers and timers follow from them.
  mtuBytes: ${numbers.mtuBytes},
  ports: {
    count: ${ports.count}, // 2 ... 80; port 0, for management, is always there beside them
    rateGbps: ${ports.rateGbps}, // 10 ... 800
    cableMeters: ${ports.cableMeters},
  },

  // Data lanes beside VL15, and how each wire is shared between them.
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

  // Rows of the tables that a subnet manager fills in.
  tables: {
    unicastEntries: ${tables.unicastEntries}, // DLIDs below it; 64 ... 49152, a multiple of 64
    multicastEntries: ${tables.multicastEntries}, // MLIDs from 0xC000 on; 0 ... 16384
    partitionKeys: ${tables.partitionKeys}, // of each port, 1 ... 32
  },

  // What follows has these defaults.
  // scheduler: { kind: "islip", iterations: 1 }, // up to 4 iterations; or kind: "wavefront"
  // forwarding: "cut-through", // or "store-and-forward": a bad packet is never passed on
  // retry: "llr", // or "none"
  // memoryProtection: "none", // or "secded": one wrong bit of a word is corrected, two are found

  // Every derived number can be set by hand; \`lanewright explain\` lists them with their formulas.
  // derived: { crossbarStages: 2 },
});
`;
}

/** The same device in JSON, which has no room for comments. */
export function switchJson(name: string): string {
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
  return `${JSON.stringify({ kind: "switch", name, ...numbers, ports, virtualLanes, tables }, null, 2)}\n`;
}
