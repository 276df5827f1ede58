/** The input buffers that the benches look at: small, so that pages, tickets and places for copies go round often. */
import { benchWidths } from "./build.ts";
import type { SwitchBenchOptions } from "./switch-bench.ts";

/** Beats of a longest packet, 382 bytes, and of one on VL15, 290 bytes. */
const beatsOf = (bits: number, bytes: number): number => Math.ceil((8 * bytes) / bits);

/**
 * Two longest packets and a little more on each lane, places for little more than one multicast packet; `block` sets the
 * bytes of a page, 64 unless given.
 */
function small(bits: number, ports: number, block?: number): NonNullable<SwitchBenchOptions["derived"]> {
  const [data, vl15] = [beatsOf(bits, 382), beatsOf(bits, 290)];
  const pageBeats = Math.ceil((8 * (block ?? 64)) / bits);
  const inPages = (beats: number): number => Math.ceil(beats / pageBeats) * pageBeats;
  return {
    vlBufferBeats: inPages(2 * data + pageBeats),
    vl15BufferBeats: inPages(vl15 + 2 * pageBeats),
    multicastCopies: ports + 3,
    ...(block !== undefined && { creditBlockBytes: block }),
  };
}

const [narrow = 64] = benchWidths;

/** Pages of many beats and of one, many lanes and one, both ways of forwarding, with a register behind the requests and without. */
export const voqShapes: readonly SwitchBenchOptions[] = [
  ...benchWidths.flatMap((bits): SwitchBenchOptions[] => [
    { bits: widthOf(bits), ports: 4, lanes: 4, derived: small(bits, 4) },
    {
      bits: widthOf(bits),
      ports: bits === narrow ? 5 : 3,
      lanes: 1,
      requests: bits === narrow ? 1 : 0,
      forwarding: bits === narrow ? "store-and-forward" : "cut-through",
      derived: small(bits, bits === narrow ? 5 : 3, bits === narrow ? undefined : bits / 8),
    },
  ]),
];

/** Protected memories; the first one with fewer places for copies than ports. */
export const secdedShapes: readonly SwitchBenchOptions[] = [
  {
    bits: 64,
    ports: 3,
    lanes: 2,
    memoryProtection: "secded",
    derived: { ...small(64, 3), multicastCopies: 2 },
  },
  {
    bits: 256,
    ports: 3,
    lanes: 4,
    forwarding: "store-and-forward",
    memoryProtection: "secded",
    derived: small(256, 3, 32),
  },
];

function widthOf(bits: number): NonNullable<SwitchBenchOptions["bits"]> {
  if (bits === 64 || bits === 128 || bits === 256 || bits === 512 || bits === 1024 || bits === 2048)
    return bits;
  throw new RangeError(`no switch has ${bits} bits`);
}
