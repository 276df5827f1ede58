/** Text of each Verilog module of a device, by the module's name; the file of a module is called as it is. */
export function moduleTexts(
  files: readonly { readonly path: string; readonly text: string }[],
): ReadonlyMap<string, string> {
  return new Map(
    files.flatMap(({ path, text }) => {
      const name = /^rtl\/(\w+)\.v$/u.exec(path)?.[1];
      return name === undefined ? [] : [[name, text] as const];
    }),
  );
}
