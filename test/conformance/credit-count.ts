/** Credits: blocks counted at both ends, the gate, and what becomes of lost credit. */
import { creditMask, creditWindow } from "../../sim/reference/flow-control.ts";
import {
  derived,
  lossless,
  message,
  openStage,
  roundTrip,
  type StageBench,
  settle,
  silence,
} from "./bench.ts";
import type { LinkCase, LinkStage } from "./plan.ts";

const vcrcBytes = 2;
/** A full packet on the wire: LRH, BTH, ICRC, VCRC. */
const shortestWire = 26;

/** Blocks of a packet of `wire` bytes with VCRC. */
function blocksOf(stage: LinkStage, wire: number): number {
  return Math.ceil(wire / derived(stage, "creditBlockBytes"));
}

/** Packets (LRH … ICRC) whose length with VCRC is next to each multiple of the block: 4 n + 2 bytes, two below, two above. */
function sizesAround(stage: LinkStage): number[] {
  const block = derived(stage, "creditBlockBytes");
  const longest = derived(stage, "maxPacketBytes");
  const sizes: number[] = [];
  for (let k = 1; k <= derived(stage, "maxPacketBlocks"); k++) {
    for (const wire of [k * block - 6, k * block - 2, k * block + 2, k * block + 6])
      if (wire >= shortestWire && wire <= longest) sizes.push(wire - vcrcBytes);
  }
  return sizes;
}

/** Credit that is left of a lane of the device, blocks. */
function creditLeft({ bench: { device } }: StageBench, vl: number): number {
  return (device.read("CL.BLOCKS", vl) - device.read("FCTBS.BLOCKS", vl)) & creditMask;
}

/** Credit that a lane has when its buffer at the device is empty. */
function fullCredit(stage: LinkStage): number {
  return Math.min(creditWindow, derived(stage, "creditsPerVl"));
}

/** Numbers of blocks that the gate is tried with. */
function gateBlocks(stage: LinkStage): number[] {
  const most = derived(stage, "maxPacketBlocks");
  return [...new Set([1, 2, 3, most - 1, most])].filter((k) => k >= 1 && k <= most);
}

