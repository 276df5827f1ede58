/** Single changes of the crossbar and the bench that each one must make fail; for `npm run mutate`. */
import { fileOfModule } from "../../generator/views/files.ts";
import { crossbarModules } from "../../generator/views/switch/crossbar.ts";
import type { Breaks } from "./breaks.ts";
import { benchSwitch } from "./switch-bench.ts";

/** Where the changed text is looked for: one multiplexer, two levels, and registered inputs. */
export const files = [
  { ports: 4, derived: { crossbarStages: 3 } },
  { ports: 8 },
  { ports: 16, derived: { crossbarStages: 3 } },
].flatMap((one) => {
  const design = benchSwitch({ bits: 64, ...one });
  return crossbarModules(design).map((module) => fileOfModule(design, module));
});

export const breaks: readonly Breaks[] = [
  {
    bench: "switch-crossbar",
    only: "crossbar, 9 ports, 64 bits",
    module: "switch/crossbar",
    changes: [
      ["(fresh_reg || !matched_reg[next_port_reg])", "1'b1"],
      ["(fresh_reg || !matched_reg[next_port_reg])", "!matched_reg[next_port_reg]"],
      ["(fresh_reg || !matched_reg[next_port_reg])", "fresh_reg"],
      ["selected[o] || current;", "selected[o] || next_reg;"],
      ["selected[o] || current;", "selected[o];"],
      ["begins || (follow_reg && !ends[port_reg])", "begins || follow_reg"],
      ["begins || (follow_reg && !ends[port_reg])", "!ends[port_reg] && (begins || follow_reg)"],
      ["begins || (follow_reg && !ends[port_reg])", "follow_reg ? !ends[port_reg] : begins"],
      ["= in_valid & in_last", "= in_last"],
      ["port_reg <= next_port_reg", "port_reg <= selected_port[PB*o +: PB]"],
      ["matched = matched | (", "matched = ("],
      ["+ TB +: GB] == GROUP", "+ TB +: GB] != GROUP"],
      ["group_reg  <= source[PB*N + TB +: GB]", "group_reg  <= group_reg"],
      ["enable_reg <= follows[N]", "enable_reg <= !follows[N]"],
      ["tile_valid[{group_reg, INDEX}]", "tile_valid[{group_reg, 3'd0}]"],
      ["tile_data[{group_reg, INDEX,", "tile_data[{group_reg, 3'd0,"],
      ["tile_marks[{group_reg, INDEX,", "tile_marks[{group_reg, 3'd0,"],
      ["follow_reg <= 1'b0;", "follow_reg <= follow_reg;"],
    ],
  },
  {
    bench: "switch-crossbar",
    only: "crossbar, 5 ports, 64 bits, 3 stages",
    module: "switch/crossbar",
    changes: [
      ["start_reg        <= start", "start_reg        <= start & ~start_reg"],
      ["ends_reg         <= in_valid & in_last", "ends_reg         <= in_last"],
      ["= ends_reg", "= in_valid & in_last"],
      ["= start_reg", "= start"],
      ["valid_reg <= tile_valid", "valid_reg <= tile_valid | valid_reg"],
    ],
  },
  {
    bench: "switch-crossbar",
    only: "crossbar, 17 ports, 64 bits, 3 stages",
    module: "switch/crossbar_tile",
    changes: [
      ["data_reg  <= in_data", "data_reg  <= data_reg"],
      ["enable[o] && valid_reg[index]", "valid_reg[index]"],
      ["enable[o] && valid_reg[index]", "enable[o] && in_valid[index]"],
      ["enable[o] && valid_reg[index]", "enable[o]"],
      ["marks[{index,", "marks[{3'd0,"],
    ],
  },
];
