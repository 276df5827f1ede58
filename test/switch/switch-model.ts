/**
 * Models of generated switches for the benches beside this file. A bench is shown to be able to fail by a change of the
 * switch's RTL: `LANEWRIGHT_BREAK="text=>other text"` replaces the first place where `text` stands in each module; the hosts
 * stay as they are.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import { generateToCache } from "../../generator/emit/cached.ts";
import { buildModel } from "../../sim/build/index.ts";
import { openDesign } from "../../sim/driver/device.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { type OpenSwitch, star } from "../../sim/soak/star.ts";
import { endDesign } from "../../sim/switch/end-device.ts";
import { type NetworkOptions, SwitchNetwork } from "../../sim/switch/network.ts";
import { openNetwork, switchDesignOf } from "../../sim/switch/open.ts";
import type { Topology } from "../../sim/switch/topology.ts";

/** Opens switches, hosts and cables, the switches broken where the environment says so. */
export async function openTestNetwork(
  description: SwitchDescription,
  topologyOf: (design: SwitchDesign) => Topology,
  options: NetworkOptions = {},
): Promise<SwitchNetwork> {
  const design = switchDesignOf(description);
  const topology = topologyOf(design);
  const [from = "", to = ""] = (process.env.LANEWRIGHT_BREAK ?? "").split("=>");
  if (from === "") return await openNetwork(design, topology, options);
  const end = endDesign(design);
  const switches = await several(1 + Math.max(...topology.hosts.map(({ node }) => node)), () =>
    openBroken(design, from, to),
  );
  const ends = await several(topology.hosts.length, () => openDesign(end, undefined, { quick: true }));
  return new SwitchNetwork({ switch: design, end }, switches, ends, topology, options);
}

/** The same with a host at each port. */
export const openTestStar: OpenSwitch = (description, options = {}) =>
  openTestNetwork(description, star, options);

async function several(count: number, open: () => Promise<Model>): Promise<Model[]> {
  const models: Model[] = [];
  while (models.length < count) models.push(await open());
  return models;
}

async function openBroken(design: SwitchDesign, from: string, to: string): Promise<Model> {
  const { top, files } = generateToCache(design);
  const folder = mkdtempSync(join(tmpdir(), "lanewright-broken-"));
  try {
    let found = false;
    const copies = files.map((file) => {
      const path = join(folder, basename(file));
      const text = readFileSync(file, "utf8");
      found ||= text.includes(from);
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
      return path;
    });
    if (!found) throw new Error(`LANEWRIGHT_BREAK: ${design.name} has no "${from}"`);
    const built = await buildModel({ files: copies, top, quick: true });
    return openModel(built, { clockMHz: design.clockMHz });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
