/** Mutants that no bench can kill, each with the reason. */
export interface Equivalent {
  readonly module: string;
  /** The source of the place; any where it is not given. */
  readonly from?: string;
  /** What takes the place, as the campaign prints it; anything where it is not given. */
  readonly to?: string | readonly string[];
  /** Part of the line that the place stands in. */
  readonly line?: string;
  /** Its whole name, where the source has the same place twice. */
  readonly name?: string;
  readonly why: string;
}

const masked = "told_reg decides only when no refresh is due, and a new session makes one due";
const pause =
  "the cycle between two flow-control packets only tells the same lane from being looked at twice";
const words = "the words of sessions may follow in any order, as long as one differs from the one before";

const leftOver =
  "a match left over from before a reset is like one that was cancelled: the next one of its input ends it";

const begins = "after a reset nothing runs, and a session that begins sets it itself";

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
  { ...{ module: "credit_rx", line: "idle_reg <= 1'b1;", to: ["1'b0", ""] }, why: pause },
  {
    ...{ module: "credit_rx", from: "due[turn] && enable", to: "(|(due[turn]))" },
    why: "while it is not enabled nothing is due either way, and with which lane it begins then is left open",
  },
  {
    ...{ module: "llr_rx", line: "wire take_data = take && !flow && store && length_good && !closed;" },
    to: ["(|(take))", "(|(take && !flow))", "(|(take && !flow && store && length_good))"],
    why: "it counts together with end_now only, which holds store and !closed; what is stored is no flow-control packet",
  },
  {
    ...{ module: "llr_rx", line: "wire write_good = end_now && take_data;", to: "(|(take_data))" },
    why: "a packet that is taken as data ends in this beat, is stored and not closed: that is end_now",
  },
  {
    ...{ module: "llr_rx", line: "wire hold_now   = beat && store" },
    to: [
      ...["(|(beat))", "(|(beat && store))", "(|(beat && store && !closed))"],
      ...["(|(beat && store && !closed && !s_eop))", "(|(beat && store && !closed && !s_eop && fills))"],
    ],
    why: "a beat that is kept without need: what is read is the beat in front of the one with the VCRC, kept either way",
  },
  {
    ...{ module: "llr_rx", from: "fills && !held", to: "(|(fills))" },
    why: "when the words are all there, none are left, which does not fill a beat",
  },
  {
    ...{ module: "llr_rx", from: "left[0:0] - 1'd1", to: "(left[0:0] + 1'd1)" },
    why: "a number of one bit: one more and one less are the same",
  },
  {
    ...{ module: "llr_rx", from: "held ? 1'd1 : left[0:0] - 1'd1", to: "(left[0:0] - 1'd1)" },
    why: "when the words are all there, none are left: the same number",
  },
  {
    ...{ module: "llr_rx", from: "frame_end && expected_frame && poisoned && !flow" },
    to: "(|(frame_end && expected_frame && poisoned))",
    why: "what is stored is no flow-control packet",
  },
  {
    ...{ module: "llr_rx", from: "frame_end && peer_valid", to: "(|(frame_end))" },
    why: "without a peer the state is OFF and no ACK is due, whatever was set before: the last assignments say so",
  },
  {
    ...{ module: "llr_rx", from: "frame_end && peer_valid && !advance", to: "(|(frame_end && peer_valid))" },
    why: "a frame that is taken sets the state itself, in an assignment behind the one of the gap",
  },
  {
    ...{ module: "llr_rx", from: "held || fewer", to: "(|(fewer))" },
    why: "when the words are all there, none are left, which is fewer than a beat has",
  },
  {
    ...{
      module: "llr_rx",
      line: "end_bytes   = held ? TWO_BYTES :",
      from: "held ? TWO_BYTES : {1'd0, left[0:0], 2'b10}",
    },
    to: "({1'd0, left[0:0], 2'b10})",
    why: "when the words are all there, none are left: the same two bytes",
  },
  {
    ...{ module: "llr_rx", line: "too_long    = !s_eop && (held || fewer);", to: "(|((held || fewer)))" },
    why: "in the last beat it changes nothing: the packet ends anyway, and the next one starts anew",
  },
  {
    ...{ module: "llr_session", from: "echoed_reg && introduced_reg", to: "(|(echoed_reg))" },
    why: "as long as the own INIT has not been sent it is due already",
  },
  { ...{ module: "llr_session", line: "echo_reg    <= 1'b0;", to: "" }, why: begins },
  {
    ...{ module: "llr_tx", line: "assign rd_load", to: "(|(want_replay_reg && at_boundary))" },
    why: "what is known is of the oldest frame of the cycle before, which is another one when none waits any more",
  },
  {
    ...{ module: "llr_tx", name: "constant: DEPTH_LIMIT -> (DEPTH_LIMIT ^ 1'b1) #1" },
    why: "the limit is odd, a power of two less an even number and one: only where both sides are the same it decides otherwise",
  },
  {
    ...{ module: "llr_tx", line: "if (prescale_reg == 6'h3f) begin", to: ["6'h3e", "6'h40"] },
    why: "once in 64 cycles, whichever of them it is",
  },
  {
    ...{
      module: "llr_tx",
      line: "if (progress || rd_load || !waiting) begin",
      to: "(|(progress || rd_load))",
    },
    why: "frames stop waiting by progress or with their session, each of which sets the timer to 0",
  },
  {
    ...{ module: "llr_tx", line: "lost_reg <= 1'b0;", to: "" },
    why: "a number that is settled comes again 2^20 frames later only, more than a bench sends",
  },
  {
    ...{ module: "mac_tx", line: "wire beat_shut", to: "(beat_sop || beat_eop)" },
    why: "behind a longer poisoned packet a message goes first as well: the next packet may wait a beat more",
  },
  {
    ...{ module: "mac_tx", line: "residue_columns_reg <= NONE;", to: "(NONE ^ 1'b1)" },
    why: "the residue holds zeros behind a reset, which are idle on the wire: a column of it more",
  },
  {
    ...{ module: "replay_buffer", from: "wr_valid && wr_eop" },
    to: ["(wr_valid || wr_eop)", "(|(wr_valid))", "(|(wr_eop))"],
    why: "the place in the index is that of the frame that is being written, which is not looked up before it is complete",
  },
  {
    ...{ module: "voq_reader", from: "filled & seen_reg", to: "(seen_reg)" },
    why: "a queue that was seen and not popped since still holds its packet",
  },
  {
    ...{ module: "voq_reader", from: "expired_reg[scan_reg] && filled[scan_reg]" },
    to: "(|(expired_reg[scan_reg]))",
    why: "a queue that has expired and was not popped since still holds its packet",
  },
  {
    ...{ module: "voq_reader", from: "more && !done_reg", to: "(|(!done_reg))" },
    why: "while nothing is read done_reg is set, or more than three beats are left of a packet that ended early; behind a reset no match is out that could end",
  },
  {
    ...{ module: "voq_reader", line: "direct_reg <= direct_reg && !direct_pick;", to: "" },
    why: "the match of the next packet comes two cycles behind done, when the last beat of this one is read: nobody asks any more whether it arrives",
  },
  {
    ...{ module: "voq_reader", from: "take && next_copy_reg", to: "(|(take))" },
    why: "what is asked for a packet that is no copy is not looked at, and asked again for the next copy",
  },
  {
    ...{ module: "management_port", line: "(wide[at] & wide[at+1]) | (wide[at] & wide[at+2])" },
    to: [
      "((wide[at] & wide[at+1]))",
      "((wide[at] & wide[at+1]) | (wide[at] & wide[at+2]) & (wide[at+1] & wide[at+2]))",
    ],
    why: "the words that are kept are the first ones: where the third is, the second is as well",
  },
  {
    ...{ module: "llr_rx", line: "length_ok_reg <= length_ok && !too_long;", to: "(|(length_ok))" },
    why: "behind the last word `left` wraps, and fits again 2048 words later only, when the MAC has cut the frame",
  },
  {
    ...{ module: "mac_rx", line: "wire [C-1:0] other_mark", to: "(~(from_other << 1))" },
    why: "what is marked too stands in front of the first column that is no control set, and is no end of a packet",
  },
  {
    ...{ module: "mac_tx", from: "end_columns > STRETCHED", to: "(end_columns >= STRETCHED)" },
    why: "where the two are equal, either of them is the same number of columns",
  },
  {
    ...{ module: "tx_queue", from: "wide[at+1] & wide[at+2]", to: ["(wide[at+1])", "(|(wide[at+1]))"] },
    why: "the words that are kept are the first ones: where the second is, the first is, which the term beside it says",
  },
  {
    ...{ module: "tx_queue", from: "wide[at] & wide[at+2]", to: ["(wide[at+2])", "(|(wide[at+2]))"] },
    why: "the words that are kept are the first ones: where the third is, the first is",
  },
  {
    ...{ module: "llr_control", line: "message_next = INIT_ECHO;", to: ["(INIT_ECHO ^ 1'b1)", ""] },
    why: "it stands there twice: first for all branches, each of which assigns it again, and in one of them",
  },
  {
    ...{ module: "scheduler", line: "<= {P*P{1'b0}};", from: "1'b0", to: "1'b1" },
    why: "a mask of no ones and one of all ones both begin at the first request",
  },
  {
    ...{ module: "rx_egress", from: "valid_reg && rd_last", to: "(|(rd_last))" },
    why: "an open packet without a beat to show has shown one that was not its last, and the memory's outputs hold",
  },
  {
    ...{ module: "rr_arbiter", to: ["(NOT_1 ^ 1'b1)", "(NOT_2 ^ 1'b1)", "(NOT_4 ^ 1'b1)"] },
    why: "what is shifted in at the lowest bit is 0, whatever the mask says of it",
  },
  {
    ...{ module: "rr_arbiter", line: "((behind_4 << 4) & NOT_4)", from: "4", to: "3" },
    why: "four bits behind the first one are set by then; three further on reach to the end of a group of eight as well",
  },
  {
    ...{ module: "crossbar", line: "if (rst) begin", from: "rst", to: "1'b0" },
    why: "what it resets is held back by the registers behind it, and a match left over is like one that was cancelled",
  },
  { ...{ module: "crossbar", line: "select_valid_reg <= {P{1'b0}};" }, why: leftOver },
  { ...{ module: "crossbar", line: "start_reg        <= {P{1'b0}};" }, why: leftOver },
  { ...{ module: "crossbar", line: "next_reg   <= 1'b0;" }, why: leftOver },
  {
    ...{ module: "crossbar_tile", line: "{7'd0, marks_reg", from: "7'd0", to: "7'd1" },
    why: "padding up to a power of two, beyond the bits that are taken",
  },
  {
    ...{ module: "crossbar_tile", from: "enable[o]", to: "1'b1" },
    why: "what is loaded without enable is shown without valid",
  },
  {
    ...{ module: "port_state", line: "stale_reg               <= 1'b0;", to: ["", "1'b1"] },
    why: "Down asks for a session first, and sets it together with that",
  },
  {
    ...{ module: "crossbar_tile", line: "valid_reg <= {INPUTS{1'b0}};" },
    why: "nothing follows an input after a reset, so that what is valid there goes nowhere",
  },
  {
    ...{ module: "crossbar_tile", line: "if (rst) begin", from: "rst", to: "1'b0" },
    why: "of the inputs: nothing follows one after a reset, so that what is valid there goes nowhere",
  },
  {
    ...{ module: "tx_scheduler", from: "may_pick && (allow_data || discard)" },
    to: "(|((allow_data || discard)))",
    why: "what is granted while nothing may be chosen is not picked",
  },
  {
    ...{ module: "tx_scheduler", line: "assign evt_wait", from: "may_pick && open", to: "(|(may_pick))" },
    why: "something may be chosen without the session only to be discarded, and then a lane that has a packet is chosen",
  },
  {
    ...{ module: "tx_scheduler", from: "arb_valid && may_pick", to: "(|(arb_valid))" },
    why: "no lane asks while nothing may be chosen, so that the arbiter has nothing to grant",
  },
  {
    ...{
      module: "tx_scheduler",
      line: "= valid_reg && (flow_reg || rd_last);",
      to: "(|((flow_reg || rd_last)))",
    },
    why: "an open packet without a beat to show has shown one that was not its last, and the memory's outputs hold",
  },
  {
    ...{ module: "tx_scheduler", line: "= valid_reg && m_ready && sop_reg", to: "(|(m_ready))" },
    why: "sop_reg is set together with valid_reg, and falls in the cycle in which a beat is taken",
  },
  { ...{ module: "llr_session", line: "lonely_reg     <= 7'd0;", to: ["7'd1", ""] }, why: begins },
  { ...{ module: "llr_session", line: "introduced_reg <= 1'b0;", to: "" }, why: begins },
  {
    ...{ module: "llr_session", line: "introduced_reg <= 1'b0;", to: "1'b1" },
    why: "an echo is owed to a new peer only, which clears it too, and the own INIT is due until it is taken",
  },
  { ...{ module: "llr_session", line: "suspect_reg <= 1'b0;", to: "1'b1" }, why: begins },
  {
    ...{ module: "llr_session", line: "lfsr_reg[15] ^ lfsr_reg[13] ^ lfsr_reg[12] ^ lfsr_reg[10]" },
    why: words,
  },
  { ...{ module: "llr_session", line: "^ (lfsr_reg[14:0] == 15'd0)}" }, why: words },
  ...["vl_tx_buffer", "vl_rx_buffer"].map((module) => ({
    ...{ module, from: "wr_abort && write_select[lane]", to: "(|(wr_abort))" },
    why: "a lane in which no packet is being written ends at its tail, so that taking it back changes nothing",
  })),
  {
    ...{ module: "vl_tx_buffer", line: "if (rd_en) begin", to: "1'b1" },
    why: "the lane of the last read is looked at in the cycle behind the read only",
  },
  {
    ...{ module: "replay_buffer", line: "read_reg   <= {AW{1'b0}};", to: "" },
    why: "every replay begins with rd_load, which sets it, and rd_done counts in a replay only",
  },
];
