import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { LinkDesign } from "../../generator/design/link.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";
import { elaborate } from "../../generator/elaborate/index.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { registerHeaderView } from "../../generator/views/register-header.ts";

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

/** Values of all names of the C header as the C compiler sees them, without the device's prefix; arrays as `NAME[i]`. */
export async function headerValues(design: LinkDesign): Promise<ReadonlyMap<string, number>> {
  const header = renderTemplate("deliverables/regs.h.hbs", registerHeaderView(design));
  const prefix = `${design.name.toUpperCase()}_`;
  const lines: string[] = [];
  for (const [, name, array] of header.matchAll(/^#define (\w+)(\(i\))? +\S/gmu)) {
    const short = name!.slice(prefix.length);
    if (array === undefined) lines.push(`printf("${short} %lu\\n", (unsigned long)(${name}));`);
    else {
      const count = name!.replace(/_OFFSET$/u, "_COUNT");
      lines.push(
        `for (i = 0; i < ${count}; i++) printf("${short}[%u] %lu\\n", i, (unsigned long)${name}(i));`,
      );
    }
  }
  const folder = mkdtempSync(join(tmpdir(), "lanewright-header-"));
  try {
    writeFileSync(join(folder, "regs.h"), header);
    writeFileSync(
      join(folder, "main.c"),
      `#include <stdio.h>\n#include "regs.h"\n#include "regs.h"\nint main(void) {\nunsigned i;\n${lines.join("\n")}\nreturn 0;\n}\n`,
    );
    const program = join(folder, "main");
    await execa("gcc", ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-o", program, "main.c"], {
      cwd: folder,
    });
    const { stdout } = await execa(program);
    return new Map(
      stdout.split("\n").map((line) => {
        const [name, value] = line.split(" ");
        return [name!, Number(value)];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Text of a file of the golden folder. */
export function golden(name: string): string {
  return readFileSync(new URL(`../golden/${name}`, import.meta.url), "utf8");
}
