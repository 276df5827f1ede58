import { type AffineClaim, holdsWhere, Refuted, same } from "./claims.ts";
import { allZero, type Form } from "./forms.ts";
import { type Cycle, type Given, Machine } from "./machine.ts";
import type { Netlist } from "./netlist.ts";
import { complement, icrc, ones, reversed, type SerialCrc, shift, vcrc } from "./serial.ts";

/** One beat of a packet: its data, and what the CRC is taken over. */
interface Beat {
  readonly data: readonly Form[];
  readonly covered: readonly Form[];
  readonly inputs: Readonly<Record<string, Given>>;
}

/** A module that is out of reset with nothing in it, whose register holds `register`: stages of the serial one. */
function started(netlist: Netlist, crc: SerialCrc): { machine: Machine; register: readonly Form[] } {
  const machine = new Machine(netlist);
  machine.cycle({ rst: 1 });
  const state = machine.variables.vector("register", crc.bits);
  machine.load("state_reg", state);
  return { machine, register: reversed(state) };
}

function beat(machine: Machine, netlist: Netlist, at: number, control: Record<string, Given>): Beat {
  const bits = netlist.inputs.get("s_data")!.length;
  const data = machine.variables.vector(`beat ${at}, s_data`, bits);
  const masked = netlist.inputs.has("s_crc_data");
  const covered = masked ? machine.variables.vector(`beat ${at}, s_crc_data`, bits) : data;
  return {
    data,
    covered,
    inputs: { rst: 0, s_data: data, ...(masked && { s_crc_data: covered }), ...control },
  };
}

/** Inputs of a cycle without a beat. */
const idle = { rst: 0, s_valid: 0 };

/** The register after the stages of a pipeline that lie in front of it: two clocks behind the beat. */
function registerClaims(
  crc: SerialCrc,
  full: (netlist: Netlist) => Record<string, Given>,
): readonly AffineClaim[] {
  const claim = (sop: 0 | 1): AffineClaim["check"] => {
    return (netlist) => {
      const { machine, register } = started(netlist, crc);
      const one = beat(machine, netlist, 1, { ...full(netlist), s_sop: sop, s_eop: 0, s_valid: 1 });
      machine.cycle(one.inputs);
      machine.cycle({ ...full(netlist), ...idle });
      const after = machine.cycle({ ...full(netlist), ...idle }).get("state_reg");
      const expected = shift(crc, sop ? ones(crc.bits) : register, one.covered);
      same(machine, "state_reg", after, reversed(expected));
      // it stays while no beat comes
      same(
        machine,
        "state_reg a clock later",
        machine.cycle({ ...full(netlist), ...idle }).get("state_reg"),
        after,
      );
    };
  };
  return [
    {
      label: "register_starts",
      says: "after the first beat of a packet the register is the serial one from all ones on, whatever it held",
      check: claim(1),
    },
    {
      label: "register_advances",
      says: "a full beat takes the register where the serial one goes in as many bits, from any state",
      check: claim(0),
    },
  ];
}

function expectControl(
  machine: Machine,
  cycle: Cycle,
  values: Readonly<Record<string, number>>,
  when: string,
): void {
  for (const [name, value] of Object.entries(values))
    same(machine, `${name} ${when}`, cycle.get(name), value);
}

/** Claims of `crc_gen`; that of the ICRC can be told to add nothing. */
export function crcGenClaims(crc: SerialCrc): readonly AffineClaim[] {
  const full = (netlist: Netlist): Record<string, Given> => ({
    s_words: netlist.inputs.get("s_data")!.length / 32,
    s_poison: 0,
    ...(netlist.inputs.has("s_bypass") && { s_bypass: 0 }),
    m_ready: 1,
  });
  const ends = (poison: 0 | 1): AffineClaim["check"] => {
    return (netlist) => {
      for (let words = 1; words <= netlist.inputs.get("s_data")!.length / 32; words += 1) {
        for (const sop of [0, 1] as const)
          genEnd(netlist, crc, { ...full(netlist), s_words: words, s_poison: poison }, sop);
      }
    };
  };
  return [
    ...registerClaims(crc, full),
    {
      label: "crc_behind_last_word",
      says: "for each number of words in the last beat: the packet leaves unchanged, the serial CRC of all of it behind",
      check: ends(0),
    },
    {
      label: "poison_complements",
      says: "with s_poison the same, the CRC complemented",
      check: ends(1),
    },
    ...(crc === icrc ? [bypassClaim] : []),
  ];
}

const bypassClaim: AffineClaim = {
  label: "bypass_adds_nothing",
  says: "with s_bypass the packet leaves as it came",
  check: (netlist) => {
    const most = netlist.inputs.get("s_data")!.length / 32;
    for (let words = 1; words <= most; words += 1) {
      genEnd(netlist, icrc, { s_words: words, s_poison: 0, s_bypass: 1, m_ready: 1 }, 0);
    }
  },
};

