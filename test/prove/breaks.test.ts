import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Inspection, inspect } from "../../generator/check/index.ts";
import type { AnyDesign } from "../../generator/design/switch.ts";
import { renderDesign } from "../../generator/emit/generate.ts";
import { type DeviceFiles, proofsOf, prove } from "../../generator/prove/index.ts";
import { type Break, breakDevices } from "./break.ts";
import { breaks } from "./breaks.ts";

const long = process.env.LANEWRIGHT_LONG !== undefined;
/** Of each proof, the first break is tried in every run of the tests, the others in long ones. */
const quick = breaks.filter(
  (one, index) => one.long !== true && breaks.findIndex(({ proof }) => proof === one.proof) === index,
);
const devices = new Map<string, { readonly design: AnyDesign; readonly device: DeviceFiles }>();
for (const [name, description] of Object.entries(breakDevices)) {
  const { design }: Inspection<AnyDesign> = inspect(description);
  if (design === undefined) throw new Error(`device ${name} is not sound`);
  devices.set(name, { design, device: { name: design.name, files: renderDesign(design) } });
}

const deviceOf = (one: Break) => devices.get(one.device ?? "link")!;
const out = mkdtempSync(join(tmpdir(), "lanewright-breaks-"));

afterAll(() => rmSync(out, { recursive: true }));

/** The device with one change; the text to change must stand there just once. */
function broken(one: Break, to = one.to): DeviceFiles {
  const { module, from } = one;
  const { device } = deviceOf(one);
  const name = `${device.name}_${module}.v`;
  const files = device.files.map((file) => {
    if (!file.path.endsWith(`/${name}`)) return file;
    expect(file.text.split(from).length - 1, `how often ${name} holds ${from}`).toBe(1);
    return { ...file, text: file.text.replace(from, () => to) };
  });
  expect(files.filter((file, index) => file !== device.files[index])).toHaveLength(1);
  return { ...device, files };
}

describe("every property", () => {
  it("has a break for which it must fail", () => {
    const properties = [...devices.values()].flatMap(({ design }) =>
      proofsOf(design).flatMap(({ name, properties: all }) => all.map(({ label }) => `${name}.${label}`)),
    );
    const covered = new Set(breaks.map(({ proof, property }) => `${proof}.${property}`));
    expect(properties.filter((name) => !covered.has(name))).toEqual([]);
    expect([...covered].filter((name) => !properties.includes(name))).toEqual([]);
  });
});

describe("a break", () => {
  it.each(long ? breaks : quick)("of $module is found by $proof, $property: $from => $to", async (one) => {
    const proof = proofsOf(deviceOf(one).design).find(({ name }) => name === one.proof);
    if (proof === undefined) throw new Error(`there is no proof ${one.proof}`);
    const options = { jobs: 1, timeout: 300, out, properties: [one.property] };
    const [result] = await prove([proof], broken(one), options);
    const cover = proof.properties.find(({ label }) => label === one.property)?.cover === true;
    if (cover) {
      expect(result).toMatchObject({ status: "undecided", detail: expect.stringContaining("not reached") });
      return;
    }
    expect(result).toMatchObject({ property: one.property, status: "failed" });
    if (proof.engine === "affine") return;
    expect(result?.step).toBeGreaterThan(0);
    expect(statSync(join(out, result?.waveform ?? "none")).size).toBeGreaterThan(100);
  });
});

describe("a change that is sound", () => {
  it.each(breaks.filter(({ sound }) => sound !== undefined))(
    "of $module leaves $proof, $property: $sound",
    async (one) => {
      const proof = proofsOf(deviceOf(one).design).filter(({ name }) => name === one.proof);
      const results = await prove(proof, broken(one, one.sound), {
        jobs: 1,
        timeout: 300,
        out,
        properties: [one.property],
      });
      expect(results).toMatchObject([{ property: one.property, status: "proved" }]);
    },
  );
});
