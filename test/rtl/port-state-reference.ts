/** Inputs of the port state machine in one cycle. */
export interface PortInputs {
  linkUp: boolean;
  enable: boolean;
  auto: boolean;
  lostMax: number;
  setDown: boolean;
  setArmed: boolean;
  setActive: boolean;
  ready: boolean;
  fcAll: boolean;
  data: boolean;
}

export type PortState = "Down" | "Initialize" | "Armed" | "Active" | "ActDefer";

/** What the machine shows after a clock edge. */
export interface PortOutputs {
  readonly state: PortState;
  readonly start: boolean;
  readonly downed: boolean;
  readonly recovery: boolean;
}

/** A change of state and why it happened. */
export type Change = `${PortState} -> ${PortState}: ${string}`;

/**
 * The port state machine told as a story: what ends each state, most pressing reason first. Written from the table of
 * InfiniBand port states and the rules of the session, apart from the generator.
 */
export class PortReference {
  state: PortState = "Down";
  readonly seen = new Map<Change, number>();

  /** Down: no session has been asked for since the last reason to ask. */
  #owed = true;
  /** The session asked for has been seen not ready, so what becomes ready is the new one. */
  #sawNotReady = false;
  #lossCycles = 0;

  next(now: PortInputs): PortOutputs {
    const from = this.state;
    const start = from === "Down" && this.#owed && now.linkUp && now.enable && !now.setDown;
    const [to, reason] = from === "Down" ? this.#fromDown(now) : this.#whileUp(from, now);
    if (to !== from) {
      const change: Change = `${from} -> ${to}: ${reason}`;
      this.seen.set(change, (this.seen.get(change) ?? 0) + 1);
    }
    this.#lossCycles = to === "ActDefer" ? this.#lossCycles + 1 : 0;
    this.state = to;
    return {
      state: to,
      start,
      downed: from !== "Down" && to === "Down",
      recovery: from === "Active" && to === "ActDefer",
    };
  }

  reset(): void {
    this.state = "Down";
    this.#owed = true;
    this.#lossCycles = 0;
  }

  #fromDown(now: PortInputs): [PortState, string] {
    if (!now.linkUp || !now.enable || now.setDown) {
      this.#owed = true;
      return ["Down", ""];
    }
    if (this.#owed) {
      this.#owed = false;
      this.#sawNotReady = false;
      return ["Down", ""];
    }
    if (now.ready && this.#sawNotReady) return ["Initialize", "session ready"];
    if (!now.ready) this.#sawNotReady = true;
    return ["Down", ""];
  }

  #whileUp(from: Exclude<PortState, "Down">, now: PortInputs): [PortState, string] {
    const ended = now.setDown ? "set down" : !now.enable ? "disabled" : !now.ready ? "session restarted" : "";
    if (ended !== "") {
      // A session that restarts by itself is on its way already.
      this.#owed = ended !== "session restarted";
      this.#sawNotReady = true;
      return ["Down", ended];
    }
    if (from === "ActDefer" && now.linkUp) return ["Active", "link back"];
    if (!now.linkUp) {
      const patient = (from === "Active" || from === "ActDefer") && this.#lossCycles < now.lostMax;
      if (patient) return ["ActDefer", "link lost"];
      this.#owed = true;
      return ["Down", from === "ActDefer" ? "time-out" : "link lost"];
    }
    if (from === "Initialize" && now.setArmed) return ["Armed", "set armed"];
    if (from === "Initialize" && now.fcAll && now.auto) return ["Armed", "flow control seen"];
    if (from === "Armed" && now.setActive) return ["Active", "set active"];
    if (from === "Armed" && now.data) return ["Active", "data"];
    if (from === "Armed" && now.auto) return ["Active", "by itself"];
    return [from, ""];
  }
}

/** Every change of state that the rules know. */
export const allChanges: readonly Change[] = [
  "Down -> Initialize: session ready",
  "Initialize -> Armed: set armed",
  "Initialize -> Armed: flow control seen",
  "Armed -> Active: set active",
  "Armed -> Active: data",
  "Armed -> Active: by itself",
  "Active -> ActDefer: link lost",
  "ActDefer -> Active: link back",
  "ActDefer -> Down: time-out",
  "Initialize -> Down: link lost",
  "Armed -> Down: link lost",
  "Active -> Down: link lost",
  ...(["Initialize", "Armed", "Active", "ActDefer"] as const).flatMap((state) =>
    ["set down", "disabled", "session restarted"].map((reason): Change => `${state} -> Down: ${reason}`),
  ),
];