/** A packet whose beat before the last came from any state, or that has one beat only (`sop`), and its end. */
function genEnd(netlist: Netlist, crc: SerialCrc, control: Record<string, Given>, sop: 0 | 1): void {
  const { machine, register } = started(netlist, crc);
  const width = netlist.inputs.get("s_data")!.length;
  const words = control.s_words as number;
  const size = netlist.outputs.has("m_bytes") ? "m_bytes" : "m_words";
  const unit = size === "m_bytes" ? 4 : 1;
  const added = size === "m_bytes" ? crc.bits / 8 : 1;
  const bypass = control.s_bypass === 1;
  const last = beat(machine, netlist, 1, { ...control, s_sop: sop, s_eop: 1, s_valid: 1 });
  const after = shift(crc, sop ? ones(crc.bits) : register, last.covered.slice(0, 32 * words));
  const sent = control.s_poison === 1 ? reversed(after) : complement(reversed(after));
  const rest = { ...control, ...idle };
  same(machine, "s_ready", machine.cycle(last.inputs).get("s_ready"), 1);
  machine.cycle(rest);
  machine.cycle(rest);
  const out = machine.cycle(rest);
  const when = `of a last beat of ${words} words`;
  const spills = 32 * words === width && !bypass;
  const body = 32 * words;
  same(machine, `m_data ${when}`, out.get("m_data").slice(0, body), last.data.slice(0, body));
  expectControl(machine, out, { m_valid: 1, m_eop: spills ? 0 : 1 }, when);
  const total = unit * words + (spills || bypass ? 0 : added);
  same(machine, `${size} ${when}`, out.get(size), total);
  if (bypass) return;
  const end = spills ? machine.cycle(rest) : out;
  const place = spills ? 0 : body;
  same(machine, `the CRC ${when}`, end.get("m_data").slice(place, place + crc.bits), sent);
  if (!spills) return;
  expectControl(machine, end, { m_valid: 1, m_eop: 1, [size]: added }, `of the CRC ${when}`);
}

/** Claims of `crc_check`. */
export function crcCheckClaims(crc: SerialCrc): readonly AffineClaim[] {
  const full = (netlist: Netlist): Record<string, Given> => ({
    s_bytes: netlist.inputs.get("s_data")!.length / 8,
  });
  const verdict = (output: string, inverted: boolean): AffineClaim["check"] => {
    return (netlist) => {
      for (let bytes = 1; bytes <= netlist.inputs.get("s_data")!.length / 8; bytes += 1) {
        for (const sop of [0, 1] as const) checkEnd(netlist, crc, { bytes, sop, output, inverted });
      }
    };
  };
  return [
    ...registerClaims(crc, full),
    {
      label: "good_where_serial_agrees",
      says:
        "for each number of bytes in the last beat: m_crc_good where the packet ends with the complemented serial CRC of" +
        " what is before, and nowhere else",
      check: verdict("m_crc_good", false),
    },
    ...(crc === vcrc
      ? [
          {
            label: "inverted_where_complemented",
            says: "m_crc_inverted where it ends with the CRC complemented once more, and nowhere else",
            check: verdict("m_crc_inverted", true),
          },
        ]
      : []),
    {
      label: "data_passes",
      says: "data and the number of bytes leave as they came",
      check: (netlist) => {
        const { machine } = started(netlist, crc);
        const one = beat(machine, netlist, 1, { ...full(netlist), s_sop: 1, s_eop: 1, s_valid: 1 });
        machine.cycle(one.inputs);
        machine.cycle({ ...full(netlist), ...idle });
        const out = machine.cycle({ ...full(netlist), ...idle });
        same(machine, "m_data", out.get("m_data"), one.data);
        if (netlist.outputs.has("m_bytes"))
          same(machine, "m_bytes", out.get("m_bytes"), full(netlist).s_bytes!);
        expectControl(machine, out, { m_valid: 1, m_eop: 1 }, "of a single beat");
      },
    },
  ];
}

interface CheckEnd {
  readonly bytes: number;
  readonly sop: 0 | 1;
  readonly output: string;
  readonly inverted: boolean;
}

function checkEnd(netlist: Netlist, crc: SerialCrc, { bytes, sop, output, inverted }: CheckEnd): void {
  const { machine, register } = started(netlist, crc);
  const last = beat(machine, netlist, 1, { s_bytes: bytes, s_sop: sop, s_eop: 1, s_valid: 1 });
  machine.cycle(last.inputs);
  machine.cycle({ s_bytes: 0, ...idle });
  const out = machine.cycle({ s_bytes: 0, ...idle });
  const what = `${output} of a last beat of ${bytes} bytes`;
  const bits = out.get(output);
  // a VCRC ends half-way in a word, an ICRC at its end
  if (bytes % 4 !== (crc.bits / 8) % 4) {
    same(machine, what, bits, 0);
    return;
  }
  const body = 8 * bytes - crc.bits;
  if (body < 0) throw new Refuted(`${what}: the CRC does not fit`, machine);
  const after = reversed(shift(crc, sop ? ones(crc.bits) : register, last.covered.slice(0, body)));
  const sent = inverted ? after : complement(after);
  const received = last.covered.slice(body, 8 * bytes);
  holdsWhere(machine, what, bits[0], allZero(sent.map((bit, at) => bit ^ received[at]!)));
}
