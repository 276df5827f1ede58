import type { AnyDerivedId } from "../design/switch.ts";
import { registerBitsOf } from "../elaborate/register-limits.ts";
import { type Numbers, refuse, type Verdict } from "./numbers.ts";

/** Numbers that follow from others; the text says which to set instead, or why there is nothing to set. */
const fixed: Partial<Record<AnyDerivedId, string>> = {
  internalPorts: "it follows from the number of ports; set ports.count",
  portBits: "it follows from the number of ports; set ports.count",
  flightBeats: "it counts the registers that are there; set crossbarStages",
  portToPortCycles: "it is the sum of the latency budget; set crossbarStages",
  pageBeats: "pages and credits would disagree and the buffer overflow; set creditBlockBytes",
  pagesPerPort: "fewer pages than the lanes' buffers take lose packets; set vlBufferBeats",
  aggregateGbps: "it is a figure, nothing is built from it",
  packetMemoryBits: "it is a figure, nothing is built from it",
  columnsPerBeat: "it follows from the width; set datapathBits",
  beatBytes: "it follows from the width; set datapathBits",
  maxPacketBytes: "a longer or shorter limit than the peer's loses packets; set mtuBytes",
  maxPacketBeats: "it follows from the MTU and the width; set mtuBytes",
  vl15PacketBytes: "the standard fixes the size of VL15 packets; a smaller one would drop legal ones",
  controlSpacingBeats: "set controlSpacingBytes",
  linkEfficiencyPercent: "it is a figure, nothing is built from it",
  ackRoundTripCycles: "set ackRoundTripNs",
  replayBytes: "a size other than that of the memory loses packets; set replayDepthBeats",
  sequenceBits:
    "the wire carries 20 bits, and both ends compare modulo 2^20: any other width takes old packets for new",
  maxPacketBlocks: "FCTBS and ABR must count alike at both ends; set creditBlockBytes",
  txRoomBeats: "it follows from the longest packet; set txQueueBeats",
  txRoom15Beats: "it follows from the longest packet; set txQueue15Beats",
  beatsPerBlock: "a block that took more than this would overflow the buffer; set creditBlockBytes",
  creditLoopBytes: "set creditsPerVl",
  lineGbps: "rate and FEC fix it; set rateGbps or fec",
  lineBits: "set symbolsPerClock",
  laneClockMHz: "the line has one rate; set symbolsPerClock",
  pcsLaneBits: "set symbolsPerClock",
  laneBits: "set symbolsPerClock or lanes",
  codewordClocks: "set symbolsPerClock",
  groupsPerWord:
    "the crossings must carry what either side does in a clock; set symbolsPerClock or datapathBits",
  correctableSymbols: "the code fixes it; set fec",
  keyEquationClocks: "the code fixes it; set fec",
  keyEquationEngines: "fewer would leave codewords undecoded; set symbolsPerClock",
  decoderCycles: "it counts the registers that are there; set symbolsPerClock",
  pcsTxNs: "it is the sum of the latency budget",
  pcsRxNs: "it is the sum of the latency budget",
  pcsLinkNs: "it is a sum; set phyLatencyNs",
  realignNs: "it is a time of the far end; set replayCountMax",
};

/** The same for a PCS without FEC, where the width of a lane is what is set; with one lane there are no markers. */
const fixedWithoutFec: Partial<Record<AnyDerivedId, string>> = {
  lineBits: "set laneBits or lanes",
  laneClockMHz: "the line has one rate; set laneBits",
  pcsLaneBits: "set laneBits",
  blocksPerWord: "the crossings must carry what either side does in a clock; set laneBits or datapathBits",
  syncBlocks: "set laneBits",
};
const ofMarkers: readonly AnyDerivedId[] = ["markerPeriodBlocks", "deskewWords"];

/** Why a number cannot be set, if so. */
function reasonOf(id: AnyDerivedId, { design }: Numbers): string | undefined {
  if (design.pcs?.kind !== "base-r") return fixed[id];
  if (id === "laneBits") return undefined;
  if (design.pcs.format.pcsLanes === 1 && ofMarkers.includes(id)) return "one lane has no markers";
  return fixedWithoutFec[id] ?? fixed[id];
}

/** Numbers that need not be integers. */
const real: ReadonlySet<AnyDerivedId> = new Set([
  "aggregateGbps",
  "handlingNs",
  "cableNs",
  "ackRoundTripNs",
  "linkEfficiencyPercent",
]);

/** Largest of any number without a register of its own: 16 Mi beats, cycles, packets. */
const largest = 2 ** 24;

/** What every override must be before its meaning is looked at. */
export function checkForm(id: AnyDerivedId, value: number, numbers: Numbers): Verdict | undefined {
  const reason = reasonOf(id, numbers);
  const computed = numbers.computed(id);
  if (reason !== undefined) {
    return value === computed
      ? undefined
      : refuse("LW_OVERRIDE_FIXED", `cannot be set: ${reason}`, `${computed}`);
  }
  if (!real.has(id) && !Number.isInteger(value)) {
    return refuse("LW_OVERRIDE_RANGE", "must be an integer", "an integer");
  }
  const bits = id in registerBitsOf ? registerBitsOf[id as keyof typeof registerBitsOf] : undefined;
  if (bits !== undefined && value >= 2 ** bits) {
    return refuse(
      "LW_OVERRIDE_RANGE",
      `does not fit its register of ${bits} bits`,
      `at most ${2 ** bits - 1}`,
    );
  }
  if (bits === undefined && value > largest)
    return refuse("LW_OVERRIDE_RANGE", "is too large", `at most ${largest}`);
  return undefined;
}
