/** The scenarios that come with Lanewright, by name. */
import type { AnyDescription } from "../../generator/dsl/switch-description.ts";
import { fuzzNic } from "../fuzz/nic.ts";
import { type LaneFaults, laneFaults, soakLanes } from "../soak/lanes.ts";
import { soak } from "../soak/link.ts";
import { type LinkFaults, linkFaults } from "../soak/link-scenario.ts";
import { type NicFaults, nicFaults, soakNic } from "../soak/nic.ts";
import { fairnessOfInputs, type ShareResult, weightsOfLanes } from "../soak/sharing.ts";
import { type SwitchFaults, soakSwitch, switchFaults } from "../soak/switch.ts";
import type { RegressionScenario, ScenarioResult } from "./scenario.ts";

/** Everything at once, at random: a link at its MII, a link on its lanes, a switch with hosts, two adapters. */
const soakAny: RegressionScenario = {
  faults: (design) => {
    if (design.kind === "nic") return design.port.pcs === null ? nicFaults : [];
    if (design.kind === "switch") return switchFaults;
    return design.pcs === null ? linkFaults : laneFaults;
  },
  run: async ({ description, seed, packets, faults }) => {
    if (description.kind === "switch") {
      const trouble = faults as SwitchFaults;
      const result = await soakSwitch(description, seed, packets, { faults: trouble });
      return { packets: result.packets, note: `${result.nacks} NACKs, ${result.swaps} table changes` };
    }
    if (description.kind === "nic") {
      const result = await soakNic(description, seed, packets, faults as NicFaults);
      return { packets: result.messages, note: `${result.replays} replays, ${result.retries} retries` };
    }
    if (description.phy === "pcs") {
      const result = await soakLanes(description, seed, packets, { faults: faults as LaneFaults });
      const { replays, uncorrectable, lockLost } = result;
      const note = `${replays} replays, ${uncorrectable} codewords not corrected, aligned anew ${lockLost} times`;
      return { packets: result.packets, note };
    }
    const result = await soak(description, seed, packets, faults as LinkFaults);
    const lost = description.retry === "none" ? `, ${result.damaged} lost as the cable damaged them` : "";
    return { packets: result.packets, note: `${result.replays} replays${lost}` };
  },
};

/** Packets that are wrong in every header, into an adapter: without its link port, or whole with Ethernet frames. */
const fuzz: RegressionScenario = {
  faults: (design) => (design.kind === "nic" ? ["hostile"] : []),
  run: async ({ description, seed, packets }) => {
    if (description.kind !== "nic") throw new Error(`${description.name} is no adapter`);
    const { frames, stops, counters } = await fuzzNic(description, seed, packets);
    const sum = (prefix: string): number =>
      Object.entries(counters).reduce((all, [name, count]) => all + (name.startsWith(prefix) ? count : 0), 0);
    const note = `${sum("DROP_")} dropped, ${sum("REFUSED_")} accesses refused, ${stops} queue pairs stopped`;
    return { packets: frames, note };
  },
};

/** How two lanes share an output under weights of 3 to 1, within 2 %. */
const weights: RegressionScenario = {
  faults: (design) =>
    design.kind === "switch" && design.port.virtualLanes.data >= 2 && design.port.mtuBytes >= 512
      ? ["none"]
      : [],
  run: async ({ description, seed, packets }) =>
    sharing(await weightsOfLanes(asSwitch(description), seed, packets)),
};

/** How all inputs share an output, within 5 %. */
const fairness: RegressionScenario = {
  faults: (design) => (design.kind === "switch" && design.ports >= 3 ? ["none"] : []),
  run: async ({ description, seed, packets }) =>
    sharing(await fairnessOfInputs(asSwitch(description), seed, packets)),
};

function asSwitch(description: AnyDescription) {
  if (description.kind !== "switch") throw new Error(`${description.name} is no switch`);
  return description;
}

const sharing = ({ packets, shares }: ShareResult): ScenarioResult => ({
  packets,
  note: `shares ${shares.map((share) => share.toFixed(4)).join(" ")}`,
});

export const builtIn: Readonly<Record<string, RegressionScenario>> = {
  soak: soakAny,
  ...{ fuzz, weights, fairness },
};
