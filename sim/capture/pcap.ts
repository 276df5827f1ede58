/** Reads classic pcap files, of either byte order and either resolution of time. */

export interface CapturedFrame {
  readonly bytes: Uint8Array;
  /** Nanoseconds since 1970, as whole seconds and the rest. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Length on the wire; more than `bytes` when the capture cut it. */
  readonly wireBytes: number;
}

export interface Capture {
  readonly linkType: number;
  readonly frames: readonly CapturedFrame[];
}

/** Link types of pcap: Ethernet, and ERF which carries native InfiniBand. */
export const linkType = { ethernet: 1, erf: 197 } as const;

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;

/** Parses a pcap file. @throws Error that says what is wrong with the file */
export function readPcap(file: Uint8Array): Capture {
  if (file.length < fileHeaderBytes)
    throw new Error("this is no pcap file: it is shorter than a pcap header");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = view.getUint32(0, true);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const big = magic === 0xd4c3b2a1 || magic === 0x4d3cb2a1;
  if (magic === 0x0a0d0d0a) throw new Error("this is a pcapng file; a classic pcap file is needed");
  if (!little && !big) throw new Error("this is no pcap file: its magic number is unknown");
  const nano = magic === 0xa1b23c4d || magic === 0x4d3cb2a1;
  const frames: CapturedFrame[] = [];
  for (let at = fileHeaderBytes; at < file.length; ) {
    if (at + recordHeaderBytes > file.length)
      throw new Error(`the pcap file ends within frame ${frames.length + 1}`);
    const length = view.getUint32(at + 8, little);
    const start = at + recordHeaderBytes;
    if (start + length > file.length) throw new Error(`the pcap file ends within frame ${frames.length + 1}`);
    frames.push({
      bytes: file.slice(start, start + length),
      seconds: view.getUint32(at, little),
      nanoseconds: view.getUint32(at + 4, little) * (nano ? 1 : 1000),
      wireBytes: view.getUint32(at + 12, little),
    });
    at = start + length;
  }
  return { linkType: view.getUint32(20, little) & 0x0fffffff, frames };
}
