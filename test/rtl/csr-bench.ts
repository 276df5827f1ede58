import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { LinkDesign } from "../../generator/design/link.ts";
import type { AnyDesign, SwitchDesign } from "../../generator/design/switch.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import { elaborate, elaborateSwitch } from "../../generator/elaborate/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import type { ModuleFile } from "../../generator/views/files.ts";
import { registerHeaderView } from "../../generator/views/register-header.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { buildModules } from "./build.ts";

/** A 1024-bit link with `data` lanes, arbitration and overrides as given. */
export function designOf(
  name: string,
  data: number,
  more: Partial<LinkDescription> & { arbitration?: LinkDescription["virtualLanes"]["arbitration"] } = {},
): LinkDesign {
  const { arbitration, ...rest } = more;
  return elaborate({
    kind: "link",
    name,
    clockMHz: 402.83,
    datapathBits: 1024,
    rateGbps: 400,
    mtuBytes: 4096,
    cableMeters: 30,
    virtualLanes: { data, ...(arbitration && { arbitration }) },
    ...rest,
  });
}

/** A 1024-bit switch of `ports` external ports with `data` lanes each. */
export function switchOf(
  name: string,
  ports: number,
  data: number,
  more: Partial<SwitchDescription> = {},
): SwitchDesign {
  return elaborateSwitch({
    name,
    clockMHz: 402.83,
    datapathBits: 1024,
    mtuBytes: 4096,
    ports: { count: ports, rateGbps: 400, cableMeters: 30 },
    virtualLanes: { data },
    ...more,
  });
}

/** Builds and opens the first of some modules, with the others that it is made of. */
export async function openBlock(
  design: { readonly name: string },
  modules: readonly ModuleFile[],
): Promise<Model> {
  const named = modules.map(([suffix, template, view]) => ({
    name: moduleName(design, suffix),
    template: `${template}.v.hbs`,
    view,
  }));
  return openModel(await buildModules(named[0]!.name, named));
}

/** Compiles a C program that includes a device's header, twice, strictly; gives the lines that it prints. */
export async function runWithHeader(header: string, body: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-header-"));
  const source = [
    "#include <stddef.h>",
    "#include <stdio.h>",
    '#include "regs.h"',
    '#include "regs.h"',
    "int main(void) {",
    "unsigned i = 0;",
    ...body,
    "return (int)(i & 0);",
    "}",
    "",
  ];
  try {
    writeFileSync(join(folder, "regs.h"), header);
    writeFileSync(join(folder, "main.c"), source.join("\n"));
    const program = join(folder, "main");
    await execa("gcc", ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-o", program, "main.c"], {
      cwd: folder,
    });
    return (await execa(program)).stdout.split("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Values of all names of the C header as the C compiler sees them, without the device's prefix (and that of the block,
 * where the device has several); arrays as `NAME[i]`.
 */
export async function headerValues(design: AnyDesign, block = ""): Promise<ReadonlyMap<string, number>> {
  const header = renderTemplate("deliverables/regs.h.hbs", registerHeaderView(design));
  const prefix = `${design.name}_${block}`.toUpperCase();
  const lines: string[] = [];
  for (const [, name, array] of header.matchAll(/^#define (\w+)(\(i\))? +\S/gmu)) {
    if (!name!.startsWith(prefix)) continue;
    const short = name!.slice(prefix.length);
    if (array === undefined) lines.push(`printf("${short} %lu\\n", (unsigned long)(${name}));`);
    else {
      const count = name!.replace(/_OFFSET$/u, "_COUNT");
      lines.push(
        `for (i = 0; i < ${count}; i++) printf("${short}[%u] %lu\\n", i, (unsigned long)${name}(i));`,
      );
    }
  }
  const printed = await runWithHeader(header, lines);
  return new Map(
    printed.map((line) => {
      const [name, value] = line.split(" ");
      return [name!, Number(value)];
    }),
  );
}
