/** Switches that the soak runs over: widths, lanes, schedulers and buffers differ, all are small. */
import type { SwitchDescription } from "../generator/dsl/switch-description.ts";
import { smallSwitch } from "../test/switch/devices.ts";

export interface SoakSwitch {
  readonly description: SwitchDescription;
  /** Packets of each host in one run. */
  readonly packets: number;
}

const base = { clockMHz: 400, tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 4 } };

export const soakSwitches: readonly SoakSwitch[] = [
  { description: smallSwitch, packets: 250 },
  {
    description: {
      ...base,
      name: "soak_128",
      datapathBits: 128,
      mtuBytes: 512,
      ports: { count: 2, rateGbps: 50, cableMeters: 1 },
      virtualLanes: { data: 1 },
      scheduler: { kind: "wavefront" },
    },
    packets: 250,
  },
  {
    description: {
      ...base,
      name: "soak_256",
      datapathBits: 256,
      mtuBytes: 1024,
      ports: { count: 5, rateGbps: 100, cableMeters: 10 },
      virtualLanes: { data: 4 },
      scheduler: { iterations: 2 },
      memoryProtection: "secded",
    },
    packets: 250,
  },
  {
    description: {
      ...base,
      name: "soak_sf",
      datapathBits: 64,
      mtuBytes: 256,
      ports: { count: 3, rateGbps: 25, cableMeters: 2 },
      virtualLanes: { data: 2 },
      forwarding: "store-and-forward",
      memoryProtection: "secded",
    },
    packets: 250,
  },
];
