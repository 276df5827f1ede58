/** Mutants that no bench can kill, each with the reason. */
export interface Equivalent {
  readonly module: string;
  /** The source of the place; any where it is not given. */
  readonly from?: string;
  /** What takes the place, as the campaign prints it; anything where it is not given. */
  readonly to?: string | readonly string[];
  /** Part of the line that the place stands in. */
  readonly line?: string;
  readonly why: string;
}

const masked = "told_reg decides only when no refresh is due, and a new session makes one due";
const pause =
  "the cycle between two flow-control packets only tells the same lane from being looked at twice";
const words = "the words of sessions may follow in any order, as long as one differs from the one before";

export const equivalents: readonly Equivalent[] = [
  {
    ...{ module: "credit_rx", line: "left > 12'd2048 ? 12'd2048 : left;" },
    to: ["12'd2049", "12'd2047", "(left >= 12'd2048)", "(left)"],
    why: "a lane has at most 2048 blocks in every design, so that the limit is never beyond it",
  },
  {
    ...{ module: "credit_rx", line: "= gained <= 12'd2048;" },
    to: ["12'd2049", "12'd2047", "(gained < 12'd2048)"],
    why: "what is gained is at most the credits of the lane, or a little less than none: never near half of the numbers",
  },
  {
    ...{ module: "credit_rx", line: "left        = taken >= CREDITS" },
    to: ["(taken > CREDITS)", "(CREDITS ^ 1'b1)"],
    why: "where exactly as much is taken as there is, the subtraction gives the same 0",
  },
  { ...{ module: "credit_rx", line: "told_reg        <= 12'd0;", to: ["12'd1", ""] }, why: masked },
  {
    ...{ module: "credit_rx", line: "fccl_reg        <= 12'd0;", to: ["12'd1", ""] },
    why: "fccl_reg is written in every cycle, and what it holds in the one of the reset is not looked at",
  },
  { ...{ module: "credit_rx", line: "idle_reg <= 1'b0;" }, why: pause },
  { ...{ module: "credit_rx", line: "end else if (!idle_reg) begin", to: "1'b0" }, why: pause },
  {
    ...{ module: "llr_session", line: "lfsr_reg[15] ^ lfsr_reg[13] ^ lfsr_reg[12] ^ lfsr_reg[10]" },
    why: words,
  },
  { ...{ module: "llr_session", line: "^ (lfsr_reg[14:0] == 15'd0)}" }, why: words },
];
