import { beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import { randomStream } from "../../sim/nic/random-program.ts";
import { type Connection, ProgramRun } from "../../sim/nic/run-program.ts";
import type { MtuBytes, Verbs } from "../../sim/nic/verbs.ts";
import { decodeFrame, encodeFrame, ReferenceNic } from "../../sim/reference/rc/index.ts";
import { freshSeed, mix32, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { connectPairs } from "./connections.ts";
import { CreditWatch } from "./credit-watch.ts";
import { openTransport, TransportHost, transportDepth, transportDesign } from "./transport-bench.ts";
import { TransportVerbs } from "./transport-verbs.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;

const ns = 1000 / transportDesign().clockMHz;
const depth = transportDepth;

interface Faults {
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
}

/** The RTL on one end of a cable, the reference model on the other. */
class Cable {
  readonly rtl: TransportHost;
  readonly peer: ReferenceNic;
  readonly #rng: Rng;
  readonly #faults: Faults;
  /** Cycles on the way: so long sometimes that several messages are on theirs. */
  readonly #delay: number;
  #flights: { at: number; to: "rtl" | "peer"; frame: Uint8Array }[] = [];
  readonly #port = { frame: "infiniband" as const, lid: 1 };
  lost = 0;
  /** Queue pairs of the RTL under their own numbers and those of their peers, where both ends have credits. */
  readonly watches = new Map<number, CreditWatch>();

  constructor(rtl: TransportHost, peer: ReferenceNic, faults: Faults, rng: Rng) {
    this.rtl = rtl;
    this.peer = peer;
    this.#faults = faults;
    this.#rng = rng;
    this.#delay = rng.pick([10, 120]);
  }

  get now(): number {
    return this.rtl.cycle * ns;
  }

  #launch(to: "rtl" | "peer", frame: Uint8Array): void {
    if (this.#rng.chance(this.#faults.loss)) {
      this.lost++;
      return;
    }
    for (let copies = this.#rng.chance(this.#faults.duplicate) ? 2 : 1; copies > 0; copies--) {
      const held = this.#rng.chance(this.#faults.reorder) ? this.#rng.below(60) : 0;
      const at = this.rtl.cycle + this.#delay + held;
      let place = this.#flights.length;
      while (place > 0 && this.#flights[place - 1]!.at > at) place--;
      this.#flights.splice(place, 0, { at, to, frame });
    }
  }

  step(): void {
    this.rtl.step();
    for (const { dlid, sl, vl, ...packet } of this.rtl.sent.splice(0)) {
      this.watches.get(packet.destQp)?.sends(packet);
      this.#launch("peer", encodeFrame(this.#port, { dlid, sl }, packet, { vl }));
    }
    if (this.rtl.cycle % 8 === 0) {
      const frame = this.peer.transmit(this.now);
      if (frame !== null) this.#launch("rtl", frame);
    }
    while (this.#flights.length > 0 && this.#flights[0]!.at <= this.rtl.cycle) {
      const { to, frame } = this.#flights.shift()!;
      if (to === "peer") {
        this.peer.receive(frame, this.now);
        continue;
      }
      const decoded = decodeFrame(this.#port, frame);
      if (typeof decoded === "string") throw new Error(`the peer sent a frame that is dropped: ${decoded}`);
      this.watches.get(decoded.packet.destQp)?.hears(decoded.packet);
      this.rtl.deliver(decoded.packet, decoded.route.slid!);
    }
  }

  run(time: number): void {
    for (let left = time; left > 0; left -= ns) this.step();
  }
}

interface Setup {
  readonly cable: Cable;
  readonly verbs: TransportVerbs;
  readonly connections: readonly Connection[];
  readonly pds: readonly [number, number];
}

/** Connected queue pairs; side 0 is the RTL. */
function connect(
  dut: Model,
  rng: Rng,
  mtu: MtuBytes,
  faults: Faults,
  pace = { stall: 0.1, memoryDelay: 20 },
): Setup {
  const regions = new ReferenceNic({ frame: "infiniband", lid: 1 });
  const rtl = new TransportHost(dut, regions.regions, rng.fork("host"), pace);
  const verbs = new TransportVerbs(rtl, regions);
  verbs.credits = rng.chance(0.6);
  const pushes = rng.pick([0, 0.5, 1]);
  verbs.push = (wqe) => (rng.chance(pushes) ? wqe : null);
  const credits = rng.chance(0.8);
  const peer = new ReferenceNic({ frame: "infiniband", lid: 2 }, { endlessRetry: true, credits });
  const shared = rng.chance(0.5);
  const { connections, pds } = connectPairs([verbs, peer], rng, mtu, depth, rng.range(3, 4), shared);
  const cable = new Cable(rtl, peer, faults, rng.fork("cable"));
  for (const { qpn } of connections) {
    if (!verbs.credits || !credits) break;
    const watch = new CreditWatch(mtu);
    for (const number of qpn) cable.watches.set(number, watch);
  }
  return { cable, verbs, connections, pds };
}

function runProgram(dut: Model, rng: Rng, faults: Faults): Cable {
  const mtu = rng.pick<MtuBytes>([256, 512, 1024]);
  const { cable, verbs, connections, pds } = connect(dut, rng, mtu, faults);
  const shape = {
    ...{ steps: long ? 100 : 30, longest: 4 * mtu, maxInline: 32, signalEvery: 8, wholeAtomics: true },
  };
  const streams = connections.flatMap((_, connection) =>
    ([0, 1] as const).map((side) => ({
      stream: randomStream(rng.fork(`${connection}${side}`), shape),
      connection,
      side,
    })),
  );
  const hosts = [
    { verbs: verbs as unknown as Verbs, memory: cable.rtl.memory, pd: pds[0] },
    { verbs: cable.peer, memory: cable.peer.memory, pd: pds[1] },
  ] as const;
  const options = {
    maxSend: 8,
    slotBytes: 4 * mtu,
    advance: (time: number) => cable.run(time),
    patience: 2e7,
  };
  const run = new ProgramRun(hosts, connections, streams, options, rng.fork("program"));
  run.run();
  cable.run(2000 * ns);
  expect(verbs.pollCq(0, 10)).toEqual([]);
  return cable;
}

describe("requester, responder and response engine against the reference model", () => {
  let dut: Model;
  beforeAll(async () => {
    dut = await openTransport();
  }, 600_000);

  const programs = long ? 40 : 3;

  it.each([
    ["without faults", { loss: 0, duplicate: 0, reorder: 0 }],
    ["with loss", { loss: 0.03, duplicate: 0, reorder: 0 }],
    ["with loss, repeats and packets out of order", { loss: 0.02, duplicate: 0.03, reorder: 0.03 }],
  ])(
    "random programs of verbs, both ends sending, %s",
    async (_name, faults) => {
      let [lost, probes] = [0, 0];
      for (let i = 0; i < programs; i++)
        await withSeed(mix32(seed + i), (rng) => {
          const cable = runProgram(dut, rng, faults);
          lost += cable.lost;
          for (const watch of cable.watches.values()) probes += watch.probes;
        });
      expect(lost > 0).toBe(faults.loss > 0);
      if (long) expect(probes).toBeGreaterThan(0);
    },
    600_000,
  );
});
