import { describe, expect, it } from "vitest";
import { drawChart, type LoadPoint } from "./load-chart.ts";

const point = (load: number, mean: number): LoadPoint => ({
  offeredPercent: load,
  deliveredPercent: Math.min(load, 90),
  latencyNs: { mean, p99: 3 * mean },
  saturated: load > 90,
});

/** Places of the marks of one kind, in the order in which they are drawn. */
function marks(svg: string, kind: string): { x: number; y: number }[] {
  const found = svg.matchAll(
    new RegExp(`<circle class="mark ${kind}[^"]*" cx="([\\d.]+)" cy="([\\d.]+)"`, "gu"),
  );
  return [...found].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
}

describe("the picture of a sweep", () => {
  it("has a mark for each point, in the order of the loads, higher where there is more", () => {
    const svg = drawChart("name", "what", [point(95, 900), point(10, 300), point(50, 400)]);
    const [one, two] = [marks(svg, "one"), marks(svg, "two")];
    expect([one.length, two.length]).toEqual([6, 3]);
    for (const line of [one.slice(0, 3), one.slice(3), two]) {
      expect(line.map(({ x }) => x)).toEqual(line.map(({ x }) => x).toSorted((a, b) => a - b));
      expect(line.map(({ y }) => y)).toEqual(line.map(({ y }) => y).toSorted((a, b) => b - a));
    }
    expect(svg.match(/ open"/gu)?.length).toBe(3);
    expect(svg).toContain("queues grow");
  });

  it("goes logarithmic where the largest latency is far beyond the smallest", () => {
    expect(drawChart("a", "b", [point(10, 300), point(90, 400)])).toContain(">latency, ns<");
    const wide = drawChart("a", "b", [point(10, 300), point(90, 90_000)]);
    expect(wide).toContain(">latency, ns (logarithmic)<");
    expect(wide).toContain(">1,000,000<");
  });

  it("takes names as text, and points without latency", () => {
    const svg = drawChart('<a & "b">', "c", [{ ...point(0, 1), latencyNs: null }, point(50, 300)]);
    expect(svg).toContain("&lt;a &amp; &quot;b&quot;&gt;");
    expect(marks(svg, "two").length).toBe(1);
    expect(svg).not.toContain("NaN");
    expect(drawChart("a", "b", [{ ...point(0, 1), latencyNs: null }])).not.toContain("NaN");
  });
});
