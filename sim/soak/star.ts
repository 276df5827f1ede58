/** A switch with a host at each port: what soaks and measurements run on. */
import type { SwitchDesign } from "../../generator/design/switch.ts";
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import type { NetworkOptions, SwitchNetwork } from "../switch/network.ts";
import { openNetwork, switchDesignOf } from "../switch/open.ts";
import { leadToHosts } from "../switch/run.ts";
import type { Topology } from "../switch/topology.ts";
import { portNumbers } from "../traffic/patterns.ts";

/** Opens a switch with a host at each port. */
export type OpenSwitch = (description: SwitchDescription, options?: NetworkOptions) => Promise<SwitchNetwork>;

/** A host at each port; host p has LID p. */
export function star(design: Pick<SwitchDesign, "ports">): Topology {
  return { hosts: portNumbers(design.ports).map((port) => ({ node: 0, port })) };
}

export const openStar: OpenSwitch = async (description, options = {}) => {
  const design = switchDesignOf(description);
  return await openNetwork(design, star(design), options);
};

/** The same, Active, every host's LID leading to its port. */
export async function openReadyStar(
  description: SwitchDescription,
  options: NetworkOptions = {},
  open: OpenSwitch = openStar,
): Promise<SwitchNetwork> {
  const network = await open(description, options);
  network.activate();
  leadToHosts(network);
  return network;
}
