/** Credits under pressure: receivers at half speed, at rest and at full speed again; VL15 beside the lossless lanes. */
import { creditMask } from "../../sim/reference/flow-control.ts";
import type { End } from "../link/bench-traffic.ts";
import {
  dataLanes,
  derived,
  lossless,
  message,
  openStage,
  roundTrip,
  type StageBench,
  settle,
  wireBytesPerCycle,
} from "./bench.ts";
import type { Findings, LinkCase, LinkStage } from "./plan.ts";

const vl15Bytes = 288;

/** Cycles of a measurement: packets enough that one more or less is a third of a per cent. */
function windowOf(stage: LinkStage): number {
  const { design } = stage;
  return Math.ceil((300 * derived(stage, "maxPacketBytes")) / wireBytesPerCycle(design));
}

/** Longest packets of an end on these lanes, without end. */
function flood({ bench }: StageBench, end: End, vls: readonly number[]): void {
  bench.load(end, { vls, low: bench.longest, high: bench.longest });
}

/** Packets of a lane that came so far. */
function arrived({ bench }: StageBench, end: End, vl: number): number {
  const board = end === "device" ? bench.out : bench.back;
  return board.result().perVl.find((lane) => lane.vl === vl)?.matched ?? 0;
}

/** Packets of a lane that come in a window. */
function countOf(opened: StageBench, end: End, vl: number, window: number): number {
  const before = arrived(opened, end, vl);
  opened.bench.run(window);
  return arrived(opened, end, vl) - before;
}

interface Receiver {
  /** Takes this part of the full rate, 0 … 1. */
  readonly take: (part: number) => void;
}

/** Rates of a lane while its receiver goes to half, to nothing and back; the other lane runs on while the first stands. */
function pressure(
  stage: LinkStage,
  opened: StageBench,
  end: End,
  receiver: (packetsPerCycle: number) => Receiver,
  found: Findings,
): void {
  const { bench } = opened;
  const window = windowOf(stage);
  const between = 4 * roundTrip(stage);
  flood(opened, end, [0]);
  bench.run(between);
  const full = countOf(opened, end, 0, window);
  const { take } = receiver(full / window);
  take(0.5);
  bench.run(between + bufferCycles(stage));
  const half = countOf(opened, end, 0, window);
  take(0);
  bench.run(between + bufferCycles(stage));
  flood(opened, end, [0, 1]);
  bench.run(between);
  const { none, other } = countBoth(opened, end, window);
  const left = creditLeft(opened, end);
  take(1);
  flood(opened, end, [0]);
  bench.run(between + bufferCycles(stage));
  const again = countOf(opened, end, 0, window);
  found.atLeast("packets at the full rate", full, 200);
  found.within("at half: % of it", (100 * half) / full, 48, 52);
  found.is("at 0: packets", none, 0);
  found.atMost("credit left then, blocks", left, derived(stage, "maxPacketBlocks") - 1);
  found.within("other lane then: %", (100 * other) / full, 98, 102);
  found.within("at full again: %", (100 * again) / full, 99, 101);
}

/** Packets of lanes 0 and 1 that come in a window. */
function countBoth(opened: StageBench, end: End, window: number): { none: number; other: number } {
  const came = (vl: number): number => arrived(opened, end, vl);
  const before = [came(0), came(1)];
  opened.bench.run(window);
  return { none: came(0) - before[0]!, other: came(1) - before[1]! };
}

/** Credit that is left of lane 0 to an end that sends, blocks. */
function creditLeft({ bench: { device, partner } }: StageBench, end: End): number {
  const [limit, used] =
    end === "device"
      ? [device.read("CL.BLOCKS", 0), device.read("FCTBS.BLOCKS", 0)]
      : [partner.state.limit[0]!, partner.state.fctbs[0]!];
  return (limit - used) & creditMask;
}

/** What empties a lane's buffer at the full rate. */
function bufferCycles(stage: LinkStage): number {
  const { design } = stage;
  const bytes = derived(stage, "creditsPerVl") * derived(stage, "creditBlockBytes");
  return Math.ceil((4 * bytes) / wireBytesPerCycle(design));
}

