/** The devices of the conformance plan. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import { generateToCache } from "../../generator/emit/cached.ts";
import { buildModel } from "../../sim/build/index.ts";
import { designOf } from "../../sim/driver/device.ts";
import { smallSwitch } from "../switch/devices.ts";
import type { LinkStage } from "./plan.ts";

/** Every device: 500 m of cable, so that the numbers are those of a long round trip. */
const long = { cableMeters: 500, derived: { replayCountMax: 4 } } as const;

/** The device of the tests. */
const narrow: LinkDescription = {
  ...long,
  name: "conformance_64",
  clockMHz: 200,
  datapathBits: 64,
  rateGbps: 10,
  mtuBytes: 256,
  virtualLanes: { data: 2 },
};

/** The other widths, with `LANEWRIGHT_LONG=1`. */
const others: readonly LinkDescription[] = [
  {
    ...long,
    name: "conformance_256",
    clockMHz: 400,
    datapathBits: 256,
    rateGbps: 100,
    mtuBytes: 1024,
    virtualLanes: { data: 4 },
  },
  {
    ...long,
    name: "conformance_1024",
    clockMHz: 402.83,
    datapathBits: 1024,
    rateGbps: 400,
    mtuBytes: 4096,
    virtualLanes: { data: 4 },
  },
];

/** What the plan is run on. */
export interface DeviceSet {
  readonly link: LinkDescription;
  /** Null where the lines for switches are left out: models of wide switches take minutes to build. */
  readonly switch: SwitchDescription | null;
}

/** The first set is that of `npm test`, the others are those of a long run. */
export const deviceSets: readonly [DeviceSet, ...DeviceSet[]] = [
  { link: narrow, switch: smallSwitch },
  { link: others[0]!, switch: null },
  { link: others[1]!, switch: null },
];

/** A link as a reader wants to know it. */
export function describeLink(device: LinkDescription): string {
  const { name, datapathBits, rateGbps, clockMHz, cableMeters, mtuBytes, virtualLanes } = device;
  const size = `${datapathBits} bits at ${clockMHz} MHz, ${rateGbps} Gb/s, ${cableMeters} m of cable`;
  return `\`${name}\`: ${size}, MTU ${mtuBytes}, ${virtualLanes?.data} data lanes, replay count ${long.derived.replayCountMax}`;
}

/** A switch, the same way. */
export function describeSwitch(device: SwitchDescription): string {
  const { name, datapathBits, clockMHz, mtuBytes, ports, virtualLanes } = device;
  const size = `${ports.count} ports of ${ports.rateGbps} Gb/s, ${datapathBits} bits at ${clockMHz} MHz, ${ports.cableMeters} m of cable`;
  return `\`${name}\`: ${size}, MTU ${mtuBytes}, ${virtualLanes?.data} data lanes`;
}

/**
 * Builds a device, once for each process that asks; quickly rather than for speed, as it is run for a short time only. That a
 * line of the plan can fail is shown by a change of the RTL:
 * `LANEWRIGHT_BREAK="text=>other text"` replaces the first place where `text` stands in each module.
 */
export async function openLinkStage(description: LinkDescription): Promise<LinkStage> {
  const design = await designOf(description);
  const { top, files } = generateToCache(design);
  const [from = "", to = ""] = (process.env.LANEWRIGHT_BREAK ?? "").split("=>");
  if (from === "") {
    const built = await buildModel({ files, top, quick: true });
    return { kind: "link", design, device: { design, built } };
  }
  if (!files.some((file) => readFileSync(file, "utf8").includes(from)))
    throw new Error(`LANEWRIGHT_BREAK: ${design.name} has no "${from}"`);
  const folder = mkdtempSync(join(tmpdir(), "lanewright-broken-"));
  try {
    const copies = files.map((file) => {
      const path = join(folder, basename(file));
      writeFileSync(
        path,
        readFileSync(file, "utf8").replace(from, () => to),
      );
      return path;
    });
    const built = await buildModel({ files: copies, top, quick: true });
    return { kind: "link", design, device: { design, built } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
