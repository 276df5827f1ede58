/** Notices a link that hangs, and ports that break the rules of their streams. */
import type { LinkPair } from "./link-pair.ts";

export class Watch {
  readonly #pair: LinkPair;
  #deliveries = -1;
  #since = 0;

  constructor(pair: LinkPair) {
    this.#pair = pair;
  }

  /** A breach of the stream rules, or null. */
  get breach(): string | null {
    for (const { name, violations } of this.#pair.directions)
      if (violations.length > 0) return `the receiving port of ${name} breaks AXI4-Stream: ${violations[0]}`;
    return null;
  }

  /** Whether packets are under way and none came for too long, in words, or null. Look regularly. */
  hang(): string | null {
    const { directions, cycle, limits, portStates } = this.#pair;
    const deliveries = directions[0].deliveries + directions[1].deliveries;
    const quiet = directions.every((direction) => direction.idle);
    const withheld = directions.some((direction) => cycle < direction.withheld);
    if (deliveries !== this.#deliveries || quiet || withheld) {
      this.#deliveries = deliveries;
      this.#since = cycle;
    }
    if (cycle - this.#since < limits.hangCycles) return null;
    const waiting = directions.map(({ name, board }) => `${board.pending} packets ${name}`).join(" and ");
    return `the link hangs: no packet came for ${limits.hangCycles} cycles while ${waiting} are under way (port states ${portStates.join(" and ")})`;
  }
}
