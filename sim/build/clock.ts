import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Looks for the variable in which a Verilated model remembers the last level of its clock, for the case that nothing
 * but rising edges of that clock matters. Such a model needs one evaluation a cycle instead of two: instead of letting
 * the clock fall, the remembered level is set to 0. This saves the combinational logic of the inputs once a cycle.
 *
 * @param header the header of the model's root class
 * @param sources all C++ files of the model
 * @param member the clock's member in the Verilated class
 * @returns undefined when the clock is used in any other way, or when this Verilator names things otherwise
 */
export function rememberedLevel(
  header: string,
  sources: readonly string[],
  member: string,
): string | undefined {
  const level = `__Vtrigrprev__TOP__${member}`;
  if (!new RegExp(`CData/\\*0:0\\*/ ${level};`, "u").test(header)) return undefined;
  const clock = `vlSelf->${member}`;
  const harmless = [
    `(IData)(${clock}) & (~ (IData)(vlSelf->${level}))`, // the rising edge
    `vlSelf->${level} = ${clock};`,
    `(${clock} & 0xfeU)`, // a check of debug builds
    `${clock} = 0;`,
  ];
  const use = new RegExp(`\\b${member}\\b`, "u");
  for (const source of sources) {
    let text = source.replace(/\s+/gu, " ").replace(/"[^"]*"/gu, '""');
    text = text
      .replaceAll(`, ${member}{vlSymsp->TOP.${member}}`, "")
      .replaceAll(`: ${member}{vlSymsp->TOP.${member}}`, "");
    for (const words of harmless) text = text.replaceAll(words, "");
    if (use.test(text) || text.includes(`(~ (IData)(${clock}))`)) return undefined;
  }
  return level;
}

/** The same for the folder that Verilator has written a model with the prefix `Vtop` into. */
export function clockLevelIn(folder: string, member: string): string | undefined {
  const sources = readdirSync(folder).filter((name) => name.endsWith(".cpp"));
  const texts = sources.map((name) => readFileSync(join(folder, name), "utf8"));
  return rememberedLevel(readFileSync(join(folder, "Vtop___024root.h"), "utf8"), texts, member);
}
