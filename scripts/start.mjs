/** `npm start`: from a clone to a proven 400G link. Plain Node; see setup.mjs. */
import { runNode, say, setUp } from "./setup.mjs";

const example = "examples/link-400g.ts";
const rtl = "rtl-out/link_400g";
const out = "out/link_400g";

say(
  "generates the 400G link of examples/link-400g.ts, lints it, and runs traffic over two of its ports and 30 m",
);
say("of cable. The first run builds the simulation model, 1 to 2 minutes; later ones take it from .cache/.");
setUp({ needed: ["verilator", "g++", "make", "iverilog", "yosys"], wanted: ["tshark"] });

const steps = [
  ["generate", example],
  ["lint", rtl],
  ["simulate", example, "--seed", "1", "--out", out],
];
for (const step of steps) {
  const args = step.join(" ");
  process.stdout.write(`\n$ lanewright ${args}\n`);
  const code = runNode("bin/lanewright.mjs", ...step);
  if (code !== 0) {
    say(`lanewright ${args} ended with exit code ${code}`);
    process.exit(code);
  }
}

process.stdout.write(`
Verilog         ${rtl}: modules, filelist, register documents, manifest
figures         ${out}/results.json: the table above, for programs
on the wire     ${out}/p0.pcapng, p1.pcapng: what each port sent and received, for Wireshark
derived numbers npx lanewright explain ${example}
more            npx lanewright --help; README.md; npm test
`);
