import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { buildModel } from "../build/index.ts";
import { openModel } from "../driver/model.ts";
import {
  addCoverage,
  type CoveredText,
  collectCoverage,
  coverGroup,
  type FileCoverage,
  functionalCoverage,
  mergeGroups,
  reportHtml,
  sharesOf,
} from "./index.ts";
import { ranges } from "./report.ts";

const text = `module counter (
    input  wire       clk,
    input  wire       rst,
    input  wire       fast,
    output reg  [3:0] count
);
    always @(posedge clk) begin
        if (fast) begin
            count <= count + 4'd2;
        end else begin
            count <= count + 4'd1;
        end
        if (rst) begin
            count <= 4'd0;
        end
    end
endmodule
`;

const folder = mkdtempSync(join(tmpdir(), "lanewright-cover-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Counts to 5 in two instances, one of which nobody closes; fast in the second one only where it is asked for. */
async function counted(fast: boolean): Promise<CoveredText> {
  const end = collectCoverage();
  const path = join(folder, "counter.v");
  writeFileSync(path, text);
  const built = await buildModel({ files: [path], top: "counter", quick: true });
  for (const close of [true, false]) {
    const model = openModel(built);
    model.reset();
    model.port("fast").set(fast && !close ? 1 : 0);
    model.step(5);
    if (close) model.close();
  }
  const [covered, ...others] = end();
  expect(others).toEqual([]);
  return covered!;
}

describe("coverage of a model", () => {
  it("knows the lines that never ran, sides that were never taken, and bits that stood still", async () => {
    const { module, coverage } = await counted(false);
    expect(module).toBe("counter");
    expect([...coverage.lines].filter(([, count]) => count === 0)).toEqual([[9, 0]]);
    expect(coverage.lines.get(11)).toBe(9);
    expect(coverage.branches.get("8 if")).toBe(0);
    expect(coverage.branches.get("13 else")).toBeGreaterThan(0);
    expect(coverage.toggles.get("count[0]")).toBeGreaterThan(2);
    expect([coverage.toggles.get("count[3]"), coverage.toggles.get("fast")]).toEqual([0, 0]);
    expect(sharesOf(coverage).branches).toEqual({ covered: 3, of: 4 });

    const html = reportHtml({
      ...{ title: "Coverage <1>", about: "one run", groups: [] },
      devices: [{ name: "small", modules: [{ module, text, coverage }] }],
    });
    expect(html).toMatch(/<tr class="never"><td class="n">9<\/td>.*count &lt;= count \+ 4'd2;/u);
    expect(html).toMatch(/<tr class="half"><td class="n">8<\/td>.*never true/u);
    expect(html).toContain("<title>Coverage &lt;1&gt;</title>");
    expect(html).toContain("count[3:2]");
    expect(html).not.toMatch(/<script|https?:/u);
  });

  it("sums up instances, those that are never closed as well", async () => {
    const { coverage } = await counted(true);
    expect(coverage.lines.get(9)).toBeGreaterThan(0);
    expect(coverage.branches.get("8 if")).toBe(5);
  });
});

describe("points of a report", () => {
  it("reads what Verilator writes", () => {
    const into = new Map<string, FileCoverage>();
    const record = (fields: Record<string, string>, count: number): string =>
      `C '${Object.entries(fields)
        .map(([key, value]) => `\u0001${key}\u0002${value}`)
        .join("")}' ${count}\n`;
    const page = { f: "a.v", page: "v_branch/a" };
    addCoverage(
      [
        "# SystemC::Coverage-3\n",
        record({ ...page, l: "3", o: "if", S: "3-4,7" }, 0),
        record({ ...page, l: "3", o: "else" }, 5),
        record({ f: "a.v", page: "v_toggle/a", l: "1", o: "x[2]", h: "TOP.a" }, 1),
        record({ f: "a.v", page: "v_toggle/a", l: "1", o: "x[2]", h: "TOP.b" }, 4),
      ].join(""),
      into,
    );
    const one = into.get("a.v")!;
    expect([...one.lines]).toEqual([
      [3, 5],
      [4, 0],
      [7, 0],
    ]);
    expect([...one.branches]).toEqual([
      ["3 if", 0],
      ["3 else", 5],
    ]);
    expect([...one.toggles]).toEqual([["x[2]", 4]]);
    expect(ranges(["a[3]", "a[1]", "a[2]", "b", "c[7]", "c[5]"])).toEqual(["a[3:1]", "b", "c[7]", "c[5]"]);
  });
});

describe("functional coverage", () => {
  it("is the cross of the axes without what cannot be", () => {
    const group = coverGroup(
      "test of points",
      { fault: ["drop", "repeat"], state: ["off", "on"] },
      (fault, state) => fault === "repeat" && state === "off",
    );
    expect(group.missing()).toEqual(["drop, off", "drop, on", "repeat, on"]);
    group.hit("drop", "on");
    group.hit("drop", "on");
    expect(group.missing()).toEqual(["drop, off", "repeat, on"]);
    expect(() => group.hit("repeat", "off")).toThrow("no point repeat, off");
    const [result] = functionalCoverage().filter(({ name }) => name === "test of points");
    expect(result!.axes).toEqual(["fault", "state"]);
    const [both] = mergeGroups([[result!], [result!]]);
    expect(both!.points.find(({ values }) => values.join() === "drop,on")!.count).toBe(4);
  });
});