export const pressureCases: readonly LinkCase[] = [
  {
    id: "FC-7",
    title: "back-pressure on the sender",
    on: "link",
    required:
      "A lane follows its receiver to 50 %, to 0 and back without loss; another lane goes on meanwhile",
    source: "credits: nothing is sent without room [IB, SAI]; lanes are independent [IB]",
    stimulus: "the peer empties its buffer of lane 0 at half the rate, not at all, at once",
    run: async (stage, found) => {
      const opened = await openStage(stage);
      const { bench } = opened;
      const blockBytes = derived(stage, "maxPacketBlocks") * derived(stage, "creditBlockBytes");
      const receiver = (packets: number): Receiver => ({
        take: (part) =>
          bench.partner.setDrain(0, part === 1 ? Number.POSITIVE_INFINITY : part * packets * blockBytes),
      });
      pressure(stage, opened, "device", receiver, found);
      settle(bench);
      found.is("overruns of the peer", bench.partner.counters.overruns, 0);
      lossless(bench, found);
    },
  },
  {
    id: "FC-8",
    title: "back-pressure of the receiver",
    on: "link",
    required:
      "A client that takes 50 %, nothing and everything slows the peer by credit alone, and no buffer overflows",
    source: "FCCL from free space [IB]; R_CF when a packet leaves the buffer [SAI]",
    stimulus: "the device's client takes lane 0 at half the rate, not at all, at once",
    run: async (stage, found) => {
      const opened = await openStage(stage);
      const { bench } = opened;
      const { sink } = bench.device;
      const beats = derived(stage, "maxPacketBeats");
      const receiver = (packets: number): Receiver => ({
        take: (part) => {
          sink.enableVls(part === 0 ? 0xfffe : 0xffff);
          sink.backpressure = part === 1 || part === 0 ? 0 : 1 - part * packets * beats;
        },
      });
      pressure(stage, opened, "partner", receiver, found);
      settle(bench);
      found.is("overruns", bench.device.counter("EXCESSIVE_BUFFER_OVERRUN"), 0);
      found.is("replays of the peer", bench.partner.counters.timeouts + bench.partner.counters.replays, 0);
      lossless(bench, found);
    },
  },
  {
    id: "FC-11",
    title: "VL15 beside lossless lanes, receiver",
    on: "link",
    required:
      "VL15 packets without room are dropped and counted, without a NACK; the lossless lanes lose nothing",
    source: "VL15 has no flow control [IB]; its loss is legal, under the retry too [LW]",
    stimulus: "the client takes no VL15 while the peer floods it with VL15 and sends on all data lanes",
    run: async (stage, found) => {
      const opened = await openStage(stage);
      const { bench, log } = opened;
      const { device, partner } = bench;
      device.sink.enableVls(0x7fff);
      bench.loadBoth();
      const count =
        40 + Math.ceil((2 * derived(stage, "vl15BufferBeats") * derived(stage, "beatBytes")) / vl15Bytes);
      for (let i = 0; i < count; i++) bench.send("partner", 15, vl15Bytes);
      bench.until(40 * roundTrip(stage), () => partner.queued(15) === 0, "all VL15 packets have gone");
      bench.run(4 * roundTrip(stage));
      device.sink.enableVls(0xffff);
      settle(bench);
      const { dropped, perVl } = bench.back.result();
      const taken = perVl.find(({ vl }) => vl === 15)?.matched ?? 0;
      const fit = Math.floor(
        (derived(stage, "vl15BufferBeats") * derived(stage, "beatBytes")) / (vl15Bytes + 2),
      );
      found.within("VL15 packets kept", taken, 1, fit);
      found.is("VL15 packets sent − kept", count - taken, dropped, "dropped");
      found.is("VL15_DROPPED", device.counter("VL15_DROPPED"), dropped, "dropped");
      found.is("NACKs", log.numbers(message.nack).length, 0);
      found.is("replays of the peer", partner.counters.timeouts + partner.counters.replays, 0);
      lossless(bench, found, 50);
    },
  },
  {
    id: "FC-12",
    title: "VL15 beside lossless lanes, sender",
    on: "link",
    required: "VL15 needs no credit: it goes while every data lane stands without any, and takes none",
    source: "VL15: no credits, never a flow-control packet [IB]",
    stimulus: "the peer empties no data lane until all credit is gone; then the client sends VL15 packets",
    run: async (stage, found) => {
      const opened = await openStage(stage);
      const { bench, log } = opened;
      const { device, partner } = bench;
      const lanes = dataLanes(stage);
      for (const vl of lanes) partner.setDrain(vl, 0);
      bench.load("device", { vls: lanes, low: bench.longest, high: bench.longest });
      bench.run(bufferCycles(stage) * lanes.length + 4 * roundTrip(stage));
      bench.load("device", null);
      bench.run(4 * roundTrip(stage));
      const before = log.data.length;
      const counts = lanes.map((vl) => device.read("FCTBS.BLOCKS", vl));
      const left = lanes.map((vl, i) => (device.read("CL.BLOCKS", vl) - counts[i]!) & creditMask);
      found.atMost(
        "most credit left of a lane, blocks",
        Math.max(...left),
        derived(stage, "maxPacketBlocks") - 1,
      );
      for (let i = 0; i < 5; i++) bench.send("device", 15, 200);
      bench.run(4 * roundTrip(stage));
      const came = bench.out.result().perVl.find(({ vl }) => vl === 15)?.matched ?? 0;
      found.is("VL15 packets that came", came, 5);
      found.is("frames sent on data lanes meanwhile", log.data.length - before - 5, 0);
      const after = lanes.map((vl) => device.read("FCTBS.BLOCKS", vl));
      found.yes(
        "FCTBS of every lane as before",
        after.every((value, i) => value === counts[i]),
      );
      const told = log.frames.filter(({ flow }) => flow !== null && flow.vl === 15).length;
      found.is("flow-control packets for VL15", told, 0);
      for (const vl of lanes) partner.setDrain(vl, Number.POSITIVE_INFINITY);
      settle(bench);
      found.is("overruns of the peer", partner.counters.overruns, 0);
      lossless(bench, found, 5);
    },
  },
];
