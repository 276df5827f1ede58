/**
 * The nightly regression: a million packets and more through every link configuration with all faults mixed, each kind of
 * fault alone, links on their lanes, switches, how switches share their outputs, adapters, and hostile packets into adapters.
 * docs/regression.md says how long it takes.
 */
import { defineRegression, type RegressionEntry } from "lanewright";
import { nineSwitch, smallSwitch } from "../test/switch/devices.ts";
import { laneSoakDevices } from "./lane-devices.ts";
import { soakDevices } from "./link-devices.ts";
import { fuzzedNics, soakNics } from "./nic-devices.ts";
import { soakSwitches } from "./switch-devices.ts";

const wanted = 1_000_000;
/** Runs carry a little less than they are given: VL15 is dropped, sessions that end take packets along. */
const margin = 1.1;

const million = ({ description, packets }: (typeof soakDevices)[number]): RegressionEntry => ({
  descriptions: [description],
  packets,
  seeds: Math.ceil((margin * wanted) / packets),
  minimumPackets: wanted,
});

const narrowest = soakDevices.filter(({ description }) =>
  ["narrow", "wide", "plain", "bits64_vl5_icrc"].includes(description.name),
);

export default defineRegression({
  name: "nightly",
  entries: [
    ...soakDevices.map(million),
    ...laneSoakDevices.map(million),
    ...narrowest.map(({ description, packets }) => ({
      ...{ descriptions: [description], packets, seeds: 10 },
      faults: ["none", "bits", "bursts", "control", "flaps", "clients", "sessions"],
    })),
    ...soakSwitches.map(({ description, packets }) => ({
      descriptions: [{ ...description, kind: "switch" as const }],
      packets,
      seeds: 200,
    })),
    {
      descriptions: [{ ...smallSwitch, kind: "switch" }],
      scenarios: ["weights"],
      packets: 100_000,
      seeds: 3,
    },
    { descriptions: [{ ...nineSwitch, kind: "switch" }], scenarios: ["fairness"], packets: 20_000, seeds: 3 },
    ...soakNics.map(({ description, messages }) => ({
      descriptions: [{ ...description, kind: "nic" as const }],
      ...{ packets: messages, seeds: 100, minimumPackets: 100 * messages },
    })),
    ...fuzzedNics.map((description) => {
      // whole adapters, with Ethernet frames, take ten times as long for a packet
      const most = description.frame === "ethernet" ? wanted / 10 : wanted;
      return {
        ...{ descriptions: [{ ...description, kind: "nic" as const }], scenarios: ["fuzz"] },
        ...{ packets: 10_000, seeds: most / 10_000, minimumPackets: most },
      };
    }),
  ],
});
