import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cacheFolder, withLock } from "../../generator/cache.ts";

/** One field as a compiler of SystemRDL understands it. */
export interface RdlField {
  /** Names from the device to the field, with brackets behind arrays. */
  readonly path: string;
  /** Byte address of the register, the first one where it is an array. */
  readonly address: number;
  /** Elements of the arrays on the path, from the outside. */
  readonly counts: readonly number[];
  /** Bytes between the elements of these arrays. */
  readonly strides: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly sw: string;
  readonly hw: string;
  readonly onwrite: string | null;
  readonly singlepulse: boolean;
  readonly counter: boolean;
  readonly incrwidth: number | null;
  readonly intr: boolean;
  readonly reset: number | null;
  /** Codes of an enumerated field by name. */
  readonly codes: Readonly<Record<string, number>> | null;
}

const compiler = "systemrdl-compiler==1.33.0";

const script = `
import json, sys
from systemrdl import RDLCompiler
from systemrdl.node import FieldNode

compiler = RDLCompiler()
compiler.compile_file(sys.argv[1])
top = compiler.elaborate().top
fields = []
for node in top.descendants(unroll=False):
    if not isinstance(node, FieldNode):
        continue
    chain, at = [], node.parent
    while at is not None and at.parent is not None:
        chain.insert(0, at)
        at = at.parent
    arrays = [one for one in chain if one.is_array]
    encode = node.get_property("encode")
    onwrite = node.get_property("onwrite")
    counter = node.get_property("counter")
    fields.append({
        "path": node.get_path(empty_array_suffix="[]"),
        "address": sum(one.raw_address_offset for one in chain if one is not top),
        "counts": [one.array_dimensions[0] for one in arrays],
        "strides": [one.array_stride for one in arrays],
        "low": node.low, "high": node.high,
        "sw": node.get_property("sw").name, "hw": node.get_property("hw").name,
        "onwrite": onwrite.name if onwrite else None,
        "singlepulse": node.get_property("singlepulse"),
        "counter": counter,
        "incrwidth": node.get_property("incrwidth") if counter else None,
        "intr": node.get_property("intr"),
        "reset": node.get_property("reset"),
        "codes": {one.name: one.value for one in encode} if encode else None,
    })
json.dump({"fields": fields, "bytes": top.size}, sys.stdout)
`;

/**
 * The Python of an environment in the cache that has the SystemRDL compiler, made once; or why there is none: no Python,
 * or no way to a package registry.
 */
export async function rdlPython(): Promise<{ readonly python: string } | { readonly missing: string }> {
  const folder = join(cacheFolder(), "systemrdl");
  const python = join(folder, "bin", "python");
  const ready = join(folder, "ready");
  return await withLock(folder, async () => {
    if (existsSync(ready)) return { python };
    rmSync(folder, { recursive: true, force: true });
    const steps = [
      ["python3", ["-m", "venv", folder]],
      [python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", compiler]],
    ] as const;
    for (const [command, args] of steps) {
      const run = await execa(command, args, { reject: false, all: true, timeout: 120_000 });
      if (run.exitCode !== 0) {
        return { missing: `${command} ${args.join(" ")}: ${run.all?.slice(-300) ?? run.shortMessage}` };
      }
    }
    writeFileSync(ready, `${compiler}\n`);
    return { python };
  });
}

/** What the compiler makes of a text; it throws what the compiler complains about, warnings too. */
export async function compileRdl(
  python: string,
  text: string,
): Promise<{ readonly fields: readonly RdlField[]; readonly bytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-rdl-"));
  try {
    const file = join(folder, "registers.rdl");
    writeFileSync(file, text);
    const { stdout, stderr } = await execa(python, ["-c", script, file]);
    if (stderr !== "") throw new Error(stderr);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
