import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { handOffFolder, whyNoVenv } from "../../scripts/python.mjs";

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

/** The Python that has the SystemRDL compiler, or why there is none. */
export function rdlPython(): { readonly python: string } | { readonly missing: string } {
  const missing = whyNoVenv("handOff");
  return missing === undefined ? { python: join(handOffFolder, "bin", "python") } : { missing };
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