export const countCases: readonly LinkCase[] = [
  {
    id: "FC-1",
    title: "credit accounting at the sender",
    on: "link",
    required: "FCTBS grows by ceil(bytes with VCRC / block) for each packet, whatever its size",
    source: "FCTBS += blocks(p), each packet rounded up by itself [IB]; pkt_credits [SAI, XOA]",
    stimulus: "one packet each of 4 n + 2 bytes just below and just above every multiple of the block",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      const sizes = sizesAround(stage);
      let wrong = 0;
      let sum = 0;
      for (const bytes of sizes) {
        const before = device.read("FCTBS.BLOCKS", 0);
        const sent = log.data.length;
        bench.send("device", 0, bytes);
        bench.until(2 * roundTrip(stage), () => log.data.length > sent, "it has gone");
        const blocks = blocksOf(stage, bytes + vcrcBytes);
        if (((device.read("FCTBS.BLOCKS", 0) - before) & creditMask) !== blocks) wrong++;
        sum += blocks;
      }
      settle(bench);
      bench.run(derived(stage, "creditRefreshCycles") + roundTrip(stage));
      const told = log.frames.findLast(({ flow }) => flow?.vl === 0)?.flow;
      found.atLeast("sizes", sizes.length, 3 * derived(stage, "maxPacketBlocks"));
      found.is("counted wrong", wrong, 0);
      found.is("FCTBS", device.read("FCTBS.BLOCKS", 0), sum & creditMask, "sum of blocks");
      found.is("FCTBS told to the peer", told?.fctbs ?? -1, sum & creditMask);
      found.is("corrections of ABR at the peer", partner.counters.abrCorrections, 0);
      lossless(bench, found, sizes.length);
    },
  },
  {
    id: "FC-2",
    title: "credit accounting at the receiver",
    on: "link",
    required:
      "ABR grows by ceil(bytes with VCRC / block) for each packet taken; FCCL = ABR + free blocks, at most 2048",
    source: "ABR += blocks(p); FCCL = ABR + min(free, 2048) [IB]; R_CC [SAI, TAX]",
    stimulus: "the peer sends one packet of each of the same sizes",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage);
      const { device, partner } = bench;
      const sizes = sizesAround(stage);
      let wrong = 0;
      let sum = 0;
      for (const bytes of sizes) {
        const before = device.read("ABR.BLOCKS", 0);
        const taken = bench.back.result().matched;
        bench.send("partner", 0, bytes);
        bench.until(2 * roundTrip(stage), () => bench.back.result().matched > taken, "it has come");
        const blocks = blocksOf(stage, bytes + vcrcBytes);
        if (((device.read("ABR.BLOCKS", 0) - before) & creditMask) !== blocks) wrong++;
        sum += blocks;
      }
      settle(bench);
      bench.run(derived(stage, "creditRefreshCycles") + roundTrip(stage));
      const told = log.frames.findLast(({ flow }) => flow?.vl === 0)?.flow;
      const abr = device.read("ABR.BLOCKS", 0);
      found.atLeast("sizes", sizes.length, 3 * derived(stage, "maxPacketBlocks"));
      found.is("counted wrong", wrong, 0);
      found.is("ABR", abr, sum & creditMask, "sum of blocks");
      found.is("FCTBS of the peer", partner.state.fctbs[0]!, abr, "ABR");
      const promised = ((told?.fccl ?? 0) - abr) & creditMask;
      found.is("FCCL − ABR, buffer empty", promised, fullCredit(stage), "creditsPerVl");
      lossless(bench, found, sizes.length);
    },
  },
  {
    id: "FC-3",
    title: "credit gate",
    on: "link",
    required: "A packet goes when its blocks fit into the credit left, and not with one block less",
    source:
      "send if (CL − (FCTBS + blocks)) mod 4096 ≤ 2048; the whole packet must fit [IB]; S_CU + pkt_credits ≤ S_CL [SAI]",
    stimulus:
      "the peer's buffer is filled up to k − 1 blocks; a packet of k blocks waits; one block is freed",
    run: async (stage, found) => {
      const most = derived(stage, "maxPacketBlocks");
      const block = derived(stage, "creditBlockBytes");
      const room = 2 * most;
      const opened = await openStage(stage, { bufferBlocks: room });
      const { bench, log } = opened;
      const { partner } = bench;
      let early = 0;
      let late = 0;
      for (const k of gateBlocks(stage)) {
        partner.setDrain(0, 0);
        for (let used = 0; used < room - (k - 1); used++) bench.send("device", 0, block - 4);
        bench.until(
          20 * roundTrip(stage),
          () => partner.state.occupiedBlocks[0] === room - (k - 1),
          "the buffer is full",
        );
        const sent = log.data.length;
        bench.send("device", 0, Math.min(k * block - 4, bench.longest));
        bench.run(2 * roundTrip(stage));
        if (log.data.length !== sent) early++;
        partner.release(0);
        bench.run(2 * roundTrip(stage));
        if (log.data.length === sent) late++;
        partner.setDrain(0, Number.POSITIVE_INFINITY);
        settle(bench);
      }
      found.atLeast("lengths in blocks tried", gateBlocks(stage).length, 3);
      found.is("gone with a block too few", early, 0);
      found.is("not gone with enough", late, 0);
      found.is("overruns of the peer", partner.counters.overruns, 0);
      lossless(bench, found);
    },
  },
  {
    id: "FC-4",
    title: "recovery of lost credit, receiver",
    on: "link",
    required:
      "Blocks of packets that are lost for good come back: ABR takes over the FCTBS of a flow-control packet",
    source: "ABR is overwritten by FCTBS [IB]; CC_Update: R_CF += S_CC − R_CC [SAI, TAX]",
    stimulus:
      "the peer sends packets of a wrong PktLen (taken by the retry, then discarded) until its credit is gone",
    run: async (stage, found) => {
      const { bench, log } = await openStage(stage, {
        creditRefreshCycles: derived(stage, "creditRefreshCycles"),
      });
      const { device, partner } = bench;
      const each = blocksOf(stage, bench.longest + vcrcBytes);
      const count = Math.floor(fullCredit(stage) / each);
      const refresh = derived(stage, "creditRefreshCycles");
      const lanes = stage.design.virtualLanes.data;
      const told0 = partner.counters.flowControlSent;
      bench.until(
        2 * refresh,
        () => partner.counters.flowControlSent >= told0 + lanes,
        "the peer has just refreshed",
      );
      for (let i = 0; i < count; i++) {
        partner.faultNext("length");
        bench.send("partner", 0, bench.longest);
      }
      bench.until(refresh, () => device.counter("LENGTH_ERROR") === count, "all have come and are discarded");
      const lag = (partner.state.fctbs[0]! - device.read("ABR.BLOCKS", 0)) & creditMask;
      found.is("blocks lost", lag, count * each);
      bench.back.excuse();
      bench.send("partner", 0, bench.longest);
      bench.until(
        refresh + 2 * roundTrip(stage),
        () => bench.back.result().matched === 1,
        "the next packet has credit",
      );
      settle(bench);
      bench.run(2 * refresh);
      const told = log.frames.findLast(({ flow }) => flow?.vl === 0)?.flow;
      found.is(
        "FCTBS of the peer − ABR",
        (partner.state.fctbs[0]! - device.read("ABR.BLOCKS", 0)) & creditMask,
        0,
      );
      const left = ((told?.fccl ?? 0) - partner.state.fctbs[0]!) & creditMask;
      found.is("credit of the peer in the end", left, fullCredit(stage), "creditsPerVl");
      found.is("sessions", partner.counters.sessions, 1);
      lossless(bench, found);
    },
  },
  {
    id: "FC-5",
    title: "recovery of lost credit, sender",
    on: "link",
    required:
      "FCTBS is told on every lane at least each creditRefreshCycles, so that a peer that lost packets gives their credit back",
    source:
      "a flow-control packet on every lane at least at the refresh interval [IB]; CC_Update is periodic [SAI]",
    stimulus:
      "the client poisons packets, which the peer does not count, until the credit is gone; then silence",
    run: async (stage, found) => {
      const opened = await openStage(stage);
      const { bench, log } = opened;
      const { partner } = bench;
      const refresh = derived(stage, "creditRefreshCycles");
      const full = creditLeft(opened, 0);
      const refreshed = (): boolean => log.frames.some(({ flow }) => flow?.vl === 0);
      bench.until(refresh + roundTrip(stage), refreshed, "the device has just refreshed");
      const each = blocksOf(stage, bench.longest + vcrcBytes);
      const count = Math.floor(full / each) - 1;
      for (let i = 0; i < count; i++) {
        bench.send("device", 0, bench.longest, true);
        bench.until(roundTrip(stage), () => log.data.length === i + 1, "it has gone");
      }
      bench.until(2 * roundTrip(stage), () => partner.counters.poisonReceived === count, "all have come");
      const low = creditLeft(opened, 0);
      const from = bench.cycle;
      bench.until(refresh + 4 * roundTrip(stage), () => creditLeft(opened, 0) === full, "all credit is back");
      found.within("credit left of the lane", low, 0, full - 1);
      found.atLeast("corrections of ABR at the peer", partner.counters.abrCorrections, 1);
      found.atMost("cycles until it is back", bench.cycle - from, refresh + 2 * roundTrip(stage));
      found.is("credit then", creditLeft(opened, 0), full);
      bench.send("device", 0, bench.longest);
      settle(bench);
      lossless(bench, found);
    },
  },
  {
    id: "FC-6",
    title: "a replay takes no credit",
    on: "link",
    required:
      "Credit is counted once: a replay needs none and changes no count, and doubles are not counted by the receiver",
    source:
      "replay first, credits second; replays do not touch S_CC [UEREV, PCIE]; ABR += at in-order acceptance [LW]",
    stimulus:
      "both ends' credit is used up, ACKs of both directions are lost, and both replay by their timers",
    run: async (stage, found) => {
      const room = 4 * derived(stage, "maxPacketBlocks");
      const opened = await openStage(stage, { bufferBlocks: room });
      const { bench } = opened;
      const { device, partner } = bench;
      partner.setDrain(0, 0);
      device.sink.enableVls(0xfffe);
      bench.cable.ab.setControl({ drop: 1, messages: [message.ack] });
      silence(bench);
      const each = blocksOf(stage, bench.longest + vcrcBytes);
      for (let i = 0; i < room / each + 2; i++) bench.send("device", 0, bench.longest);
      for (let i = 0; i < fullCredit(stage) / each + 2; i++) bench.send("partner", 0, bench.longest);
      bench.run(2 * roundTrip(stage));
      const before = device.read("FCTBS.BLOCKS", 0);
      found.atMost("credit left of the device, blocks", creditLeft(opened, 0), each - 1);
      const limit = 3 * derived(stage, "replayTimerCycles");
      const replayed = (): boolean => device.counter("LLR_TX_REPLAY") > 0 && partner.counters.timeouts > 0;
      bench.until(limit, replayed, "both replay");
      bench.run(2 * roundTrip(stage));
      found.atLeast("doubles at the peer", partner.counters.duplicates, room / each);
      found.atLeast(
        "doubles at the device",
        device.counter("LLR_RX_DUPLICATE_SEQ"),
        Math.floor(fullCredit(stage) / each),
      );
      found.is("FCTBS − before", device.read("FCTBS.BLOCKS", 0) - before, 0);
      const taken = (each * device.counter("PORT_RCV_PKTS")) & creditMask;
      found.is("ABR", device.read("ABR.BLOCKS", 0), taken, "blocks of the packets taken");
      bench.cable.ab.setControl(null);
      silence(bench, false);
      partner.setDrain(0, Number.POSITIVE_INFINITY);
      device.sink.enableVls(0xffff);
      settle(bench);
      found.is("overruns of both", device.counter("EXCESSIVE_BUFFER_OVERRUN") + partner.counters.overruns, 0);
      lossless(bench, found);
    },
  },
];
