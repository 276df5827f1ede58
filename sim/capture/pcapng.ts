/**
 * Writes pcapng files that Wireshark opens: native InfiniBand as ERF records of type 21, Ethernet as it is. Time stamps
 * have nanoseconds; nothing in a file depends on when or where it was written.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { linkType } from "./pcap.ts";

export interface CaptureInterface {
  readonly name: string;
  readonly kind: "infiniband" | "ethernet";
  /** Bits per second, for the record; default none. */
  readonly speed?: number;
}

const blockType = { section: 0x0a0d0d0a, interface: 1, packet: 6 } as const;
const option = { end: 0, name: 2, speed: 8, resolution: 9, application: 4 } as const;
const erfHeaderBytes = 16;
const erfInfiniband = 21;
/** Bytes gathered before they are written. */
const gather = 1 << 20;

/** Appends frames of one or more interfaces to a file. Always close it. */
export class PcapngWriter {
  readonly #file: number;
  readonly #interfaces: readonly CaptureInterface[];
  readonly #buffer: Buffer;
  #at = 0;
  /** Frames written. */
  frames = 0;

  /** @param path of the file, which is overwritten */
  constructor(path: string, interfaces: readonly CaptureInterface[]) {
    this.#file = openSync(path, "w");
    this.#interfaces = interfaces;
    this.#buffer = Buffer.alloc(gather + (1 << 17));
    this.#section();
    for (const captureInterface of interfaces) this.#interface(captureInterface);
  }

  /**
   * Writes a frame.
   * @param bytes InfiniBand: LRH … ICRC VCRC; Ethernet: from the destination address on, without FCS
   * @param nanoseconds since the begin of the simulation
   * @param interfaceIndex of the interfaces given to the constructor
   */
  write(bytes: Uint8Array, nanoseconds: number, interfaceIndex = 0, length = bytes.length): void {
    const infiniband = this.#interfaces[interfaceIndex]?.kind === "infiniband";
    const captured = length + (infiniband ? erfHeaderBytes : 0);
    const start = this.#begin(blockType.packet);
    this.#uint32(interfaceIndex);
    const high = Math.floor(nanoseconds / 0x100000000);
    this.#uint32(high);
    this.#uint32(Math.floor(nanoseconds - high * 0x100000000));
    this.#uint32(captured);
    this.#uint32(captured);
    if (infiniband) this.#erf(nanoseconds, length);
    this.#buffer.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.#at);
    this.#at += length;
    this.#end(start);
    this.frames++;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  /** ERF record header: time as 32.32 fixed point (little-endian), type, flags, lengths (big-endian). */
  #erf(nanoseconds: number, length: number): void {
    const seconds = Math.floor(nanoseconds / 1e9);
    const fraction = Math.floor(((nanoseconds - seconds * 1e9) / 1e9) * 0x100000000);
    this.#uint32(fraction);
    this.#uint32(seconds);
    this.#buffer[this.#at++] = erfInfiniband;
    this.#buffer[this.#at++] = 0x04;
    this.#uint16be(erfHeaderBytes + length);
    this.#uint16be(0);
    this.#uint16be(length);
  }

  #section(): void {
    const start = this.#begin(blockType.section);
    this.#uint32(0x1a2b3c4d);
    this.#uint32(1);
    this.#uint32(0xffffffff);
    this.#uint32(0xffffffff);
    this.#option(option.application, Buffer.from("Lanewright simulation"));
    this.#uint32(option.end);
    this.#end(start);
  }

  #interface({ name, kind, speed }: CaptureInterface): void {
    const start = this.#begin(blockType.interface);
    this.#uint32(kind === "infiniband" ? linkType.erf : linkType.ethernet);
    this.#uint32(0);
    this.#option(option.name, Buffer.from(name));
    this.#option(option.resolution, Buffer.of(9));
    if (speed !== undefined) {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32LE(speed % 0x100000000, 0);
      bytes.writeUInt32LE(Math.floor(speed / 0x100000000), 4);
      this.#option(option.speed, bytes);
    }
    this.#uint32(option.end);
    this.#end(start);
  }

  #option(code: number, value: Uint8Array): void {
    this.#uint32(code | (value.length << 16));
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
    this.#pad();
  }

  #begin(type: number): number {
    if (this.#at >= gather) this.#flush();
    const start = this.#at;
    this.#uint32(type);
    this.#uint32(0);
    return start;
  }

  #end(start: number): void {
    this.#pad();
    const total = this.#at + 4 - start;
    this.#uint32(total);
    this.#buffer.writeUInt32LE(total, start + 4);
  }

  #pad(): void {
    while (this.#at & 3) this.#buffer[this.#at++] = 0;
  }

  #uint32(value: number): void {
    this.#buffer.writeUInt32LE(value >>> 0, this.#at);
    this.#at += 4;
  }

  #uint16be(value: number): void {
    this.#buffer.writeUInt16BE(value, this.#at);
    this.#at += 2;
  }

  #flush(): void {
    writeSync(this.#file, this.#buffer, 0, this.#at);
    this.#at = 0;
  }
}
