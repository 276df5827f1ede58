/** Queue pairs of two adapters under load: what all phases use, and what one of them does. */

import type { NicDesign } from "../../generator/design/nic.ts";
import type { Faults } from "../run/phase.ts";
import type { Rng } from "../traffic/rng.ts";
import { ethernetEnds, type NicPair } from "./nic-pair.ts";
import { type AddressVector, access, type MtuBytes } from "./verbs.ts";
import { areaBytes, Flow, type FlowOptions, type WorkloadPattern } from "./workload-flow.ts";

export interface NicPhase {
  readonly name: string;
  readonly title: string;
  readonly pattern: WorkloadPattern;
  /** Bytes of a message, 1 … 2^20; atomics have 8. */
  readonly messageBytes: number;
  /** Connected queue pairs; each asks in both directions. */
  readonly queuePairs: number;
  /** Cycles in which messages are posted. */
  readonly cycles: number;
  /** Messages of each queue pair in each direction, and no more; the phase ends when they are complete. */
  readonly messages?: number;
  readonly faults?: Faults;
}

/** Bytes of messages that one side has on their way, and messages of a queue pair at least and at most. */
const underWayBytes = 2 ** 18;
const depths = { least: 2, most: 32 } as const;
/** Completions that a queue of the adapter's rings takes. */
const mostCompletions = 2 ** 14;
const areaBase = 0x10_0000_0000n;

/** Messages of a queue pair that are on their way at a time. */
export function depthOf({ messageBytes, queuePairs }: Pick<NicPhase, "messageBytes" | "queuePairs">): number {
  const wanted = Math.ceil(underWayBytes / messageBytes / queuePairs);
  const most = Math.min(depths.most, Math.floor(mostCompletions / queuePairs));
  return Math.max(depths.least, Math.min(wanted, most));
}

/** Codes of the local ACK timeout: above what replays of the link take, 4.2 ms; where it repairs nothing 131 us. */
export const timeoutCodes = { repaired: 10, lossy: 5 } as const;

export function timeoutCodeOf({ ethernet, port }: NicDesign): number {
  return ethernet === null && port.retry === "llr" ? timeoutCodes.repaired : timeoutCodes.lossy;
}

/** Where an adapter of the pair is reached: Ethernet by IPv4, native frames by its LID. */
function addressOf({ ethernet }: NicDesign, side: number): AddressVector {
  if (ethernet === null) return { dlid: side + 1 };
  const { mac, ipv4 } = ethernetEnds[side as 0 | 1];
  const mapped = new Uint8Array(16).fill(0xff, 10, 12);
  mapped.set(ipv4, 12);
  return { mac, dgid: mapped };
}

export const timeoutNs = (code: number): number => 4096 * 2 ** code;

/** What all phases of a run use of an adapter: there is no way to give completion queues back. */
export interface AdapterSetup {
  readonly pd: number;
  readonly sendCq: number;
  readonly recvCq: number;
}

export function setUp({ drivers }: NicPair, phases: readonly NicPhase[]): readonly AdapterSetup[] {
  const completions = Math.max(...phases.map((phase) => depthOf(phase) * phase.queuePairs));
  return drivers.map((driver) => ({
    pd: driver.allocPd(),
    sendCq: driver.createCq(completions),
    recvCq: driver.createCq(completions),
  }));
}

/** Queue pairs connected, the memory that they use, and a flow in each direction of each. */
export class Bed {
  readonly flows: readonly (readonly Flow[])[];
  readonly #byQpn: readonly ReadonlyMap<number, { readonly asks: Flow; readonly answers: Flow }>[];
  readonly #setup: readonly AdapterSetup[];
  readonly #pair: NicPair;
  readonly #keys: readonly number[];
  readonly #qpns: readonly (readonly number[])[];

