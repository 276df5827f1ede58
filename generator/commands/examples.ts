import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A description in `examples/`. */
export interface Example {
  readonly kind: "link" | "switch" | "nic";
  readonly file: string;
  /** One line: what is special about it. */
  readonly about: string;
}

/** Every description in `examples/`, by kind, the usual one of each kind first. */
export const exampleList: readonly Example[] = [
  {
    kind: "link",
    file: "link-400g.ts",
    about: "400 Gb/s on 1024 bits, four lanes with arbitration, 30 m of cable",
  },
  {
    kind: "link",
    file: "link-100g.json",
    about: "100 Gb/s in JSON: eight lanes, store-and-forward, ICRC in the port",
  },
  { kind: "link", file: "link-25g.ts", about: "25 Gb/s on 64 bits, for a small FPGA; builds in seconds" },
  { kind: "link", file: "link-25g-lanes.json", about: "the same down to its lane: 64B/66B without FEC" },
  {
    kind: "link",
    file: "link-400g-pcs.ts",
    about: "400 Gb/s down to four lanes of 100 Gb/s with RS(544,514)",
  },
  { kind: "switch", file: "leaf4.ts", about: "four ports of 400 Gb/s, iSLIP, 1024 bits" },
  {
    kind: "switch",
    file: "leaf4-small.json",
    about: "four ports of 100 Gb/s with small tables, for quick runs",
  },
  {
    kind: "nic",
    file: "nic-400g.ts",
    about: "adapter at 400 Gb/s on 1024 bits, 1,024 queue pairs",
  },
  { kind: "nic", file: "nic-100g.ts", about: "the same at 100 Gb/s, for a smaller FPGA" },
  { kind: "nic", file: "nic-roce.ts", about: "that one with Ethernet frames: RoCE v2" },
];

/** Name of an example on the command line: its file without the ending. */
export function exampleName({ file }: Example): string {
  return file.replace(/\.\w+$/u, "");
}

/** Its text. */
export function exampleText({ file }: Example): string {
  return readFileSync(fileURLToPath(new URL(`../../examples/${file}`, import.meta.url)), "utf8");
}
