/** Hostile packets into an adapter: no access outside of the regions, each drop counted, and the adapter works afterwards. */
import type { NicDesign } from "../../generator/design/nic.ts";
import type { NicDescription } from "../../generator/dsl/nic-description.ts";
import { elaborateNic } from "../../generator/elaborate/index.ts";
import { openDesign } from "../driver/device.ts";
import type { Model } from "../driver/model.ts";
import { Rng } from "../traffic/rng.ts";
import { fuzzEthernet } from "./ethernet.ts";
import { Victim } from "./victim.ts";

export interface FuzzResult {
  readonly frames: number;
  /** Queue pairs that failed and were found so. */
  readonly stops: number;
  /** All counters of the adapter by name. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Drops behind the parser, of packets that it counts as received. */
const behind =
  /^DROP_(NO_QP|QP_TYPE|QP_STATE|PKEY|PEER|LATCHED|DUPLICATE|STALE|QKEY|NO_RECEIVE|TOO_LONG|PROTECTION)$/;
/** Each packet that goes in is counted under one of these. */
const counted = (name: string): boolean =>
  name === "RX_PACKET" || name === "MAD_RECEIVED" || (name.startsWith("DROP_") && !behind.test(name));

/** Packets after which every reason has to have been met. */
const enough = 2500;
const reasons = ["ICRC", "MALFORMED", "RAW", "NO_QP", "QP_STATE", "PKEY", "PEER", "LATCHED", "STALE"].map(
  (name) => `DROP_${name}`,
);
const refusals = ["REFUSED_KEY", "REFUSED_PD", "REFUSED_RIGHT", "REFUSED_RANGE"];
const ofDatagrams = ["DROP_QKEY", "DROP_QP_TYPE", "DROP_TOO_LONG"];

/**
 * Gives hostile packets to an adapter without its link port.
 * @param model of `nic_core`, open and not yet stepped; it is closed
 * @param packets so many besides those that show that the adapter works
 * @throws Error that tells what went wrong first
 */
export function fuzzCore(design: NicDesign, model: Model, rng: Rng, packets: number): FuzzResult {
  const victim = new Victim(design, model, rng);
  const { rig } = victim;
  try {
    const wrong = (what: string): Error => new Error(`packet ${victim.given}, cycle ${rig.cycle}: ${what}`);
    let own = 0;
    for (let i = 0; i < packets; i++) {
      victim.hit();
      if (i % 25 === 24) victim.mend();
      if (i % 500 === 499 || i === packets - 1) {
        own += 2;
        const failure = victim.worksStill();
        if (failure !== null) throw wrong(failure);
      }
      if (rig.trespasses.length > 0) throw wrong(`trespass: ${rig.trespasses[0]}`);
    }
    rig.run(500);
    const counters = rig.counters();
    const sum = Object.entries(counters).reduce((all, [name, count]) => all + (counted(name) ? count : 0), 0);
    if (sum !== packets + own) throw wrong(`${packets + own} packets went in, ${sum} are counted`);
    for (const name of ["WRITE_ERROR", "CQ_OVERFLOW"])
      if (counters[name] !== 0) throw wrong(`${name} counts ${counters[name]}`);
    if (packets >= enough) {
      const expected = [...reasons, ...refusals, ...(design.datagrams ? ofDatagrams : [])];
      const missing = expected.filter((name) => !counters[name]);
      if (missing.length > 0) throw wrong(`nothing is counted under ${missing.join(", ")}`);
      if (victim.stops <= packets / 50) throw wrong(`only ${victim.stops} queue pairs were stopped`);
    }
    return { frames: packets, stops: victim.stops, counters };
  } finally {
    rig.close();
  }
}

/** The same for a description: everything random follows from the seed. */
export async function fuzzNic(
  description: NicDescription,
  seed: number,
  packets: number,
): Promise<FuzzResult> {
  const design = elaborateNic(description);
  if (design.ethernet !== null) {
    const whole = await openDesign(design, undefined, { quick: true });
    return fuzzEthernet(design, whole, new Rng(seed), packets);
  }
  const model = await openDesign(design, "nic_core", { quick: true });
  return fuzzCore(design, model, new Rng(seed), packets);
}