  constructor(pair: NicPair, setup: readonly AdapterSetup[], phase: NicPhase, rng: Rng) {
    this.#pair = pair;
    this.#setup = setup;
    const { drivers, hosts, design } = pair;
    const depth = depthOf(phase);
    const inlineBytes = design.derived.inlineBytes.value;
    const options: FlowOptions = { ...phase, depth, inlineBytes };
    const area = Math.ceil(areaBytes(options) / 4096) * 4096;
    const length = 2 * phase.queuePairs * area;
    const rights = access.localWrite | access.remoteWrite | access.remoteRead | access.remoteAtomic;
    const keys = drivers.map(
      (driver, i) => driver.regMr({ pd: setup[i]!.pd, address: areaBase, length, access: rights }).rkey,
    );
    const empty = new Uint8Array(area);
    for (const host of hosts)
      for (let at = 0; at < length; at += area) host.write(areaBase + BigInt(at), empty);
    const qpns = Array.from({ length: phase.queuePairs }, () =>
      drivers.map((driver, i) =>
        driver.createQp({
          ...{ type: "rc", ...setup[i]! },
          ...{ maxSend: depth, maxRecv: depth, maxInline: inlineBytes },
        }),
      ),
    );
    [this.#keys, this.#qpns] = [keys, qpns];
    for (const both of qpns) this.#connect(both, rng);
    const end = (side: 0 | 1, index: number, direction: 0 | 1) => ({
      ...{ verbs: drivers[side], memory: hosts[side], key: keys[side]!, qpn: qpns[index]![side]! },
      base: areaBase + BigInt((2 * index + direction) * area),
    });
    this.flows = ([0, 1] as const).map((side) =>
      qpns.map((_, index) => {
        const peer = side === 0 ? 1 : 0;
        const name = `queue pair ${qpns[index]![side]} of adapter ${side}`;
        const random = rng.fork(`flow ${side} ${index}`);
        return new Flow(name, end(side, index, side), end(peer, index, side), options, random);
      }),
    );
    this.#byQpn = ([0, 1] as const).map(
      (side) =>
        new Map(
          qpns.map((both, index) => [
            both[side]!,
            { asks: this.flows[side]![index]!, answers: this.flows[1 - side]![index]! },
          ]),
        ),
    );
  }

  #connect(qpns: readonly number[], rng: Rng): void {
    const { drivers, design } = this.#pair;
    const depth = Math.min(design.requester.outstandingReads, design.responder.outstandingReads);
    const psns = [rng.below(2 ** 24), rng.below(2 ** 24)];
    for (const [i, driver] of drivers.entries()) {
      const qpn = qpns[i]!;
      driver.modifyQp(qpn, { state: "INIT", pkey: 0xffff, access: 14 });
      driver.modifyQp(qpn, {
        ...{ state: "RTR", pathMtu: design.mtuBytes as MtuBytes, destQpn: qpns[1 - i]!, rqPsn: psns[1 - i]! },
        ...{ maxDestRdAtomic: depth, minRnrTimer: 1, address: addressOf(design, 1 - i) },
      });
      driver.modifyQp(qpn, {
        ...{ state: "RTS", timeout: timeoutCodeOf(design), retryCount: 7, rnrRetry: 7 },
        ...{ sqPsn: psns[i]!, maxRdAtomic: depth },
      });
    }
  }

  /** Takes what has completed; @returns how many */
  poll(): number {
    const { drivers } = this.#pair;
    let taken = 0;
    for (const [side, driver] of drivers.entries()) {
      const { sendCq, recvCq } = this.#setup[side]!;
      for (const [cq, asks] of [
        [recvCq, false],
        [sendCq, true],
      ] as const) {
        for (const completion of driver.pollCq(cq, 64)) {
          taken += 1;
          const flows = this.#byQpn[side]!.get(completion.qpn);
          if (asks) flows?.asks.completed(completion, this.#pair.cycle);
          else flows?.answers.received(completion);
        }
      }
    }
    return taken;
  }

  get all(): readonly Flow[] {
    return this.flows.flat();
  }

  /** The last look at memory; then what was in use is given back, for the next phase. */
  close(): void {
    for (const flow of this.all) flow.close();
    for (const [side, driver] of this.#pair.drivers.entries()) {
      for (const both of this.#qpns) driver.destroyQp(both[side]!);
      driver.deregMr(this.#keys[side]!);
    }
  }
}
