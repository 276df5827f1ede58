/** Throughput of a switch at saturation, and what a link of the same kind carries alone. */
import type { SwitchDesign } from "../generator/design/switch.ts";
import { openLinkPair } from "../sim/run/link-pair.ts";
import { runPhases } from "../sim/run/run.ts";
import { endDesign } from "../sim/switch/end-device.ts";
import type { SwitchNetwork } from "../sim/switch/network.ts";
import { offer, stopOffering } from "../sim/switch/offer.ts";
import type { SwitchPhase } from "../sim/switch/phase.ts";
import { leadToHosts, runSwitchPhases } from "../sim/switch/run.ts";
import { framedBytes, packetBytesFor } from "../sim/traffic/patterns.ts";

export interface Throughput {
  readonly traffic: string;
  readonly wireBytes: number;
  /** Of the time of all wires, framing included. */
  readonly percent: number;
  readonly goodputGbps: number;
  readonly cyclesPerSecond: number;
}

/** Sizes on the wire, LRH through VCRC. */
export const wireSizes = [256, 4096] as const;
const vcrcBytes = 2;
const headerBytes = 24;
const saturating = 1.2;

/** Uniform and permutation traffic at more than the wires take; throws when a packet is lost. */
export async function saturation(network: SwitchNetwork, cycles: number): Promise<readonly Throughput[]> {
  const { data } = network.design.port.virtualLanes;
  const lanes = Array.from({ length: data }, (_, vl) => ({ vl }));
  const phases = (["uniform", "permutation"] as const).flatMap((kind) =>
    wireSizes.map(
      (bytes): SwitchPhase => ({
        name: `${kind} ${bytes}`,
        title: kind,
        traffic: {
          ...{ kind: "pattern", destinations: { kind }, lanes, load: saturating },
          sizes: { kind: "fixed", bytes },
        },
        // As many packets of either size would take far longer; a queue settles in some packets of its length.
        cycles: bytes > 1000 ? cycles : cycles / 2,
      }),
    ),
  );
  const result = await runSwitchPhases(network, phases);
  if (!result.passed) throw new Error(`${network.design.name}: ${result.phases.at(-1)?.failure}`);
  return result.phases.map(({ name, deliveredPercent, goodputGbps }) => {
    const [traffic = "", bytes] = name.split(" ");
    const { cyclesPerSecond } = result;
    const perPort = goodputGbps / network.design.ports;
    return {
      traffic,
      wireBytes: Number(bytes),
      percent: deliveredPercent,
      goodputGbps: perPort,
      cyclesPerSecond,
    };
  });
}

/** What a cable with two such links carries, per cent of the wire's time, framing included. */
export async function linkAlone(design: SwitchDesign, wireBytes: number, cycles: number): Promise<number> {
  const end = endDesign(design);
  const bytes = packetBytesFor(wireBytes);
  const pair = await openLinkPair(end);
  try {
    const vls = Array.from({ length: end.virtualLanes.data }, (_, vl) => vl);
    const result = await runPhases(pair, [
      {
        ...{ name: "load", title: "alone", cycles },
        traffic: { kind: "load", vls, packetBytes: { low: bytes, high: bytes } },
      },
    ]);
    if (!result.passed) throw new Error("the link lost packets");
    const beatBytes = design.datapathBits / 8;
    const framed = framedBytes(bytes, beatBytes) / (bytes - headerBytes);
    return (100 * result.goodputGbps * framed) / end.rateGbps;
  } finally {
    pair.close();
  }
}

export interface Fairness {
  readonly inputs: number;
  readonly wireBytes: number;
  /** The least and the largest share of an input, over the equal one. */
  readonly least: number;
  readonly most: number;
}

/** All other ports flood the last one: how equal their shares are. */
export function fairness(network: SwitchNetwork, wireBytes: number, cycles: number): Fairness {
  network.activate();
  leadToHosts(network);
  const { ports } = network.design;
  offer(network, {
    ...{ kind: "pattern", destinations: { kind: "hotspot", target: ports }, lanes: [{ vl: 0 }] },
    ...{ sizes: { kind: "fixed", bytes: wireBytes }, load: Math.min(1, 3 / (ports - 1)) },
  });
  network.run(cycles / 2);
  const { figures } = network.board;
  figures.open(network.cycle);
  network.run(cycles);
  const all = figures.window({ end: ports }).packets;
  const shares = network.hosts
    .filter(({ end }) => end !== ports)
    .map(({ end }) => ((ports - 1) * figures.window({ source: end, end: ports }).packets) / all);
  stopOffering(network);
  return { inputs: ports - 1, wireBytes, least: Math.min(...shares), most: Math.max(...shares) };
}

export const bytesOnWire = (wireBytes: number): number => packetBytesFor(wireBytes) + vcrcBytes;
