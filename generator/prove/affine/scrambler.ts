import { type AffineClaim, same } from "./claims.ts";
import type { Form } from "./forms.ts";
import { type Given, Machine } from "./machine.ts";
import type { Netlist } from "./netlist.ts";
import { SerialScrambler } from "./serial.ts";

/** How the scramblers and descramblers of a PCS differ. */
interface StreamShape {
  /** The register that holds what was sent (scrambler) or received last (descrambler), the newest bit on top. */
  readonly history: string;
  /** Bits of a block, 66, whose first two pass as they are; 0: all bits are scrambled. */
  readonly block: 0 | 66;
  /** Inputs that stay as they are. */
  readonly held: Readonly<Record<string, Given>>;
}

/** The shape of a module, by the register that it has. */
function shapeOf(netlist: Netlist): StreamShape {
  const held = Object.entries({ restart: 0, thin: 0, m_ready: 1 }).filter(([name]) =>
    netlist.inputs.has(name),
  );
  const history = ["past_reg", "sent_reg", "history_reg"].find((name) => netlist.names.has(name));
  if (history === undefined) throw new Error(`${netlist.top} keeps no history`);
  return { history, block: history === "past_reg" ? 0 : 66, held: Object.fromEntries(held) };
}

/** The bits of a word that are scrambled, and the others. */
function split(bits: readonly Form[], block: 0 | 66): { payload: readonly Form[]; headers: readonly Form[] } {
  const isHeader = (at: number): boolean => block !== 0 && at % block < 2;
  return {
    payload: bits.filter((_, at) => !isHeader(at)),
    headers: bits.filter((_, at) => isHeader(at)),
  };
}

const word = (machine: Machine, netlist: Netlist, at: number): readonly Form[] =>
  machine.variables.vector(`word ${at}, s_data`, netlist.inputs.get("s_data")!.length);

/**
 * One step of an induction: words before have filled the histories, with a serial stream of any past; the next word leaves
 * as the serial scrambler sends it, and the registers are those of the stream with this word. All zeros, as after reset,
 * are such a stream.
 * @param gaps cycles without a word behind each
 */
function scramblerStep(gaps: number): AffineClaim["check"] {
  return (netlist) => {
    const shape = shapeOf(netlist);
    const machine = new Machine(netlist);
    const width = netlist.inputs.get("s_data")!.length;
    const loop = netlist.names.get(shape.history)!.length;
    const serial = new SerialScrambler(machine.variables.vector("sent before", 58));
    let sent: readonly Form[] = [];
    let data: readonly Form[] = [];
    const feed = (at: number): void => {
      data = word(machine, netlist, at);
      sent = [...sent, ...serial.scramble(split(data, shape.block).payload)];
      machine.cycle({ ...shape.held, rst: 0, s_valid: 1, s_data: data });
      for (let gap = 0; gap < gaps; gap += 1) machine.cycle({ ...shape.held, rst: 0, s_valid: 0 });
    };
    const words =
      3 + Math.ceil(netlist.stateInputs.size / (width - (shape.block === 0 ? 0 : (2 * width) / 66)));
    for (let at = 0; at < words; at += 1) feed(at);
    // the last word is in front of the loop, or, with a gap behind it, in the loop
    const before = sent;
    feed(words);
    const loaded = gaps === 0 ? before : sent;
    machine.load(shape.history, gaps === 0 ? loaded.slice(-loop) : sent.slice(-loop));
    if (gaps > 0) {
      feed(words + 1);
    } else {
      machine.cycle({ ...shape.held, rst: 0, s_valid: 0 });
    }
    const after = machine.cycle({ ...shape.held, rst: 0, s_valid: 0 });
    same(machine, shape.history, after.get(shape.history), sent.slice(-loop));
    const out = split(after.get("m_data") as readonly Form[], shape.block);
    same(machine, "m_data", out.payload, sent.slice(-out.payload.length));
    same(machine, "the headers in m_data", out.headers, split(data, shape.block).headers);
  };
}

/** Claims of a scrambler, two clocks deep. */
export const scramblerClaims: readonly AffineClaim[] = [
  {
    label: "scrambles_as_serial",
    says: "words back to back: each leaves as 1 + x^39 + x^58 scrambles it bit by bit, whatever was sent before",
    check: scramblerStep(0),
  },
  {
    label: "gaps_change_nothing",
    says: "the same with a cycle without a word behind each",
    check: scramblerStep(1),
  },
  {
    label: "starts_at_zero",
    says: "reset leaves the state of a stream of zeros in what has been sent",
    check: (netlist) => {
      const shape = shapeOf(netlist);
      const machine = new Machine(netlist);
      machine.cycle({ ...shape.held, rst: 1 });
      const after = machine.cycle({ ...shape.held, rst: 0 });
      for (const [name, bits] of netlist.names) {
        const holds = bits.every((bit) => netlist.stateInputs.has(bit));
        if (holds && /^(past\d*|history\d+|sent)_reg$/.test(name)) same(machine, name, after.get(name), 0);
      }
    },
  },
];

/** Claims of a descrambler, one clock deep. */
export const descramblerClaims: readonly AffineClaim[] = [
  {
    label: "descrambles_as_serial",
    says: "a word leaves as the serial descrambler gives it, from any 58 bits before; the last 58 bits are kept",
    check: (netlist) => {
      const shape = shapeOf(netlist);
      const machine = new Machine(netlist);
      machine.cycle({ ...shape.held, rst: 0 });
      const history = machine.variables.vector("received before", 58);
      machine.load(shape.history, history);
      const data = word(machine, netlist, 0);
      machine.cycle({ ...shape.held, rst: 0, s_valid: 1, s_data: data });
      const after = machine.cycle({ ...shape.held, rst: 0, s_valid: 0 });
      const { payload, headers } = split(data, shape.block);
      same(machine, shape.history, after.get(shape.history), [...history, ...payload].slice(-58));
      const out = split(after.get("m_data") as readonly Form[], shape.block);
      same(machine, "m_data", out.payload, new SerialScrambler(history).descramble(payload));
      same(machine, "the headers in m_data", out.headers, headers);
      const later = machine.cycle({ ...shape.held, rst: 0 });
      same(
        machine,
        `${shape.history} a gap later`,
        later.get(shape.history),
        [...history, ...payload].slice(-58),
      );
    },
  },
];
