/** Extension headers behind the BTH of the reliable connection and of UD (InfiniBand vol. 1, table 38), as the parser and the builder tell them apart. */
import type { NicDesign } from "../../design/nic.ts";
import { bin, dec, hex } from "../../render/verilog.ts";
import type { View } from "../../render/view.ts";
import { hasGrh, nicSizes } from "./sizes.ts";

/** LRH and BTH, which every packet has. */
const baseBytes = 20;

/** Extension bytes and opcodes of each kind, in the order of their codes; the last kind is every other opcode of RC. */
const kinds = [
  { name: "PLAIN", bytes: 0, opcodes: [0x00, 0x01, 0x02, 0x04, 0x07, 0x08, 0x0e], says: "none" },
  { name: "WORD", bytes: 4, opcodes: [0x03, 0x05, 0x09, 0x16, 0x17], says: "ImmDt or IETH" },
  { name: "RETH", bytes: 16, opcodes: [0x06, 0x0a, 0x0c], says: "RETH" },
  { name: "RETH_IMM", bytes: 20, opcodes: [0x0b], says: "RETH and ImmDt" },
  { name: "ATOMIC", bytes: 28, opcodes: [0x13, 0x14], says: "AtomicETH" },
  { name: "AETH", bytes: 4, opcodes: [0x0d, 0x0f, 0x10, 0x11], says: "AETH" },
  { name: "AETH_OLD", bytes: 12, opcodes: [0x12], says: "AETH and AtomicAckETH" },
] as const;
const datagramKinds = [
  { name: "DETH", bytes: 8, opcodes: [0x64], says: "DETH" },
  { name: "DETH_IMM", bytes: 12, opcodes: [0x65], says: "DETH and ImmDt" },
] as const;
/** No packet, but what goes in front of the payload of the one behind it, with an LRH. */
const frontKind = {
  name: "GRH",
  bytes: 8 - baseBytes,
  opcodes: [],
  says: "none; the GRH of a datagram",
} as const;
const reserved = { name: "RESERVED", bytes: 0, opcodes: [], says: "an opcode that RC reserves" } as const;

type Datagrams = Pick<NicDesign, "datagrams">;
type Received = Pick<NicDesign, "datagrams" | "ethernet">;

const headerKinds = ({ datagrams }: Datagrams, front = false) => [
  ...kinds,
  ...(datagrams ? datagramKinds : []),
  ...(front ? [frontKind] : []),
  reserved,
];

/** Bits of a kind. */
export const kindBits = (design: Datagrams): number => (design.datagrams ? 4 : 3);

/** Localparam lines of the kinds, of those that only come if `received` says who asks. */
export const kindParams = (design: Datagrams, received?: Received): readonly View[] =>
  headerKinds(design, received !== undefined && hasGrh(received)).map(({ name, says }, code) => ({
    name: `[${kindBits(design) - 1}:0] ${name}`,
    value: dec(code, kindBits(design)),
    comment: `extension headers: ${says}`,
  }));

/** `case` items: the opcodes of each kind but the last, in up to two rows. */
export const kindItems = (design: Datagrams): readonly View[] =>
  headerKinds(design)
    .filter(({ opcodes }) => opcodes.length > 0)
    .map(({ name, opcodes }) => ({
      kind: name,
      opcodes: opcodes.map((code) => hex(code, 8)).join(", "),
    }));

/** How the payload of each kind lies in the beats of a packet, by the bytes of its headers. */
export function kindLayouts(
  design: Pick<NicDesign, "datapathBits" | "datagrams">,
  received?: Received,
): readonly View[] {
  const { W, BB, words, wordBits } = nicSizes(design);
  return headerKinds(design, received !== undefined && hasGrh(received)).map(({ name, bytes }) => {
    const header = baseBytes + bytes;
    const at = header % BB;
    return {
      kind: name,
      headerWords: dec(header / 4, 4),
      skip: dec(Math.floor(header / BB), 3),
      atWords: dec(at / 4, wordBits),
      moved: at !== 0,
      // byte `at` of a beat becomes byte 0, or the other way round
      low: `[${8 * at - 1}:0]`,
      high: `[${W - 1}:${8 * at}]`,
      lowBack: `[${W - 8 * at - 1}:0]`,
      highBack: `[${W - 1}:${W - 8 * at}]`,
      // words of a beat before and behind that byte
      before: bin((1n << BigInt(words - at / 4)) - 1n, words),
      behind: bin(((1n << BigInt(words)) - 1n) ^ ((1n << BigInt(at / 4)) - 1n), words),
    };
  });
}
