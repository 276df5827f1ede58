/** The pad behind the alignment markers: PRBS9, x^9 + x^5 + 1 (IEEE Std 802.3 clause 119.2.4.4), running on from group to group. */
export class Prbs9 {
  /** Bit i is P_i of the standard's figure; P_8 goes out, P_4 ^ P_8 comes into P_0. Not 0. */
  state: number;

  constructor(state = 0x1ff) {
    if ((state & 0x1ff) === 0) throw new RangeError("a PRBS never leaves the state 0");
    this.state = state & 0x1ff;
  }

  /** The next bit. */
  next(): number {
    const out = (this.state >> 8) & 1;
    this.state = ((this.state << 1) & 0x1ff) | (out ^ ((this.state >> 4) & 1));
    return out;
  }
}
