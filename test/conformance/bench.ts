/** A link device on its cable with the reference port at the other end, and a record of what the device sends. */
import type { LinkDesign } from "../../generator/design/link.ts";
import { throttleOf } from "../../sim/bfm/channel.ts";
import type { PartnerOptions } from "../../sim/bfm/link-partner.ts";
import { frameKind, message, sequenceHalf, sequenceMask } from "../../sim/reference/columns.ts";
import { ColumnDecoder } from "../../sim/reference/decoder.ts";
import { type FlowControl, parseFlowControl } from "../../sim/reference/flow-control.ts";
import { limitsOf } from "../../sim/run/limits.ts";
import { PartnerBench } from "../link/partner-bench.ts";
import type { Findings, LinkStage } from "./plan.ts";

/** A frame that the device has put onto the wire. */
export interface SentFrame {
  /** Cycle of its last column. */
  readonly cycle: number;
  readonly seq: number;
  readonly length: number;
  readonly poisoned: boolean;
  /** Null for a data packet. */
  readonly flow: FlowControl | null;
}

/** A control set that the device has put onto the wire. */
export interface SentControl {
  readonly cycle: number;
  readonly code: number;
  readonly seq: number;
}

/** Everything that the device sends, before the cable damages it. */
export class WireLog {
  readonly frames: SentFrame[] = [];
  readonly controls: SentControl[] = [];
  #cycle = 0;
  readonly #columns: number;
  readonly #decoder: ColumnDecoder;

  constructor(widthBits: number) {
    this.#columns = widthBits / 64;
    this.#decoder = new ColumnDecoder({
      frame: ({ bytes, length, seq, kind, poisonSet }) => {
        const flow = kind === frameKind.flowControl ? parseFlowControl(bytes, length) : null;
        this.frames.push({ cycle: this.#cycle, seq, length, poisoned: poisonSet, flow });
      },
      control: (code, seq) => {
        if (code !== message.fill && code !== message.poison)
          this.controls.push({ cycle: this.#cycle, code, seq });
      },
      badControl: () => undefined,
      strayColumn: () => undefined,
    });
  }

  beat(data: Uint8Array, flags: Uint8Array, cycle: number): void {
    this.#cycle = cycle;
    this.#decoder.beat(data, flags, this.#columns);
  }

  /** Forgets what was sent so far. */
  clear(): void {
    this.frames.length = 0;
    this.controls.length = 0;
  }

  /** Numbers of the control sets with this message. */
  numbers(code: number): number[] {
    return this.controls.filter((control) => control.code === code).map(({ seq }) => seq);
  }

  get data(): readonly SentFrame[] {
    return this.frames.filter(({ flow }) => flow === null);
  }
}

export interface StageBench {
  readonly bench: PartnerBench;
  readonly log: WireLog;
}

/** Value of a derived number. */
export function derived(
  { design }: { readonly design: LinkDesign },
  id: keyof LinkDesign["derived"],
): number {
  return design.derived[id].value;
}

/** What the wire carries in a cycle, bytes. */
export function wireBytesPerCycle({ rateGbps, clockMHz }: LinkDesign): number {
  return (rateGbps * 1000) / 8 / clockMHz;
}

/** The device's cable at its full length and rate, the link up, nothing under way. */
export async function openStage(
  { device, design }: LinkStage,
  partner: Partial<PartnerOptions> = {},
): Promise<StageBench> {
  const limits = limitsOf(design);
  const log = new WireLog(design.datapathBits);
  const bench = new PartnerBench(device, {
    partner: {
      outstandingMax: derived({ design }, "outstandingSeqMax"),
      outstandingBytesMax: derived({ design }, "outstandingDataMax"),
      replayTimerCycles: derived({ design }, "replayTimerCycles"),
      bufferBlocks: Math.min(2048, derived({ design }, "creditsPerVl")),
      creditUpdateBlocks: derived({ design }, "creditUpdateBlocks"),
      ...partner,
    },
    cable: {
      ab: {
        delayCycles: limits.delayCycles,
        throttle: throttleOf(design.rateGbps, design.datapathBits, design.clockMHz),
      },
    },
    onBeat: (data, flags, cycle) => log.beat(data, flags, cycle),
  });
  bench.until(limits.bringUpCycles, () => bench.up, "the link is up");
  settle(bench);
  log.clear();
  return { bench, log };
}

/** More than a dozen replay timers, or the refresh of a credit: by then all has come that is going to come. */
const patience = 100_000;

/** Runs until nothing is under way and everything is acknowledged at both ends. */
export function settle(bench: PartnerBench): void {
  bench.drain(patience);
  bench.until(patience, () => unacknowledged(bench) === 0, "all is acknowledged");
}

/** Frames that the device sent and the partner has not acknowledged. */
export function unacknowledged({ device }: PartnerBench): number {
  return (device.read("TX_SEQ.SEQ") - 1 - device.read("ACKED_SEQ.SEQ")) & sequenceMask;
}

/** From the device's last column to what the partner answers, and some. */
export function roundTrip(stage: LinkStage): number {
  return derived(stage, "ackRoundTripCycles");
}

/** The partner says nothing any more about what it receives. */
export function silence({ partner }: PartnerBench, silent = true): void {
  partner.faults.stopAck = silent;
  partner.faults.stopNack = silent;
}

/** Packets of both directions came once, in order and unchanged, and the device kept to the wire format. */
export function lossless(bench: PartnerBench, found: Findings, least = 1): void {
  const boards = [bench.out.result(), bench.back.result()];
  const bad = boards.reduce((sum, board) => {
    return sum + board.lost + board.duplicated + board.reordered + board.corrupted;
  }, 0);
  const matched = boards.reduce((sum, board) => sum + board.matched, 0);
  found.atLeast("packets delivered", matched, least);
  found.is("lost, doubled, reordered or changed", bad, 0);
  found.is("breaches of the wire format", bench.monitor.violations.length, 0);
}

/** The data VLs of a design. */
export function dataLanes({ design }: LinkStage): number[] {
  return [...Array(design.virtualLanes.data).keys()];
}

export { message, sequenceHalf, sequenceMask };
