import type { DerivedId } from "../design/link.ts";
import { creditLimitBlocks } from "../elaborate/index.ts";
import { maxCreditBlockBytes } from "./limits.ts";
import { isPow2, type Numbers, type OverrideRule, percent, refuse, type Verdict, warn } from "./numbers.ts";

const replayDepthBeats: OverrideRule = (value, n) => {
  if (!isPow2(value)) {
    const message = "the address wraps at a power of two; packets would be overwritten before their ACK";
    return refuse("LW_OVERRIDE_REPLAY_DEPTH", message, "a power of two");
  }
  const reserve = 2 * n.value("maxPacketBeats") + 1;
  if (value < reserve) {
    const message =
      "does not hold two longest packets, one under way and one being sent: one of them would be lost";
    return refuse("LW_OVERRIDE_REPLAY_DEPTH", message, `at least ${reserve} beats (2 * maxPacketBeats + 1)`);
  }
  const need = n.value("ackRoundTripCycles") + reserve;
  if (value >= need) return undefined;
  const share = Math.max(value - reserve, n.value("maxPacketBeats")) / n.value("ackRoundTripCycles");
  const message = `fills up before the first ACK comes: about ${percent(share)} of the line rate`;
  return warn("LW_SLOW_REPLAY_DEPTH", message, `at least ${need} beats for full rate`);
};

const replayEntries: OverrideRule = (value, n) => {
  const most = n.value("replayDepthBeats");
  if (isPow2(value) && value >= 2 && value <= most) return undefined;
  const message = "the packet list must be a power of two and no longer than the replay memory";
  return refuse("LW_OVERRIDE_REPLAY_ENTRIES", message, `2 ... ${most}, a power of two`);
};

const outstandingSeqMax: OverrideRule = (value, n) => {
  const half = 2 ** (n.value("sequenceBits") - 1);
  const most = Math.min(n.value("replayEntries") - 1, half);
  if (value > half) {
    const message = "is more than half the number space: an old packet would be taken for a new one";
    return refuse("LW_OVERRIDE_OUTSTANDING_SEQ", message, `at most ${most}`);
  }
  if (value > most) {
    const message = "is more than the packet list holds: packets would be overwritten before their ACK";
    return refuse("LW_OVERRIDE_OUTSTANDING_SEQ", message, `at most ${most} (replayEntries - 1)`);
  }
  if (value < 2) {
    const message = "the window closes two packets before its limit: nothing could ever be sent";
    return refuse("LW_OVERRIDE_OUTSTANDING_SEQ", message, `2 ... ${most}`);
  }
  const need = Math.ceil(bytesInFlight(n) / n.value("maxPacketBytes")) + 2;
  return value < need ? slowWindow((value - 1) / (need - 1), `at least ${need} packets`) : undefined;
};

const outstandingDataMax: OverrideRule = (value, n) => {
  const most = n.value("replayBytes");
  const reserve = 2 * n.value("maxPacketBeats") * n.value("beatBytes");
  if (value > most) {
    const message = "is more than the replay memory holds: packets would be overwritten before their ACK";
    return refuse("LW_OVERRIDE_OUTSTANDING_DATA", message, `at most ${most} bytes (replayBytes)`);
  }
  if (value < reserve) {
    const message = "the window closes two longest packets before its limit: nothing could ever be sent";
    return refuse("LW_OVERRIDE_OUTSTANDING_DATA", message, `at least ${reserve} bytes`);
  }
  const need = Math.ceil(bytesInFlight(n)) + reserve;
  const share = Math.max(value - reserve, n.value("maxPacketBytes")) / bytesInFlight(n);
  return value < need ? slowWindow(share, `at least ${need} bytes`) : undefined;
};

function bytesInFlight(n: Numbers): number {
  return (n.design.rateGbps / 8) * n.value("ackRoundTripNs") + n.value("maxPacketBytes");
}

function slowWindow(share: number, limit: string): Verdict {
  const message = `the window closes before the first ACK comes: about ${percent(share)} of the line rate`;
  return warn("LW_SLOW_OUTSTANDING", message, `${limit} for full rate`);
}

const creditBlockBytes: OverrideRule = (value, n) => {
  if (!isPow2(value) || value < 64 || value > maxCreditBlockBytes) {
    const message =
      "blocks are counted by shifting the length: any other size counts short, and buffers overflow";
    return refuse("LW_OVERRIDE_CREDIT_BLOCK", message, `a power of two, 64 ... ${maxCreditBlockBytes} bytes`);
  }
  return n.derived.creditsPerVl?.overridden ? undefined : slowCredits(n);
};

const creditsPerVl: OverrideRule = (value, n) => {
  const least = n.value("maxPacketBlocks");
  if (value > creditLimitBlocks) {
    const message =
      "the test (CL - FCTBS) mod 4096 <= 2048 would take spent credit for new and overflow the buffer";
    return refuse("LW_OVERRIDE_CREDITS", message, `at most ${creditLimitBlocks} blocks`);
  }
  if (value < least) {
    const message = "a longest packet never gets enough credit, and its lane stands still for ever";
    return refuse("LW_OVERRIDE_CREDITS", message, `at least ${least} blocks (maxPacketBlocks)`);
  }
  return slowCredits(n);
};

