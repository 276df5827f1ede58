import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generateToCache } from "../../generator/emit/cached.ts";
import { designOf } from "../../sim/driver/device.ts";
import { filesBelowModule } from "../../sim/driver/sources.ts";
import { memoryCells, memoryHomes } from "./memory-cells.ts";
import { benchSwitch } from "./switch-bench.ts";

const long = process.env.LANEWRIGHT_LONG !== undefined;

/** Every memory of a port becomes block RAM in Yosys' 7-series flow: RAMB cells, and no memory left for flip-flops. */
describe("memories infer block RAM", () => {
  const description = {
    name: "inference",
    clockMHz: 400,
    datapathBits: 64,
    rateGbps: 25,
    mtuBytes: 256,
    cableMeters: 30,
    virtualLanes: { data: 1 },
  } as const;

  const more = [
    ["vl_rx_buffer", "none"],
    ["replay_buffer", "none"],
    ["vl_rx_buffer", "secded"],
  ] as const;

  it.each([...(long ? more : []), ["link_counters", "none"], ["replay_buffer", "secded"]] as const)(
    "%s, memory protection %s",
    async (suffix, memoryProtection) => {
      const design = await designOf({ ...description, memoryProtection });
      const { files } = generateToCache(design);
      const top = `${design.name}_${suffix}`;
      const sources = filesBelowModule(top, files).map((file) => readFileSync(file, "utf8"));
      expect(await memoryCells(sources.join("\n"), top)).toEqual({ block: true, other: 0 });
    },
  );

  it("tells a memory that is read without a clock from one that is not", async () => {
    const asynchronous = `module plain (input clk, input we, input [8:0] a, input [31:0] d, output [31:0] q);
      reg [31:0] mem [0:511];
      always @(posedge clk) if (we) mem[a] <= d;
      assign q = mem[a];
    endmodule`;
    expect(await memoryCells(asynchronous, "plain")).toEqual({ block: false, other: 1 });
  });
});

/** The large memories of a switch are block RAM; the small tables that are read in the same cycle are LUT memory. */
describe.runIf(long)("memories of a switch", () => {
  it("are block RAM where they are large", async () => {
    const design = benchSwitch({ bits: 128, ports: 4, lanes: 2 });
    const top = `${design.name}_ingress`;
    const { block, lut } = await memoryHomes(filesBelowModule(top, generateToCache(design).files), top);
    expect(block).toEqual([
      "dut_ingress_counters/memory",
      "dut_multicast_copier/group_mem",
      "dut_multicast_copier/uses_mem",
      "dut_table_memory/mem",
      "dut_voq_lists/next_mem",
      "dut_voq_memory/mem",
      "dut_voq_pages/ring",
    ]);
    expect(lut).toEqual([
      "dut_multicast_copier/slot_ring",
      "dut_sl_to_vl/mem",
      "dut_voq_lists/first_mem",
      "dut_voq_lists/number_mem",
      "dut_voq_lists/step_mem",
      "dut_voq_lists/tail_mem",
    ]);
  });
});
