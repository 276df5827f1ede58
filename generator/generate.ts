import { assertSound } from "./check/index.ts";
import type { AnyDesign } from "./design/switch.ts";
import type { EmitResult, GenerateOptions } from "./emit/index.ts";

/**
 * Checks a design, renders it and writes it into its output folder, `rtl-out/NAME` unless told otherwise. The folder
 * appears complete or not at all. Templates and views are loaded at the first call: descriptions import this package
 * too, and need none of them.
 * @throws LanewrightError when the design would lose data, or when the folder may not be written
 */
export async function generate(design: AnyDesign, options: GenerateOptions = {}): Promise<EmitResult> {
  assertSound(design);
  const { generate: write } = await import("./emit/index.ts");
  return write(design, options);
}
