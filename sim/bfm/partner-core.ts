/** What the parts of a {@link LinkPartner} share. */

import { Rng } from "../traffic/rng.ts";
import { CreditReceiver, CreditSender } from "./partner-credit.ts";
import { PartnerLog } from "./partner-log.ts";
import {
  newCounters,
  noFaults,
  noMutations,
  type PartnerCounters,
  type PartnerFaults,
  type PartnerMutations,
  type PartnerOptions,
} from "./partner-options.ts";
import { RetryReceiver, RetrySender } from "./partner-retry.ts";
import { Session } from "./partner-session.ts";

/** Options with every default filled in. */
export type ResolvedOptions = Required<Omit<PartnerOptions, "onPacket" | "onStart">> &
  Pick<PartnerOptions, "onPacket" | "onStart">;

export function resolveOptions(options: PartnerOptions): ResolvedOptions {
  const columns = options.widthBits / 64;
  const bufferBlocks = options.bufferBlocks ?? 256;
  return {
    dataVls: 1,
    retry: "llr",
    seed: 4,
    creditBlockBytes: 64,
    bufferBlocks,
    vl15Packets: 8,
    drainBytesPerCycle: Number.POSITIVE_INFINITY,
    maxPacketBytes: 4222,
    spacingColumns: columns,
    controlSpacingBytes: 2048,
    ackIntervalColumns: 4 * columns,
    initIntervalCycles: 64,
    replayTimerCycles: 3000,
    replayCountMax: 64,
    outstandingMax: 1023,
    outstandingBytesMax: 65536,
    creditRefreshCycles: 4096,
    creditUpdateBlocks: Math.max(1, bufferBlocks >> 2),
    linkLostCycles: 2000,
    fill: 0,
    ...options,
  };
}

export class PartnerCore {
  readonly options: ResolvedOptions;
  readonly rng: Rng;
  readonly counters: PartnerCounters = newCounters();
  readonly faults: PartnerFaults = noFaults();
  readonly mutations: PartnerMutations = noMutations();
  readonly log = new PartnerLog();
  readonly session: Session;
  readonly retrySender: RetrySender;
  readonly retryReceiver = new RetryReceiver();
  readonly creditSender = new CreditSender();
  readonly creditReceiver: CreditReceiver;
  /** Op of the flow-control packets: 1 while this port is to be in Initialize. */
  op = 0;
  cycle = 0;
  linkUp = true;

  constructor(options: PartnerOptions) {
    this.options = resolveOptions(options);
    const o = this.options;
    this.rng = new Rng(o.seed);
    this.retrySender = new RetrySender(
      {
        timerCycles: o.replayTimerCycles,
        countMax: o.replayCountMax,
        outstandingMax: o.outstandingMax,
        outstandingBytesMax: o.outstandingBytesMax,
      },
      this.mutations,
      this.counters,
    );
    this.creditReceiver = new CreditReceiver({
      dataVls: o.dataVls,
      capacityBlocks: o.bufferBlocks,
      updateBlocks: o.creditUpdateBlocks,
      refreshCycles: o.creditRefreshCycles,
      maxPacketBlocks: Math.ceil(o.maxPacketBytes / o.creditBlockBytes),
      blockBytes: o.creditBlockBytes,
      drainBytesPerCycle: o.drainBytesPerCycle,
    });
    this.session = new Session(this.rng.fork("session"), {
      started: (txSeq) => {
        this.counters.sessions++;
        this.log.add(this.cycle, "start", txSeq);
        this.retrySender.start(txSeq);
        this.creditSender.start();
      },
      peerTaken: (expected) => {
        this.log.add(this.cycle, "peer", expected);
        this.retryReceiver.start(expected);
        this.creditReceiver.start();
      },
    });
  }
}
