import { type AffineClaim, holdsWhere, same } from "./claims.ts";
import { allZero, type Form } from "./forms.ts";
import { constant, Machine } from "./machine.ts";
import type { Netlist } from "./netlist.ts";
import { crc8Of } from "./serial.ts";

/** Forms of a signal all of whose bits are known to be forms. */
const forms = (bits: readonly unknown[]): readonly Form[] => bits as readonly Form[];

/** Claims of `llr_control`: what it offers to the MAC, whatever is due. */
export const controlSetClaims: readonly AffineClaim[] = [
  {
    label: "control_set_has_crc8",
    says: "byte 7 of every control set is the serial CRC-8 of bytes 1 to 6, whichever message is due",
    check: (netlist) => {
      const due = ["nack_due", "echo_due", "init_due", "ack_due"].filter((name) => netlist.inputs.has(name));
      for (let choice = 0; choice < 1 << due.length; choice += 1) {
        const machine = new Machine(netlist);
        machine.cycle(Object.fromEntries(due.map((name, at) => [name, (choice >> at) & 1])));
        const column = machine.cycle().get("ctl_data");
        same(machine, "ctl_data of byte 0", column.slice(0, 8), 0x5c);
        const bytes = column.slice(8, 56);
        same(machine, "ctl_data", bytes, forms(bytes));
        same(machine, "the CRC-8 in ctl_data", column.slice(56), crc8Of(forms(bytes)));
      }
    },
  },
];

/** Claims of `llr_tx`. The number and the kind of the frame are free: whatever they are chosen from. */
export const startColumnClaims: readonly AffineClaim[] = [
  {
    label: "start_column_has_crc8",
    says: "byte 6 of every start column is the serial CRC-8 of bytes 1 to 5, for any sequence number and kind",
    check: (netlist) => {
      const machine = new Machine(netlist);
      const cuts = ["sel_seq", "sel_flow"].filter((name) => netlist.names.has(name));
      const column = machine
        .cycle(
          Object.fromEntries(
            cuts.map((name) => [name, machine.variables.vector(name, netlist.names.get(name)!.length)]),
          ),
        )
        .get("m_start");
      const bytes = column.slice(8, 48);
      same(machine, "m_start", bytes, forms(bytes));
      same(machine, "m_start of byte 0", column.slice(0, 8), 0xfb);
      same(machine, "the CRC-8 in m_start", column.slice(48, 56), crc8Of(forms(bytes)));
      same(machine, "m_start of byte 7", column.slice(56), 0xd5);
    },
  },
];

/** Claims of `mac_rx`: bytes 1 to 7 of a control set are in `message_reg`. */
export const controlCheckClaims: readonly AffineClaim[] = [
  {
    label: "message_needs_crc8",
    says: "a control set of each known message is taken where byte 7 is the serial CRC-8 of bytes 1 to 6, and else not",
    check: (netlist) => {
      for (const message of [1, 2, 3, 4]) {
        const { machine, column } = columnIn(netlist, "message_reg", [
          [0, 8, message],
          [24, 4, 6],
        ]);
        machine.load("message_valid_reg", 1);
        const now = machine.cycle({ rst: 0 });
        const sent = crc8Of(column.slice(0, 48));
        const differs = sent.map((bit, at) => bit ^ column[48 + at]!);
        holdsWhere(machine, "message_good", now.get("message_good")[0], allZero(differs));
        holdsWhere(machine, "ctl_valid", machine.cycle({ rst: 0 }).get("ctl_valid")[0], allZero(differs));
      }
    },
  },
];

/** Claims of `mac_rx_align`: bytes 1 to 7 of a start column are in `head_start_field_reg`. */
export const startCheckClaims: readonly AffineClaim[] = [
  {
    label: "start_needs_crc8",
    says: "a start column is right where its constants are and byte 6 is the serial CRC-8 of bytes 1 to 5, and else not",
    check: (netlist) => {
      for (const eligible of [0x5, 0x7]) {
        for (const kind of [0x55, 0x66]) {
          const { machine, column } = columnIn(netlist, "head_start_field_reg", [
            [0, 4, eligible],
            [24, 8, kind],
          ]);
          const ok = machine.cycle({ rst: 0 }).get("start_ok")[0];
          const crc = crc8Of(column.slice(0, 40));
          const wanted: readonly (readonly [number, readonly Form[]])[] = [
            [32, constant(0x55, 8)],
            [40, crc],
            [48, constant(0xd5, 8)],
            ...(eligible === 0x5 ? [[0, constant(0x555555, 24)] as const] : []),
          ];
          const differs = wanted.flatMap(([at, bits]) => bits.map((bit, place) => bit ^ column[at + place]!));
          holdsWhere(machine, "start_ok", ok, allZero(differs));
        }
      }
    },
  },
];

/** A machine whose register holds free bits but for fields `[first bit, bits, value]`. */
function columnIn(
  netlist: Netlist,
  register: string,
  fields: readonly (readonly [at: number, bits: number, value: number])[],
): { machine: Machine; column: readonly Form[] } {
  const machine = new Machine(netlist);
  machine.cycle({ rst: 0 });
  const column = [...machine.variables.vector(register, netlist.names.get(register)!.length)];
  for (const [at, bits, value] of fields) column.splice(at, bits, ...constant(value, bits));
  machine.load(register, column);
  return { machine, column };
}
