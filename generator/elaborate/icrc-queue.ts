/** Beats of the queue in `icrc_rx`, a power of two: those in the checker (2 cycles) keep their places, one comes in. */
export const icrcQueueBeats = 4;

/** Bits of one of its entries: VL, error, ICRC only, last, valid words and the data. */
export function icrcQueueEntryBits(datapathBits: number): number {
  return datapathBits + Math.ceil(Math.log2(datapathBits / 32 + 1)) + 7;
}
