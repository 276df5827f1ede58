/** The recorded vectors, typed; for tests. */
import { readFileSync } from "node:fs";

export interface PcsVectors {
  readonly gf1024: {
    readonly alpha_powers_0_to_39: readonly number[];
    readonly mul: readonly (readonly [number, number, number])[];
    readonly inv: readonly (readonly [number, number])[];
  };
  readonly generator_polynomials_g0_first: {
    readonly rs544_514: readonly number[];
    readonly rs528_514_rs272_258_rs271_257: readonly number[];
  };
  readonly rs_encode: readonly {
    readonly name: string;
    readonly n: number;
    readonly k: number;
    readonly message: string;
    readonly parity: string;
  }[];
  readonly rs_decode: readonly {
    readonly name: string;
    readonly n: number;
    readonly k: number;
    readonly received: string;
    readonly errors_index_value: readonly (readonly [number, number])[];
    readonly syndromes_S0_first: readonly number[];
    readonly lambda_low_first: readonly number[] | null;
    readonly correctable: boolean;
  }[];
  readonly encode_66b: readonly {
    readonly txd: readonly number[];
    readonly txc: number;
    readonly sync_01: string;
    readonly payload_hex64: string;
  }[];
  readonly transcode_256b257b: readonly {
    readonly sync: readonly string[];
    readonly payload_hex64: readonly string[];
    readonly xcoded_hex257: string;
  }[];
  readonly scrambler: readonly {
    readonly name: string;
    readonly state_S57_to_S0_hex58: string;
    readonly in_hex514: string;
    readonly out_hex514: string;
    readonly state_after_hex58: string;
  }[];
  readonly tx_frame: {
    readonly words_txc_txd: readonly (readonly [string, string])[];
    readonly blocks66_sync_payload: readonly (readonly [string, string])[];
    readonly blocks257_hex: readonly string[];
    readonly scrambler_state_S57_to_S0_hex58: string;
    readonly scrambled257_hex: readonly string[];
  };
  readonly transcode_clause91: {
    readonly previous_payload_hex256: string;
    readonly groups: readonly {
      readonly plain_payload_hex64: readonly string[];
      readonly sync: readonly string[];
      readonly scrambled_payload_hex64: readonly string[];
      readonly tx_scrambled_hex257: string;
    }[];
  };
  readonly rs544_encoder_trace_32_symbols_per_clock: {
    readonly message: string;
    readonly state_after_clock_p29_first: readonly string[];
    readonly parity: string;
  };
  readonly alignment_markers: {
    readonly am400: readonly string[];
    readonly am400_first12_symbols_per_lane: readonly string[];
    readonly am400_vec120_hex: readonly string[];
    readonly am200_lane0_from_memory: string;
    readonly am_mapped400_prbs_all_ones_hex2056: string;
    readonly pad133_prbs_all_ones: string;
  };
  readonly annex119a_style_idle_400g: PairVector & { readonly idle257_hex: string };
  readonly fixture_am_plus_prbs17_400g: PairVector;
  readonly pma: {
    readonly lanes0_3_first40_bits: readonly string[];
    readonly bitmux_4to1: string;
  };
}

export interface PairVector {
  readonly tx_scrambled_am_hex10280: string;
  readonly codeword_A: string;
  readonly codeword_B: string;
  /** Symbols of each PCS lane. */
  readonly lanes: readonly string[];
}

export function readVectors(): PcsVectors {
  const file = new URL("../../data/pcs-vectors.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as PcsVectors;
}

/** Symbols of three hexadecimal digits each, the first one sent leftmost. */
export function symbolsOf(hex: string): Uint16Array {
  return Uint16Array.from({ length: hex.length / 3 }, (_, i) =>
    Number.parseInt(hex.slice(3 * i, 3 * i + 3), 16),
  );
}

/** Blocks as `blocks.ts` keeps them. @param sync headers, the first bit sent leftmost @param payload 64-bit numbers */
export function blocksOf(sync: readonly string[], payload: readonly string[]): Uint8Array {
  const blocks = new Uint8Array(9 * sync.length);
  for (const [i, bits] of sync.entries()) {
    blocks[9 * i] = Number(bits[0]) | (Number(bits[1]) << 1);
    blocks.set(Buffer.from(payload[i]!, "hex").reverse(), 9 * i + 1);
  }
  return blocks;
}
