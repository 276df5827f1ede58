/** `npm test`: all tests; arguments go to vitest, as `npm test -- sim/run`. Plain Node; see setup.mjs. */
import { runNode, setUp } from "./setup.mjs";

setUp({
  needed: ["verilator", "g++", "make", "iverilog", "yosys", "z3", "zlib"],
  wanted: ["tshark", "tclsh", "chromium", "python3", "libpython"],
  python: true,
});
process.exitCode = runNode("node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2));
