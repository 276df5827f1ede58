/** Damages a staged frame in one of the ways of `packetFaults`. */
import {
  character,
  columnBytes,
  sequenceMask,
  startSequence,
  writeIdle,
  writeStart,
  writeTerminate,
} from "../reference/columns.ts";
import { readUint16, vcrcBytes, writeUint16 } from "../reference/headers.ts";
import { sealVcrc } from "../reference/packet.ts";
import type { Rng } from "../traffic/rng.ts";
import type { PacketFault } from "./partner-options.ts";
import type { StagedFrame } from "./partner-wire.ts";

function flip(bytes: Uint8Array, at: number, rng: Rng): void {
  bytes[at] = bytes[at]! ^ (1 << rng.below(8));
}

/** @param length bytes of the frame  @param maxPacketBytes longest packet with VCRC */
export function damageStaged(
  fault: PacketFault,
  staged: StagedFrame,
  length: number,
  maxPacketBytes: number,
  rng: Rng,
): void {
  const { data, flags } = staged;
  const last = staged.columns - 1;
  const crc = columnBytes + length - vcrcBytes;
  switch (fault) {
    case "vcrc":
      flip(data, crc + rng.below(vcrcBytes), rng);
      return;
    case "start":
      flip(data, rng.range(1, 7), rng);
      return;
    case "no-terminate":
      writeIdle(data, flags, last);
      return;
    case "truncated":
      shorten(staged, 1 + (last >> 1), rng.below(8));
      return;
    case "runt":
      shorten(staged, 1, rng.below(8));
      return;
    case "oversize":
      lengthen(staged, Math.ceil(maxPacketBytes / columnBytes) + rng.range(2, 64), rng);
      return;
    case "error-character": {
      const column = last > 1 ? rng.range(1, last - 1) : last;
      const byte = last > 1 ? rng.below(8) : 0;
      data[column * columnBytes + byte] = character.error;
      flags[column] = flags[column]! | (1 << byte);
      return;
    }
    case "sequence-ahead":
      renumber(staged, rng.range(1, 1000));
      return;
    case "sequence-behind":
      renumber(staged, -rng.range(1, 1000));
      return;
    case "poison-vcrc-only":
      data[crc] = data[crc]! ^ 0xff;
      data[crc + 1] = data[crc + 1]! ^ 0xff;
      return;
    case "poison-set-only":
      staged.poisonSet = true;
      return;
    case "length": {
      const frame = data.subarray(columnBytes, columnBytes + length);
      writeUint16(frame, 4, (readUint16(frame, 4) ^ (1 << rng.below(3))) & 0x7ff);
      sealVcrc(frame);
      return;
    }
  }
}

function shorten(staged: StagedFrame, terminate: number, tail: number): void {
  if (terminate >= staged.columns) return;
  writeTerminate(staged.data, staged.flags, terminate, tail);
  staged.columns = terminate + 1;
}

function lengthen(staged: StagedFrame, terminate: number, rng: Rng): void {
  const from = staged.columns - 1;
  if (terminate <= from) return;
  rng.fill(staged.data, from * columnBytes, terminate * columnBytes);
  staged.flags.fill(0, from, terminate);
  writeTerminate(staged.data, staged.flags, terminate, rng.below(8));
  staged.columns = terminate + 1;
}

function renumber(staged: StagedFrame, by: number): void {
  const seq = startSequence(staged.data, 0);
  if (seq >= 0) writeStart(staged.data, staged.flags, 0, (seq + by) & sequenceMask, staged.data[4]!);
}
