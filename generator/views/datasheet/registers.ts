import type { AnyDesign } from "../../design/switch.ts";
import { deviceRegisters } from "../../elaborate/device-registers.ts";
import type { View } from "../../render/view.ts";
import { registerTableView } from "../register-table.ts";
import { marked } from "./html.ts";

/** The register table as `doc/registers.md` has it, made ready for a page: the same view, its texts in HTML. */
export function registersView(design: AnyDesign): View {
  const view = inHtml(registerTableView(design)) as View & {
    readonly blocks: readonly (View & {
      readonly groups: readonly View[];
      readonly counters: readonly View[];
    })[];
  };
  const { map } = deviceRegisters(design).blocks[0]!;
  return {
    ...view,
    first: map.title,
    blocks: view.blocks.map((block, at) => ({
      ...block,
      id: `registers-${at}`,
      groups: block.groups.map((group) => ({ ...group, rows: carried(group.rows as readonly View[]) })),
    })),
  };
}

/** Rows of a register's further fields repeat its address and name in what is searched. */
function carried(rows: readonly View[]): readonly View[] {
  let address = "";
  let register = "";
  return rows.map((row) => {
    const more = row.register === "";
    if (!more) {
      address = String(row.address);
      register = String(row.register);
    }
    return { ...row, more, of: register, key: `${address} ${register} ${row.field}`.toLowerCase() };
  });
}

function inHtml(value: View[string]): View[string] {
  if (typeof value === "string") return marked(value);
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(inHtml);
  return Object.fromEntries(Object.entries(value as View).map(([key, one]) => [key, inHtml(one)]));
}
