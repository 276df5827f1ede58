import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type AnyDesign, elaborate, elaborateSwitch, generate } from "../../generator/index.ts";

const link = {
  clockMHz: 200,
  datapathBits: 64,
  rateGbps: 10,
  mtuBytes: 256,
  cableMeters: 2,
  virtualLanes: { data: 1 },
} as const;
const pcs = { ...link, phy: "pcs", clockMHz: 402.83, rateGbps: 25, lanes: { count: 1, gbps: 25 } } as const;

/** A device of each kind that differs in what it is handed over with: small ones. */
export const devices: Readonly<Record<string, AnyDesign>> = {
  "a link with an MII": elaborate({ ...link, name: "out_mii", retry: "none" }),
  "a link with lanes": elaborate({ ...pcs, name: "out_lane", fec: "none" }),
  "a link with lanes and FEC": elaborate({ ...pcs, name: "out_fec", fec: "rs528" }),
  "a link with interleaved FEC": elaborate({
    ...pcs,
    ...{ name: "out_pair", fec: "rs544", datapathBits: 512, rateGbps: 200, lanes: { count: 4, gbps: 50 } },
  }),
  "a switch": elaborateSwitch({
    ...{ name: "out_switch", clockMHz: 200, datapathBits: 64, mtuBytes: 256 },
    ports: { count: 2, rateGbps: 10, cableMeters: 2 },
    virtualLanes: { data: 1 },
    tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 2 },
  }),
  "an adapter": elaborate({
    ...{ kind: "nic", name: "out_nic", clockMHz: 200, datapathBits: 128, mtuBytes: 256 },
    ...{ queuePairs: 16, completionQueues: 2, memoryRegions: 4 },
    port: { rateGbps: 10, cableMeters: 2 },
    virtualLanes: { data: 1 },
  }),
};

/** Those that differ in more than their constraints. */
export const kinds = ["a link with an MII", "a link with lanes", "a switch", "an adapter"].map(
  (kind) => [kind, devices[kind]!] as const,
);

/** A folder for the outputs of these devices. */
export function outputs(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-hand-off-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Generates a device into a folder of its name. */
export async function written(design: AnyDesign, folder: string): Promise<string> {
  const out = join(folder, design.name);
  await generate(design, { out, force: true });
  return out;
}

/** The Verilog files of an output folder, in the order of its filelist. */
export function sourcesOf(out: string, name: string): readonly string[] {
  return readFileSync(join(out, `${name}.f`), "utf8")
    .trim()
    .split("\n");
}

interface Netlist {
  readonly modules: Readonly<Record<string, Module>>;
}

interface Module {
  readonly ports: Readonly<Record<string, { readonly direction: string; readonly bits: readonly unknown[] }>>;
  readonly cells: Readonly<
    Record<
      string,
      { readonly type: string; readonly connections: Readonly<Record<string, readonly unknown[]>> }
    >
  >;
  readonly netnames: Readonly<Record<string, { readonly bits: readonly unknown[] }>>;
}

/** What a design is made of, as Yosys reads it: ports of its top, and its registers by their path. */
export interface Names {
  readonly ports: Readonly<Record<string, { readonly direction: string; readonly bits: number }>>;
  readonly registers: readonly string[];
}

/** Ports and registers of a device. Of its modules only those whose files `wanted` takes are gone into. */
export async function namesOf(out: string, name: string, wanted = /./u): Promise<Names> {
  const files = sourcesOf(out, name).filter((path) => path === `rtl/${name}.v` || wanted.test(path));
  const script = [...files.map((path) => `read_verilog ${path}`), "proc", "write_json"].join("; ");
  const { stdout } = await execa("yosys", ["-q", "-p", script], { cwd: out, maxBuffer: 2 ** 28 });
  const { modules } = JSON.parse(stdout) as Netlist;
  const ports = Object.entries(modules[name]!.ports).map(([port, { direction, bits }]) => {
    return [port, { direction, bits: bits.length }] as const;
  });
  return { ports: Object.fromEntries(ports), registers: registersBelow(modules, name, "") };
}

/** Registers of a module and of those below it: nets that a flip-flop drives. */
function registersBelow(modules: Netlist["modules"], name: string, path: string): string[] {
  const module = modules[name];
  if (module === undefined) return [];
  const cells = Object.entries(module.cells);
  const driven = new Set(
    cells.filter(([, { type }]) => /^\$.*ff/u.test(type)).flatMap(([, cell]) => cell.connections.Q ?? []),
  );
  const own = Object.entries(module.netnames)
    .filter(([net, { bits }]) => !net.startsWith("$") && bits.some((bit) => driven.has(bit)))
    .map(([net]) => `${path}${net}`);
  const below = cells.flatMap(([cell, { type }]) => registersBelow(modules, type, `${path}${cell}/`));
  return [...own, ...below];
}