function slowCredits(n: Numbers): Verdict | undefined {
  const block = n.value("creditBlockBytes");
  const need = Math.ceil(n.value("creditLoopBytes") / block);
  const value = n.value("creditsPerVl");
  if (value >= need) return undefined;
  const message = `one lane alone waits for credit: about ${percent(value / need)} of the line rate`;
  return warn("LW_SLOW_CREDITS", message, `${need} blocks of ${block} bytes for full rate`);
}

const creditUpdateBlocks: OverrideRule = (value, n) => {
  const credits = n.value("creditsPerVl");
  const block = n.value("creditBlockBytes");
  if (value === 0)
    return refuse(
      "LW_OVERRIDE_CREDIT_UPDATE",
      "flow-control packets would fill the wire",
      "at least 1 block",
    );
  if (value > credits - n.value("maxPacketBlocks")) {
    const refreshNs = (n.value("creditRefreshCycles") * 1000) / n.design.clockMHz;
    const share = (credits * block * 8) / (refreshNs * n.design.rateGbps);
    const message = `the sender can run dry before the trigger is reached: about ${percent(share)} of the line rate`;
    return warn("LW_SLOW_CREDIT_UPDATE", message, `at most ${credits - n.value("maxPacketBlocks")} blocks`);
  }
  const share = ((credits - value) * block) / bytesInFlight(n);
  if (share >= 1) return undefined;
  const most = Math.max(1, Math.floor(credits - bytesInFlight(n) / block));
  const message = `credit comes back in lumps of ${value} of ${credits} blocks: about ${percent(share)} of the line rate`;
  return warn("LW_SLOW_CREDIT_UPDATE", message, `at most ${most} blocks for full rate`);
};

const vlBufferBeats: OverrideRule = (value, n) => {
  const least = n.computed("vlBufferBeats");
  if (value >= least) return tooManyPages(n);
  const message = `is smaller than what ${n.value("creditsPerVl")} credits promise and one damaged packet: packets would be lost`;
  return refuse("LW_OVERRIDE_VL_BUFFER", message, `at least ${least} beats`);
};

const vl15BufferBeats: OverrideRule = (value, n) => {
  const one = Math.ceil(n.value("vl15PacketBytes") / n.value("beatBytes"));
  if (value < one)
    return refuse("LW_OVERRIDE_VL15_BUFFER", "does not hold a single packet", `at least ${one} beats`);
  if (value >= n.computed("vl15BufferBeats")) return tooManyPages(n);
  const message = `a burst of more than ${Math.floor(value / one)} management packets is dropped`;
  return warn("LW_SMALL_VL15_BUFFER", message, `${n.computed("vl15BufferBeats")} beats for eight packets`);
};

/** Most pages that the registers of an ingress count, 16 bits. */
const largestPageCount = 2 ** 16 - 1;

function tooManyPages(n: Numbers): Verdict | undefined {
  if (n.design.role === "standalone") return undefined;
  const pages = n.value("pagesPerPort");
  if (pages <= largestPageCount) return undefined;
  const message = `makes ${pages} pages of the input buffer, more than its registers count`;
  return refuse("LW_OVERRIDE_RANGE", message, `${largestPageCount} pages of ${n.value("pageBeats")} beats`);
}

const txQueue: (room: DerivedId, longest: (n: Numbers) => number) => OverrideRule =
  (room, longest) => (value, n) => {
    const least = n.value(room);
    const full = least + longest(n);
    if (value < least) {
      const message =
        n.design.role === "standalone"
          ? "a longest packet would never fit"
          : "the queue would never ask for a packet: two longest and what is in flight must fit";
      return refuse("LW_OVERRIDE_TX_QUEUE", message, `at least ${least} beats`);
    }
    if (value >= full) return undefined;
    const message = `the next packet waits until the last has left: down to ${percent(0.5)} of the line rate`;
    return warn("LW_SLOW_TX_QUEUE", message, `at least ${full} beats`);
  };

const queueDescriptors: OverrideRule = (value) =>
  isPow2(value) && value >= 2
    ? undefined
    : refuse(
        "LW_OVERRIDE_DESCRIPTORS",
        "the packet list must be a power of two",
        "a power of two, at least 2",
      );

const counterBits: OverrideRule = (value, n) => {
  if (value < 32 || value > 64) {
    const message = "counters are read as two registers of 32 bits";
    return refuse("LW_OVERRIDE_COUNTER_BITS", message, "32 ... 64 bits");
  }
  const computed = n.computed("counterBits");
  if (value >= computed) return undefined;
  const days = Math.round((365.25 / 2 ** (computed - value)) * 10) / 10;
  const message = `packet counters wrap after ${days} days of smallest packets, at the earliest`;
  return warn("LW_COUNTER_WRAPS", message, `${computed} bits for a year`);
};

/** Rules of buffers, windows, credits and widths. */
export const sizeOverrides: Partial<Record<DerivedId, OverrideRule>> = {
  replayDepthBeats,
  replayEntries,
  outstandingSeqMax,
  outstandingDataMax,
  creditBlockBytes,
  creditsPerVl,
  creditUpdateBlocks,
  vlBufferBeats,
  vl15BufferBeats,
  txQueueBeats: txQueue("txRoomBeats", (n) => n.value("maxPacketBeats")),
  txQueue15Beats: txQueue("txRoom15Beats", (n) =>
    Math.ceil(n.value("vl15PacketBytes") / n.value("beatBytes")),
  ),
  queueDescriptors,
  counterBits,
};
