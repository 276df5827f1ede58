/** Opens a network: generates and builds the switch and the end device, or takes them from the cache. */
import { inspect } from "../../generator/check/index.ts";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { LanewrightError } from "../../generator/diagnostics.ts";
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import { openDesign } from "../driver/device.ts";
import { portNumbers } from "../traffic/patterns.ts";
import { endDesign } from "./end-device.ts";
import { type NetworkOptions, SwitchNetwork } from "./network.ts";
import type { Topology } from "./topology.ts";

export interface OpenNetworkOptions extends NetworkOptions {
  /** Builds models that can write waves: of the switches, or also of the end devices. */
  readonly trace?: "switch" | "all";
  /** Builds models for speed: three times as long to build, twice as fast; right for runs of many minutes. */
  readonly fast?: boolean;
}

/** The design of a description; throws with all that is wrong with it. */
export function switchDesignOf(description: SwitchDescription | SwitchDesign): SwitchDesign {
  if ("port" in description) return description;
  const { design, diagnostics } = inspect({ ...description, kind: "switch" });
  if (design === undefined) throw new LanewrightError(diagnostics);
  return design;
}

/** One switch with a host at every external port: host p is at port p and has LID p. */
export async function openSwitchBench(
  description: SwitchDescription | SwitchDesign,
  options: OpenNetworkOptions = {},
): Promise<SwitchNetwork> {
  const design = switchDesignOf(description);
  const hosts = portNumbers(design.ports).map((port) => ({ node: 0, port }));
  return await openNetwork(design, { hosts }, options);
}

/** Switches of one design, hosts and trunks. Close the network in the end. */
export async function openNetwork(
  description: SwitchDescription | SwitchDesign,
  topology: Topology,
  options: OpenNetworkOptions = {},
): Promise<SwitchNetwork> {
  const design = switchDesignOf(description);
  const end = endDesign(design);
  const { trace, fast = false } = options;
  const places = [...topology.hosts, ...(topology.trunks ?? []).flat()];
  const nodes = 1 + Math.max(...places.map(({ node }) => node));
  const switches = [];
  for (let node = 0; node < nodes; node++)
    switches.push(await openDesign(design, undefined, { trace: trace !== undefined, quick: !fast }));
  const ends = [];
  for (const _ of topology.hosts)
    ends.push(await openDesign(end, undefined, { trace: trace === "all", quick: !fast }));
  return new SwitchNetwork({ switch: design, end }, switches, ends, topology, options);
}
