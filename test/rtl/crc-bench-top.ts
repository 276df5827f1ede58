/** Bits of the side channel in the benches of the CRC modules. */
export const sideBits = 7;

/** Top of the bench: the five modules side by side, each pin a port; the ICRC ones behind masks that `raw` turns off. */
export function benchText(width: number): string {
  const data = `[${width - 1}:0]`;
  const words = `[${Math.log2(width / 32)}:0]`;
  const bytes = `[${Math.log2(width / 8)}:0]`;
  const side = `[${sideBits - 1}:0]`;
  const ports: string[] = [];
  const bodies: string[] = [];
  const wired = (
    names: readonly (readonly [pin: string, dir: "input" | "output", range: string])[],
    at: string,
  ) =>
    names.map(([pin, dir, range]) => {
      const port = `${at}${pin.replace(/^m_(bytes|words)$/u, "m_size")}`;
      ports.push(`${dir} wire ${range} ${port}`);
      return `.${pin}(${port})`;
    });
  for (const [at, kind] of [
    ["v", "vcrc"],
    ["i", "icrc"],
  ] as const) {
    const flags = ["s_sop", "s_eop", "s_valid"].map((pin) => [pin, "input", ""] as const);
    const marks = ["m_sop", "m_eop", "m_valid"].map((pin) => [pin, "output", ""] as const);
    const both = [
      ["s_data", "input", data],
      ...flags,
      ["s_side", "input", side],
      ["m_data", "output", data],
      ...marks,
      ["m_side", "output", side],
    ] as const;
    const gen = wired(
      [
        ...both,
        ["s_words", "input", words],
        ["s_poison", "input", ""],
        ["s_ready", "output", ""],
        kind === "vcrc" ? ["m_bytes", "output", bytes] : ["m_words", "output", words],
        ["m_poison", "output", ""],
        ["m_ready", "input", ""],
      ],
      `${at}g_`,
    );
    const check = wired(
      [
        ...both,
        ["s_bytes", "input", bytes],
        ["m_bytes", "output", bytes],
        ["m_crc_good", "output", ""],
        ["m_crc_inverted", "output", ""],
      ],
      `${at}c_`,
    );
    if (kind === "icrc") {
      ports.push("input wire raw", `output wire ${data} ig_image`);
      bodies.push(mask("ig", data, "ig_s_valid && ig_s_ready"), mask("ic", data, "ic_s_valid"));
      bodies.push("assign ig_image = ig_masked;");
      gen.push(".s_crc_data(raw ? ig_s_data : ig_masked)");
      check.push(".s_crc_data(raw ? ic_s_data : ic_masked)");
    }
    bodies.push(`dut_${kind}_gen ${at}_gen (.clk(clk), .rst(rst), ${gen.join(", ")});`);
    bodies.push(`dut_${kind}_check ${at}_check (.clk(clk), .rst(rst), ${check.join(", ")});`);
  }
  return `module crc_bench (input wire clk, input wire rst,\n${ports.join(",\n")});\n${bodies.join("\n")}\nendmodule\n`;
}

function mask(at: string, data: string, advance: string): string {
  const pins = `.clk(clk), .rst(rst), .s_data(${at}_s_data), .s_eop(${at}_s_eop)`;
  return `wire ${data} ${at}_masked;
dut_icrc_mask ${at}_mask (${pins}, .s_advance(${advance}), .crc_data(${at}_masked));`;
}
