/** One port of a Verilated top module. */
export interface PortInfo {
  /** Name in the Verilog source. */
  readonly name: string;
  readonly dir: "in" | "out" | "inout";
  /** Width, 1 or more. */
  readonly bits: number;
  /** Bytes of the model's own memory: 1, 2, 4 or 8, or 4 for each 32 bits of a port wider than 64. */
  readonly bytes: number;
  /** Name of the member in the Verilated class. */
  readonly member: string;
}

const declaration = /\bVL_(INOUT|IN|OUT)(8|16|64|W)?\(&(\w+),(\d+),(\d+)(?:,(\d+))?\)/gu;

/** The ports that a header made by Verilator declares, in the order of the model's memory. */
export function parsePorts(header: string): PortInfo[] {
  return [...header.matchAll(declaration)].map(([, dir, kind, member = "", high, low, words]) => ({
    name: plainName(member),
    dir: dir === "IN" ? "in" : dir === "OUT" ? "out" : "inout",
    bits: Number(high) - Number(low) + 1,
    bytes: kind === "W" ? 4 * Number(words) : kind === undefined ? 4 : Number(kind) / 8,
    member,
  }));
}

/** Undoes what Verilator does to names: `__SYM__` before C++ keywords, `__0` and two hex digits for a character. */
function plainName(member: string): string {
  return member
    .replace(/^__SYM__/u, "")
    .replace(/__0([0-9A-F]{2})/gu, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
