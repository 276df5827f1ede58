/** The benches of `bench/cocotb/` through cocotb-runner-cli. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { AnyDesign } from "../generator/design/switch.ts";
import { generateToCache } from "../generator/emit/cached.ts";
import { venvFolder } from "../scripts/python.mjs";
import type { Speed } from "./cocotb-typescript.ts";

export type Style = "usual" | "tuned";

const root = fileURLToPath(new URL("..", import.meta.url));
const pair = join(root, "examples/cocotb/link_pair.v");

/** Runs one bench in one style; the model is built once and then comes from the cache. */
export async function cocotbSpeed(
  device: string,
  design: AnyDesign,
  options: {
    readonly kind: "link" | "switch";
    readonly style: Style;
    readonly cycles: number;
    readonly packetBytes: number;
  },
  python = venvFolder,
): Promise<Speed> {
  const { kind, style, cycles, packetBytes } = options;
  const folder = mkdtempSync(join(tmpdir(), "lanewright-bench-"));
  try {
    const sources = kind === "link" ? [pair] : [];
    let top = kind === "link" ? "link_pair" : design.name;
    if (style === "tuned") {
      const { files } = generateToCache(design);
      const inner = kind === "link" ? pair : files.find((file) => basename(file) === `${design.name}.v`)!;
      const file = join(folder, "clocked.v");
      writeFileSync(file, clockedTop(readFileSync(inner, "utf8"), top, design.clockMHz));
      sources.push(file);
      top = "clocked";
    }
    const result = join(folder, "result.json");
    await execa({
      cwd: root,
      env: {
        BENCH_RESULT: result,
        BENCH_CYCLES: String(cycles),
        BENCH_PACKET_BYTES: String(packetBytes),
        PYTHONPATH: [join(root, "bench/cocotb"), join(root, "examples/cocotb")].join(":"),
      },
    })`node bin/cocotb-runner-cli.mjs --device ${device} --module ${join(root, `bench/cocotb/bench_${kind}.py`)}
      --testcase ${style} --python ${python} --top ${top} ${sources.flatMap((file) => ["--source", file])}`;
    return JSON.parse(readFileSync(result, "utf8")) as Speed;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A module `clocked` with the ports of another one, but with the clock made inside of it. */
function clockedTop(verilog: string, module: string, clockMHz: number): string {
  const header = new RegExp(`\\bmodule ${module} \\(([\\s\\S]*?)\\);`, "u").exec(verilog)?.[1] ?? "";
  const ports = [...header.matchAll(/(input|output)\s+wire\s+(\[[^\]]*\])?\s*(\w+)/gu)];
  const declared = ports.map(([, direction, range = "", name]) =>
    name === "clk" ? "    output reg clk" : `    ${direction} wire ${range} ${name}`,
  );
  const named = ports.map(([, , , name]) => `        .${name}(${name})`);
  return `module clocked (\n${declared.join(",\n")}\n);
    initial clk = 1'b0;
    always #${Math.round(500_000 / clockMHz)} clk = ~clk;
    ${module} inner (\n${named.join(",\n")}\n    );
endmodule
`;
}
