/** Records what a port sends and receives on its MII as frames of a pcapng file, with the VCRC, in simulated time. */
import type { MiiEnd } from "../bfm/mii.ts";
import type { SimModel, SimPort } from "../bfm/ports.ts";
import { PcapngWriter } from "../capture/pcapng.ts";
import { frameKind } from "../reference/columns.ts";
import { ColumnDecoder, type DecodedFrame, damage } from "../reference/decoder.ts";
import { judgeVcrc } from "../reference/packet.ts";

export interface WireTapOptions {
  readonly path: string;
  /** Port as it is called in the file. */
  readonly name: string;
  readonly clockMHz: number;
  readonly rateGbps: number;
  /** Prefix of the port's signals; default p0. */
  readonly prefix?: string;
  /** Frames after which the file takes no more; default none. */
  readonly frameLimit?: number;
}

const interfaces = { sent: 0, received: 1 } as const;

/**
 * Watches one end of a cable. The file has two interfaces, what the port sent and what it received; replayed packets
 * stand in it again. Frames damaged on the way, poisoned ones and flow-control packets are not packets that a reader of
 * InfiniBand could decode: they are counted, not written.
 */
export class WireTap {
  readonly path: string;
  /** Frames written, left out because the file is full, damaged, and flow-control packets. */
  readonly counts = { written: 0, beyondLimit: 0, damaged: 0, flowControl: 0 };
  readonly #end: MiiEnd;
  readonly #columns: number;
  readonly #txReady: SimPort;
  readonly #rxValid: SimPort;
  readonly #writer: PcapngWriter;
  readonly #sent: ColumnDecoder;
  readonly #received: ColumnDecoder;
  readonly #nsPerCycle: number;
  readonly #limit: number;
  #cycle = 0;

  constructor(model: SimModel, end: MiiEnd, options: WireTapOptions) {
    const speed = options.rateGbps * 1e9;
    this.path = options.path;
    this.#end = end;
    this.#columns = end.txFlags.length;
    this.#txReady = model.port(`${options.prefix ?? "p0"}_mii_tx_ready`);
    this.#rxValid = model.port(`${options.prefix ?? "p0"}_mii_rx_valid`);
    this.#nsPerCycle = 1000 / options.clockMHz;
    this.#limit = options.frameLimit ?? Number.POSITIVE_INFINITY;
    this.#sent = this.#decoder(interfaces.sent);
    this.#received = this.#decoder(interfaces.received);
    this.#writer = new PcapngWriter(options.path, [
      { name: `${options.name} sent`, kind: "infiniband", speed },
      { name: `${options.name} received`, kind: "infiniband", speed },
    ]);
  }

  /** Looks at the beats of this cycle, after the cable has set the inputs and before the clock edge. */
  tick(cycle: number): void {
    this.#cycle = cycle;
    if (this.#txReady.get() !== 0) this.#sent.beat(this.#end.txData, this.#end.txFlags, this.#columns);
    if (this.#rxValid.get() !== 0) this.#received.beat(this.#end.rxData, this.#end.rxFlags, this.#columns);
  }

  close(): void {
    this.#writer.close();
  }

  #decoder(index: number): ColumnDecoder {
    return new ColumnDecoder({
      frame: (frame) => this.#frame(frame, index),
      control: () => {},
      badControl: () => {},
      strayColumn: () => {},
    });
  }

  #frame(frame: DecodedFrame, index: number): void {
    const { bytes, length, kind, damaged } = frame;
    if (damaged !== damage.none || judgeVcrc(bytes, length) !== "good") this.counts.damaged++;
    else if (kind === frameKind.flowControl) this.counts.flowControl++;
    else if (this.counts.written >= this.#limit) this.counts.beyondLimit++;
    else {
      this.counts.written++;
      this.#writer.write(bytes, this.#cycle * this.#nsPerCycle, index, length);
    }
  }
}
