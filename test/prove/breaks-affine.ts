import type { Break } from "./break.ts";

/** Changes of a code in the transmitter's CRC and the receiver's, one bit of a matrix or a step left out. */
const crcBreaks = (crc: "vcrc" | "icrc", advance: string, wrong: string): readonly Break[] => [
  {
    ...{ proof: `${crc}_gen`, module: `${crc}_gen`, property: "crc_behind_last_word" },
    from: "tail[at] = words1_reg == at",
    to: "tail[at] = words1_reg > at",
  },
  {
    ...{ proof: `${crc}_gen`, module: `${crc}_gen`, property: "register_starts" },
    from: "sop1_reg ? SEED : state_reg",
    to: "sop1_reg ? ~SEED : state_reg",
  },
  {
    ...{ proof: `${crc}_gen`, module: `${crc}_gen`, property: "register_advances" },
    from: advance,
    to: wrong,
  },
  {
    ...{ proof: `${crc}_gen`, module: `${crc}_gen`, property: "poison_complements" },
    from: "{CRC_BITS{!poison2_reg}}",
    to: "{CRC_BITS{1'b1}}",
  },
  {
    ...{ proof: `${crc}_check`, module: `${crc}_check`, property: "register_advances" },
    from: advance,
    to: wrong,
  },
  {
    ...{ proof: `${crc}_check`, module: `${crc}_check`, property: "register_starts" },
    from: "sop1_reg ? SEED : state_reg",
    to: "state_reg",
  },
  {
    ...{ proof: `${crc}_check`, module: `${crc}_check`, property: "data_passes" },
    from: "m_data_reg <= data1_reg;",
    to: "m_data_reg <= data1_reg ^ partial1_reg[0];",
  },
];

/** Those of the small link. */
const onLink: readonly Break[] = [
  ...crcBreaks("vcrc", "16'h2cde", "16'h2cdf"),
  {
    ...{ proof: "vcrc_check", module: "vcrc_check", property: "good_where_serial_agrees" },
    from: "1'd1: residue = 16'h9d4c",
    to: "1'd1: residue = 16'h9d4d",
  },
  {
    ...{ proof: "vcrc_check", module: "vcrc_check", property: "inverted_where_complemented" },
    from: "m_crc_inverted_reg <= aligned &&",
    to: "m_crc_inverted_reg <=",
  },
  {
    ...{ proof: "control_set", module: "llr_control", property: "control_set_has_crc8" },
    from: "48'h47b54233a6dc",
    to: "48'h47b54233a6de",
  },
  {
    ...{ proof: "start_column", module: "llr_tx", property: "start_column_has_crc8" },
    from: "crc8[1] = ^(",
    to: "crc8[1] = ~^(",
  },
  {
    ...{ proof: "control_set_check", module: "mac_rx", property: "message_needs_crc8" },
    from: "48'h8e6a85664cb9",
    to: "48'h8e6a85664cb8",
  },
  {
    ...{ proof: "start_column_check", module: "mac_rx_align", property: "start_needs_crc8" },
    from: "head_start_field_reg[47:40] == start_crc",
    to: "head_start_field_reg[47:41] == start_crc[7:1]",
  },
];

/** Those of a link with lanes, FEC and the ICRC. */
const onLanes: readonly Break[] = [
  ...crcBreaks("icrc", "32'h760b74bb", "32'h760b74ba"),
  {
    ...{ proof: "icrc_gen", module: "icrc_gen", property: "bypass_adds_nothing" },
    from: "eop1_reg && (!full1 || bypass1_reg)",
    to: "eop1_reg && !full1",
  },
  {
    ...{ proof: "icrc_check", module: "icrc_check", property: "good_where_serial_agrees" },
    from: "default: residue = 32'hdebb20e3",
    to: "default: residue = 32'hdebb20e2",
  },
  {
    ...{ proof: "pcs_scrambler", module: "pcs_scrambler", property: "scrambles_as_serial" },
    from: "past1[38 +: PAYLOAD]",
    to: "past1[39 +: PAYLOAD]",
  },
  {
    ...{ proof: "pcs_scrambler", module: "pcs_scrambler", property: "gaps_change_nothing" },
    from: "if (valid1_reg) begin",
    to: "if (enable) begin",
  },
  {
    ...{ proof: "pcs_scrambler", module: "pcs_scrambler", property: "starts_at_zero" },
    from: "history2_reg <= {232{1'b0}};",
    to: "history2_reg <= {232{1'b1}};",
  },
  {
    ...{ proof: "pcs_descrambler", module: "pcs_descrambler", property: "descrambles_as_serial" },
    from: "past[PAYLOAD + 57 -: 58]",
    to: "past[PAYLOAD + 56 -: 58]",
  },
  {
    ...{ proof: "rs_encoder", module: "rs_encoder_network", property: "parity_is_remainder" },
    from: "x1 = d[46] ^ d[64]",
    to: "x1 = d[46] ^ d[65]",
  },
  {
    ...{ proof: "rs_encoder", module: "rs_encoder", property: "gaps_change_nothing" },
    from: "if (s_valid) begin\n            data1_reg <= s_data;",
    to: "data1_reg <= s_data;\n        if (s_valid) begin",
  },
  {
    ...{ proof: "rs_syndromes", module: "rs_syndrome_network", property: "first_word_starts" },
    from: "x0 = d[3] ^ d[25]",
    to: "x0 = d[3] ^ d[26]",
  },
  {
    ...{ proof: "rs_syndromes", module: "rs_syndrome_step", property: "word_advances" },
    from: "x0 = d[72] ^ d[78]",
    to: "x0 = d[72]",
  },
];

export const affineBreaks: readonly Break[] = [
  ...onLink,
  ...onLanes.map((one) => ({ ...one, device: "lanes" as const })),
];
