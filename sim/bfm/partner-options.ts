/** Options, faults and counters of the {@link LinkPartner}. */

/** A packet that a partner received in order. */
export interface PartnerPacket {
  /** LRH … ICRC, a copy of its own. */
  readonly bytes: Uint8Array;
  readonly vl: number;
  /** Poisoned, or of a wrong length. */
  readonly error: boolean;
  readonly cycle: number;
}

export interface PartnerOptions {
  /** Bits of a beat: 64, 128 … 2048. */
  readonly widthBits: number;
  /** Data lanes VL0 … VL(dataVls-1), 1 … 15; default 1. */
  readonly dataVls?: number;
  /** Default `llr`. */
  readonly retry?: "llr" | "none";
  readonly seed?: number;
  /** Bytes of a credit block; default 64. */
  readonly creditBlockBytes?: number;
  /** Receive buffer of each data lane in blocks; default 256. */
  readonly bufferBlocks?: number;
  /** Receive buffer of VL15 in packets; default 8. */
  readonly vl15Packets?: number;
  /** Bytes a cycle at which each lane's buffer is emptied; default all at once. */
  readonly drainBytesPerCycle?: number;
  /** Longest packet with VCRC; default 4222. */
  readonly maxPacketBytes?: number;
  /** Columns between starts and between messages: those of a beat of the wider port. Default those of this port. */
  readonly spacingColumns?: number;
  /** Bytes between messages inside a packet; default 2048. */
  readonly controlSpacingBytes?: number;
  /** Columns between ACKs; default four beats. */
  readonly ackIntervalColumns?: number;
  /** Default 64. */
  readonly initIntervalCycles?: number;
  /** Cycles without progress until everything is sent again; default 3000. */
  readonly replayTimerCycles?: number;
  /** Replays without progress until the session starts anew; default 64. */
  readonly replayCountMax?: number;
  /** Frames and bytes that may be unacknowledged; default 1023 and 65536. */
  readonly outstandingMax?: number;
  readonly outstandingBytesMax?: number;
  /** Cycles until a lane's credit is sent again unchanged; default 4096. */
  readonly creditRefreshCycles?: number;
  /** Blocks freed on a lane until its credit is sent; default a quarter of the buffer. */
  readonly creditUpdateBlocks?: number;
  /** Cycles without link until the session starts anew; default 2000. */
  readonly linkLostCycles?: number;
  /** Probability that a beat inside a packet is FILL, 0 … 1. */
  readonly fill?: number;
  readonly onPacket?: (packet: PartnerPacket) => void;
  /** Called when a packet goes onto the wire for the first time. */
  readonly onStart?: (packet: Uint8Array, vl: number, cycle: number, poisoned: boolean) => void;
}

/** What can be wrong with one transmission of a packet; its replay is good again unless it says otherwise. */
export const packetFaults = [
  /** One bit of the VCRC. */
  "vcrc",
  /** One bit of the start column. */
  "start",
  /** Idle in the place of the terminate column. */
  "no-terminate",
  /** Terminate in the middle. */
  "truncated",
  /** More columns than the longest packet has. */
  "oversize",
  /** Terminate at once behind the start column. */
  "runt",
  /** An error character in one data column (in the terminate column of a packet that has no data column). */
  "error-character",
  /** A sequence number ahead of the right one. */
  "sequence-ahead",
  /** A sequence number behind the right one. */
  "sequence-behind",
  /** VCRC complemented without a POISON control set: damaged. */
  "poison-vcrc-only",
  /** A POISON control set with a good VCRC: a good packet. */
  "poison-set-only",
  /** PktLen says another length, VCRC good: accepted by the retry and lost for good. */
  "length",
] as const;
export type PacketFault = (typeof packetFaults)[number];

/** Misbehaviour that can be switched on and off at any time. */
export interface PartnerFaults {
  /** ACK, or NACK, is never sent. */
  stopAck: boolean;
  stopNack: boolean;
  /** Lanes whose credit is not sent: bit v for VL v. */
  withholdCredit: number;
  /** Probabilities for each own control set. */
  controlDrop: number;
  controlCorrupt: number;
  controlDuplicate: number;
  /** Probability that the transmission of a data packet (or of any frame) has one of `packetFaults`. */
  packetFaultRate: number;
  packetFaults: readonly PacketFault[];
  /** Packets are sent whether there is credit or not. */
  ignoreCredit: boolean;
  /** Endless packets of 288 bytes on VL15. */
  vl15Flood: boolean;
}

export function noFaults(): PartnerFaults {
  return {
    stopAck: false,
    stopNack: false,
    withholdCredit: 0,
    controlDrop: 0,
    controlCorrupt: 0,
    controlDuplicate: 0,
    packetFaultRate: 0,
    packetFaults: ["vcrc", "start", "no-terminate", "truncated", "oversize", "runt", "error-character"],
    ignoreCredit: false,
    vl15Flood: false,
  };
}

/** Rules of the protocol that a partner can be made to break, to see that the benches notice. */
export interface PartnerMutations {
  /** ACK and NACK are believed whatever they say. */
  ignoreAckWindow: boolean;
  /** Two NACKs a gap. */
  nackTwice: boolean;
  /** A good frame is taken whatever its number. */
  ignoreSequence: boolean;
  /** Damaged frames are taken. */
  ignoreCrc: boolean;
  /** NACK is not followed by a replay, and the timer neither. */
  neverReplay: boolean;
  /** A replayed packet is counted in FCTBS again. */
  replayCountsCredit: boolean;
}

export function noMutations(): PartnerMutations {
  return {
    ignoreAckWindow: false,
    nackTwice: false,
    ignoreSequence: false,
    ignoreCrc: false,
    neverReplay: false,
    replayCountsCredit: false,
  };
}

/** What happened; all start at 0. */
export function newCounters() {
  return {
    // sent
    dataSent: 0,
    flowControlSent: 0,
    framesReplayed: 0,
    acksSent: 0,
    nacksSent: 0,
    initsSent: 0,
    echoesSent: 0,
    controlsDropped: 0,
    controlsCorrupted: 0,
    controlsDuplicated: 0,
    packetsFaulted: 0,
    poisonSent: 0,
    // retry and session
    acksReceived: 0,
    nacksReceived: 0,
    acksIgnored: 0,
    replays: 0,
    timeouts: 0,
    flushes: 0,
    sessions: 0,
    initsReceived: 0,
    echoesReceived: 0,
    echoesIgnored: 0,
    badControls: 0,
    strayColumns: 0,
    // received
    framesIgnored: 0,
    framesDamaged: 0,
    crcErrors: 0,
    gaps: 0,
    duplicates: 0,
    ineligible: 0,
    dataReceived: 0,
    flowControlReceived: 0,
    flowControlBad: 0,
    poisonReceived: 0,
    lengthErrors: 0,
    badVl: 0,
    overruns: 0,
    vl15Dropped: 0,
    abrCorrections: 0,
  };
}
export type PartnerCounters = ReturnType<typeof newCounters>;
