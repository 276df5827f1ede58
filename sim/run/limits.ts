/** Times of a link pair that follow from its design, in cycles of the device clock. */
import type { AnyPcsDesign } from "../../generator/design/any-pcs.ts";
import type { LinkDesign } from "../../generator/design/link.ts";

export interface PairLimits {
  /** From a port's MII output to the other's MII input: cable and PHYs. */
  readonly delayCycles: number;
  /** By then both ports are Active. */
  readonly bringUpCycles: number;
  /** What passes before goodput is measured. */
  readonly warmUpCycles: number;
  /** Without one delivery for this long while packets are under way, the link hangs. */
  readonly hangCycles: number;
  /** By then all that the ports hold has come, when the clients take it. */
  readonly drainCycles: number;
  /** After the last delivery, what still comes twice or late has come by then. */
  readonly settleCycles: number;
}

const pipelineCycles = 64;
const lockPeriods = 6;

/** Blocks in which the place where they begin is found: up to 66 slips, of a few blocks each. */
const blockLockBlocks = 512;
const blockBits = 66;

/** From one group of alignment markers to the next, or the lock to blocks, in cycles of the device; 0 with an MII. */
function markerPeriodCycles({ pcs, clockMHz }: LinkDesign): number {
  return pcs === null ? 0 : (markerPeriodClocks(pcs) * clockMHz) / pcs.derived.laneClockMHz.value;
}

function markerPeriodClocks({ kind, format, derived }: AnyPcsDesign): number {
  if (kind !== "base-r") return derived.markerPeriodCodewords.value * derived.codewordClocks.value;
  const blocks = format.pcsLanes > 1 ? derived.markerPeriodBlocks.value : 0;
  return ((blocks + blockLockBlocks) * blockBits) / derived.pcsLaneBits.value;
}

/**
 * The limits of a design.
 * - PCS: lanes are locked after two periods of their markers, or three when the first marker was met half way; as many
 *   again when that did not last
 * - bring-up: three handshakes of one round trip and one repetition of INIT each, and as many again for lost ones
 * - hang: 16 replay timers, each followed by a replay of the whole buffer (a link with errors that make this likely
 *   carries next to nothing), without retry 16 round trips; and the time to send a receive buffer
 * - drain: all buffers (transmit queues, replay, receive buffers) sent four times over, and one hang
 */
export function limitsOf(design: LinkDesign): PairLimits {
  const { derived, cableMeters, phyLatencyNs, clockMHz, virtualLanes } = design;
  const delayCycles = Math.ceil(((5 * cableMeters + phyLatencyNs) * clockMHz) / 1000);
  const roundTrip = Math.max(derived.ackRoundTripCycles.value, 2 * delayCycles + pipelineCycles);
  const lanes = virtualLanes.data;
  const held =
    lanes * (derived.txQueueBeats.value + derived.vlBufferBeats.value) + derived.replayDepthBeats.value;
  const repair =
    design.retry === "llr" ? derived.replayTimerCycles.value + derived.replayDepthBeats.value : roundTrip;
  const lockCycles = Math.ceil(lockPeriods * markerPeriodCycles(design));
  const hangCycles = 16 * repair + derived.vlBufferBeats.value + lockCycles;
  return {
    delayCycles,
    bringUpCycles: 6 * (roundTrip + derived.initIntervalCycles.value) + 2000 + lockCycles,
    warmUpCycles: 2 * roundTrip,
    hangCycles,
    drainCycles: 4 * held + hangCycles,
    settleCycles: 2 * delayCycles + 4 * pipelineCycles,
  };
}
