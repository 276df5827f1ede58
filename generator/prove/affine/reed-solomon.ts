import { type AffineClaim, same } from "./claims.ts";
import type { Form } from "./forms.ts";
import { Machine } from "./machine.ts";
import type { Netlist } from "./netlist.ts";
import { add, alphaTo, divideStep, generatorPolynomial, type Symbol10, times, zeroSymbol } from "./serial.ts";

/** A code over GF(2^10): symbols of a codeword, and of its message. */
export interface Code {
  readonly n: number;
  readonly k: number;
}

const symbolsOf = (bits: readonly Form[]): readonly Symbol10[] =>
  Array.from({ length: bits.length / 10 }, (_, at) => bits.slice(10 * at, 10 * at + 10));

/**
 * A whole codeword out of any state, with `gaps` cycles between its words: what leaves is the message and behind it the
 * remainder of the serial division. What stands in the places of the parity is free.
 */
function codeword({ n, k }: Code, gaps: number): AffineClaim["check"] {
  return (netlist) => {
    const machine = new Machine(netlist);
    const width = netlist.inputs.get("s_data")!.length;
    const words = (10 * n) / width;
    const sent: Form[] = [];
    const received: Form[] = [];
    let latest = machine.cycle({ rst: 0 });
    const step = (inputs: Parameters<Machine["cycle"]>[0]): void => {
      latest = machine.cycle({ rst: 0, ...inputs });
    };
    // a word leaves two clocks behind its own
    for (let at = 0; at < words * (gaps + 1) + 2; at += 1) {
      const number = Math.floor(at / (gaps + 1));
      const isWord = at % (gaps + 1) === 0 && number < words;
      if (isWord) {
        const data = machine.variables.vector(`word ${number}, s_data`, width);
        sent.push(...data);
        step({ s_data: data, s_valid: 1, s_first: number === 0 ? 1 : 0 });
      } else {
        step({ s_valid: 0 });
      }
      const left = at - 2;
      if (left < 0 || left % (gaps + 1) !== 0 || left / (gaps + 1) >= words) continue;
      same(machine, `m_valid of word ${left / (gaps + 1)}`, latest.get("m_valid"), 1);
      received.push(...(latest.get("m_data") as readonly Form[]));
    }
    const generator = generatorPolynomial(n - k);
    let remainder: readonly Symbol10[] = new Array<Symbol10>(n - k).fill(zeroSymbol);
    for (const symbol of symbolsOf(sent.slice(0, 10 * k)))
      remainder = divideStep(remainder, symbol, generator);
    same(machine, "the message in m_data", received.slice(0, 10 * k), sent.slice(0, 10 * k));
    same(machine, "the parity in m_data", received.slice(10 * k), [...remainder].reverse().flat());
  };
}

/** Claims of `rs_encoder`. */
export function rsEncoderClaims(code: Code): readonly AffineClaim[] {
  return [
    {
      label: "parity_is_remainder",
      says: "a codeword is its message and the remainder of its serial division by the generator, for every message and state",
      check: codeword(code, 0),
    },
    {
      label: "gaps_change_nothing",
      says: "the same with a cycle without a word between its words",
      check: codeword(code, 1),
    },
  ];
}

/** Claims of `rs_syndromes`: Horner's rule, a symbol at a time. */
export function rsSyndromesClaims({ n, k }: Code): readonly AffineClaim[] {
  const step = (first: 0 | 1): AffineClaim["check"] => {
    return (netlist: Netlist) => {
      const machine = new Machine(netlist);
      machine.cycle({ rst: 1 });
      const state = machine.variables.vector("syndromes before", 10 * (n - k));
      const width = netlist.inputs.get("s_data")!.length;
      const data = machine.variables.vector("s_data", width);
      machine.cycle({ rst: 0, s_data: data, s_valid: 1, s_first: first, s_last: 1 });
      machine.load("syndromes_reg", state);
      machine.cycle({ rst: 0, s_valid: 0 });
      const out = machine.cycle({ rst: 0, s_valid: 0 });
      const expected = symbolsOf(state).map((before, root) => {
        const factor = alphaTo(root);
        return symbolsOf(data).reduce<Symbol10>(
          (sum, symbol) => add(times(sum, [factor])[0]!, symbol),
          first === 1 ? zeroSymbol : before,
        );
      });
      same(machine, "m_syndromes", out.get("m_syndromes"), expected.flat());
      same(machine, "m_done", out.get("m_done"), 1);
      same(machine, "m_syndromes later", machine.cycle({ rst: 0 }).get("m_syndromes"), expected.flat());
    };
  };
  return [
    {
      label: "word_advances",
      says: "a word takes every syndrome where Horner's rule goes symbol by symbol, from any state",
      check: step(0),
    },
    {
      label: "first_word_starts",
      says: "with s_first the same from 0, whatever was before",
      check: step(1),
    },
  ];
}
