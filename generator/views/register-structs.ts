import {
  counterStride,
  type DeviceRegisters,
  type PlacedBlock,
  type Register,
  type RegisterMap,
} from "../elaborate/register-model.ts";
import type { View } from "../render/view.ts";
import { address, counterRuns } from "./register-text.ts";

/** What a member of a struct takes: `type name[count]` at a byte offset. */
interface Member {
  readonly offset: number;
  readonly bytes: number;
  readonly declaration: string;
}

/** Where the address of a member stands, as far as its declaration leaves room. */
const commentColumn = 56;

/** The struct of a block of registers, gaps filled with words that nobody may touch. */
export function blockStruct(name: string, map: RegisterMap, counterStruct: string): View {
  const members = [
    ...map.groups.flatMap(({ registers }) => registers.map(memberOf)),
    ...counterRuns(map).map(({ name: counter, offset, count }) => ({
      offset,
      bytes: counterStride * (count ?? 1),
      declaration: `struct ${counterStruct} ${counter.toLowerCase()}${count === undefined ? "" : `[${count}]`}`,
    })),
  ];
  return { name, title: map.title, members: placed(members) };
}

function memberOf(register: Register): Member {
  const { name, offset, count, fields } = register;
  const type = fields.every(({ access }) => access === "ro")
    ? "const volatile uint32_t"
    : "volatile uint32_t";
  return {
    offset,
    bytes: 4 * (count ?? 1),
    declaration: `${type} ${name.toLowerCase()}${count === undefined ? "" : `[${count}]`}`,
  };
}

/** Members in the order of their addresses with what lies between them. */
function placed(members: readonly Member[], end?: number): View[] {
  let next = 0;
  const rows: View[] = [];
  const gap = (to: number) => {
    if (to > next) rows.push(row(next, `uint32_t reserved_${address(next).slice(2)}[${(to - next) / 4}]`));
  };
  for (const { offset, bytes, declaration } of [...members].sort((a, b) => a.offset - b.offset)) {
    gap(offset);
    rows.push(row(offset, declaration));
    next = offset + bytes;
  }
  if (end !== undefined) gap(end);
  return rows;
}

function row(offset: number, declaration: string): View {
  return { offset: address(offset), declaration: `${declaration};`.padEnd(commentColumn) };
}

/** Bytes from the start of a block to behind its last register. */
function bytesOf({ groups, counters }: RegisterMap): number {
  const ends = groups.flatMap(({ registers }) =>
    registers.map(({ offset, count }) => offset + 4 * (count ?? 1)),
  );
  return Math.max(...ends, ...counters.map(({ offset }) => offset + counterStride));
}

const memberOfBlock =
  (name: string) =>
  ({ map, base }: PlacedBlock): Member => ({
    offset: base,
    bytes: bytesOf(map),
    declaration: `struct ${name}_${map.id}_regs ${map.id}_csr`,
  });

/** The window of each port, and the device as an array of them; none of a device with one block. */
export function deviceStructs(
  name: string,
  { blocks, portStride }: DeviceRegisters,
): { device_structs: View[] } {
  if (blocks.length === 1) return { device_structs: [] };
  const last = Math.max(...blocks.map(({ ports }) => ports?.last ?? 0));
  const whole = "the whole device";
  if (last === 0)
    return {
      device_structs: [
        { name: `${name}_regs`, title: whole, members: placed(blocks.map(memberOfBlock(name))) },
      ],
    };
  const within = (port: number): Member[] =>
    blocks
      .filter(({ ports }) => (ports === undefined ? port === 0 : port >= ports.first && port <= ports.last))
      .map(memberOfBlock(name));
  const window = (port: number) => placed(within(port), portStride);
  return {
    device_structs: [
      { name: `${name}_port0`, title: "the window of port 0", members: window(0) },
      { name: `${name}_port`, title: "the window of an external port", members: window(1) },
      {
        name: `${name}_regs`,
        title: `${whole}; external port p is port[p - 1]`,
        members: [row(0, `struct ${name}_port0 port0`), row(portStride, `struct ${name}_port port[${last}]`)],
      },
    ],
  };
}
