/** A device down to its lanes, small enough to be built in a while, and two of them on their lanes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { LinkDesign } from "../../generator/design/link.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { generateToCache } from "../../generator/emit/cached.ts";
import { type BuiltModel, buildModel } from "../../sim/build/index.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { LinkPair } from "../../sim/run/index.ts";
import { type LaneWireOptions, laneClocks } from "../../sim/run/lane-wire.ts";
import { wiring } from "./wiring-breaks.ts";

/** 200 Gb/s on two lanes; markers come often. */
export const lanes200: LinkDescription = {
  name: "lanes_200g",
  clockMHz: 790,
  datapathBits: 256,
  rateGbps: 200,
  mtuBytes: 512,
  cableMeters: 3,
  phy: "pcs",
  lanes: { count: 2, gbps: 100 },
  fec: "rs272",
  virtualLanes: { data: 2 },
  derived: { symbolsPerClock: 4, markerPeriodCodewords: 16 },
};

/** Window, limit and length of hi_ser in the model, so that it can be seen: the standard's last 60 ms. */
export const hiSer = { pairs: 32, symbols: 300, clocks: 12_000 } as const;

const shorter = [
  [/HI_SER_PAIRS {2}= \d+/u, `HI_SER_PAIRS  = ${hiSer.pairs}`],
  [/HI_SER_ERRORS = \d+/u, `HI_SER_ERRORS = ${hiSer.symbols}`],
  [/HI_SER_CLOCKS = \d+/u, `HI_SER_CLOCKS = ${hiSer.clocks}`],
] as const;

/** The change of the RTL that is asked for, as `LANEWRIGHT_BREAK` of `test/rtl/build.ts`. */
const change = process.env.LANEWRIGHT_BREAK ?? "";
const chosen = wiring.findIndex(({ place, from, to }) => {
  return change === `${place.replace("@", () => from)}=>${place.replace("@", () => to)}`;
});

/** The wiring is that of clause 119; another kind of PCS has the change itself. */
const hasMutants = ({ pcs }: LinkDesign): boolean => chosen >= 0 && pcs?.kind === "clause119";

const built = new Map<string, Promise<BuiltModel>>();

/** A device on its lanes; the model of a name is built once in a process. */
export async function openLanes(design: LinkDesign): Promise<Model> {
  const building = built.get(design.name) ?? build(design);
  built.set(design.name, building);
  const model = openModel(await building, { clockMHz: design.clockMHz });
  if (hasMutants(design)) model.port("mutant").set(chosen + 1);
  return model;
}

/** Two ports on their lanes. */
export async function openPair(
  design: LinkDesign,
  lanes: LaneWireOptions,
  seed = 11,
): Promise<{ readonly pair: LinkPair; readonly models: readonly [Model, Model] }> {
  const models = [await openLanes(design), await openLanes(design)] as const;
  return { pair: new LinkPair(design, models, { seed, lanes }), models };
}

async function build(design: LinkDesign): Promise<BuiltModel> {
  const { top, files } = generateToCache(design);
  const folder = mkdtempSync(join(tmpdir(), "lanewright-lanes-"));
  try {
    const texts = new Map(files.map((file) => [basename(file, ".v"), readFileSync(file, "utf8")]));
    if (design.pcs?.kind !== "base-r") {
      const monitor = `${top}_pcs_monitor`;
      texts.set(
        monitor,
        shorter.reduce((text, [from, to]) => replaced(text, from, to), texts.get(monitor)!),
      );
    }
    if (hasMutants(design)) addMutants(texts, top);
    else if (change !== "") breakAll(texts, change);
    const paths = [...texts].map(([name, text]) => {
      const path = join(folder, `${name}.v`);
      writeFileSync(path, text);
      return path;
    });
    return await buildModel({ files: paths, top, quick: true, otherClocks: laneClocks });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function replaced(text: string, from: string | RegExp, to: string): string {
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`there is no ${from}`);
  return changed;
}

function breakAll(texts: Map<string, string>, breaks: string): void {
  const [from = "", to = ""] = breaks.split("=>");
  for (const [name, text] of texts)
    texts.set(
      name,
      text.replace(from, () => to),
    );
}

/** All changes of the wiring at once; an input of the top module says which one holds, 0 for none. */
function addMutants(texts: Map<string, string>, top: string): void {
  const places = new Map<string, [module: string, place: string, from: string, chosen: string]>();
  for (const [index, { module, place, from, to }] of wiring.entries()) {
    const key = [module, place, from].join("\n");
    const [, , , expression] = places.get(key) ?? [module, place, from, from];
    places.set(key, [module, place, from, `(${top}.mutant == 8'd${index + 1} ? ${to} : ${expression})`]);
  }
  for (const [module, place, from, expression] of places.values()) {
    const name = `${top}_${basename(module)}`;
    const before = place.replace("@", () => from);
    texts.set(
      name,
      replaced(
        texts.get(name)!,
        before,
        place.replace("@", () => expression),
      ),
    );
  }
  texts.set(
    top,
    replaced(texts.get(top)!, `module ${top} (`, `module ${top} (\n    input wire [7:0] mutant,`),
  );
}
