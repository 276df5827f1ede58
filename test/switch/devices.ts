/** Small switches for tests: narrow, few ports, short cables. */
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import { openDesign } from "../../sim/driver/device.ts";
import { openReadyStar } from "../../sim/soak/star.ts";
import { endDesign } from "../../sim/switch/end-device.ts";
import { type NetworkOptions, SwitchNetwork } from "../../sim/switch/network.ts";
import { switchDesignOf } from "../../sim/switch/open.ts";
import type { Topology } from "../../sim/switch/topology.ts";
import { ModelSwitch } from "./model-switch.ts";
import { openTestNetwork, openTestStar } from "./switch-model.ts";

/** 64 bits, 25 Gb/s, two data lanes. */
export const smallSwitch = {
  name: "switch_small",
  clockMHz: 400,
  datapathBits: 64,
  mtuBytes: 1024,
  ports: { count: 4, rateGbps: 25, cableMeters: 3 },
  virtualLanes: { data: 2 },
  tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 4 },
} as const satisfies SwitchDescription;

/** Nine ports of one lane. */
export const nineSwitch = {
  ...smallSwitch,
  name: "switch_nine",
  mtuBytes: 256,
  ports: { count: 9, rateGbps: 25, cableMeters: 1 },
  virtualLanes: { data: 1 },
} as const;

/** Four switches in a ring: port 1 a host, port 2 to the next switch, port 3 from the one before. */
export function ring(count = 4): Topology {
  const nodes = Array.from({ length: count }, (_, node) => node);
  return {
    hosts: nodes.map((node) => ({ node, port: 1 })),
    trunks: nodes.map((node) => [
      { node, port: 2 },
      { node: (node + 1) % count, port: 3 },
    ]),
  };
}

/** A network of switches in TypeScript, with the same end devices as one of generated ones. */
export async function openModelNetwork(
  description: SwitchDescription,
  topology: Topology,
  options: NetworkOptions & { readonly bufferBlocks?: number } = {},
): Promise<{ network: SwitchNetwork; switches: ModelSwitch[] }> {
  const design = switchDesignOf(description);
  const end = endDesign(design);
  const count = 1 + Math.max(...topology.hosts.map(({ node }) => node));
  const { bufferBlocks } = options;
  const switches = Array.from(
    { length: count },
    () => new ModelSwitch(design, bufferBlocks === undefined ? {} : { bufferBlocks }),
  );
  const ends = [];
  for (const _ of topology.hosts) ends.push(await openDesign(end, undefined, { quick: true }));
  return { network: new SwitchNetwork({ switch: design, end }, switches, ends, topology, options), switches };
}

/** A generated switch with a host at each port, Active, every host's LID leading to its port. */
export async function openReadySwitch(
  description: SwitchDescription,
  options: NetworkOptions = {},
): Promise<SwitchNetwork> {
  return await openReadyStar(description, options, openTestStar);
}

/** A generated ring, Active; tables are still empty. */
export async function openReadyRing(
  description: SwitchDescription,
  options: NetworkOptions = {},
): Promise<SwitchNetwork> {
  const network = await openTestNetwork(description, () => ring(), options);
  network.activate();
  return network;
}
