/** A table; bars inside of cells are escaped. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [cells(heads), `|${heads.map(() => " --- ").join("|")}|`, ...rows.map(cells)].join("\n");
}
