import { describe, expect, it } from "vitest";
import { message } from "../../sim/reference/columns.ts";
import { portState, txState } from "./device-end.ts";
import { middle, narrow } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

async function loaded(): Promise<PartnerBench> {
  const bench = await PartnerBench.active(narrow);
  bench.loadBoth();
  bench.run(2000);
  return bench;
}

describe("a link flap shorter than LINK_LOST_MAX", () => {
  it.each(["a", "b", "both"] as const)("at end %s: the session survives, nothing is lost", async (end) => {
    const bench = await loaded();
    const { device, partner } = bench;
    for (const cycles of [1, 40, 900]) {
      bench.cable.flap(cycles, end);
      bench.run(4000);
    }
    bench.drain();
    bench.expectLossless({ least: 100 });
    expect(device.counter("LINK_ERROR_RECOVERY")).toBe(end === "b" ? 0 : 3);
    expect(device.counter("LINK_DOWNED")).toBe(0);
    expect(partner.counters.sessions).toBe(1);
    expect(device.counter("LLR_TX_INIT_ECHO_CTL_OS")).toBe(partner.counters.echoesReceived);
  });

  it("timers stand still while the link is down", async () => {
    const bench = await loaded();
    bench.device.write("REPLAY_CT_MAX.VALUE", 1);
    bench.device.write("DATA_AGE_MAX.VALUE", 6400);
    bench.cable.flap(60_000);
    bench.run(60_000);
    expect(bench.device.state).toBe(portState.actDefer);
    bench.run(4000);
    bench.drain();
    bench.expectLossless({ least: 50 });
    expect(bench.device.counter("LLR_FLUSH")).toBe(0);
  });
});

describe("a link flap longer than LINK_LOST_MAX", () => {
  it("ends the session: Down, a new handshake, and what is sent from then on arrives", async () => {
    const bench = await loaded();
    const { device, partner } = bench;
    device.write("LINK_LOST_MAX.VALUE", 500);
    bench.cable.flap(2000);
    bench.until(1000, () => device.state === portState.down, "the port is Down");
    bench.until(20_000, () => bench.up && partner.counters.sessions === 2, "the link is up again");
    bench.excuse();
    bench.run(5000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 100 });
    expect(device.counter("LINK_DOWNED")).toBe(1);
    expect(device.counter("LINK_ERROR_RECOVERY")).toBe(1);
  });

  it("with LINK_LOST_MAX 0: every loss ends it", async () => {
    const bench = await loaded();
    const { device } = bench;
    device.write("LINK_LOST_MAX.VALUE", 0);
    bench.cable.flap(3);
    bench.until(20, () => device.state === portState.down, "the port is Down");
    bench.until(20_000, () => bench.up && bench.partner.counters.sessions === 2, "the link is up again");
    bench.excuse();
    bench.run(3000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 50 });
    expect(device.counter("LINK_ERROR_RECOVERY")).toBe(0);
  });
});

describe("a partner that starts anew", () => {
  it("in full traffic: the device follows, and nothing of the old session is delivered in the new one", async () => {
    const bench = await loaded();
    for (let round = 1; round <= 40; round++) {
      const downs = bench.device.counter("LINK_DOWNED");
      bench.partner.restart();
      bench.run(100);
      bench.until(20_000, () => bench.up, "the link is up again");
      bench.excuse();
      expect(bench.device.counter("LINK_DOWNED")).toBe(downs + 1);
      bench.run(600 + 3 * round);
      expect(bench.device.counter("LLR_FLUSH")).toBe(0);
    }
    bench.drain();
    bench.expectLossless({ excused: true, least: 200 });
  });

  it("in the middle of a long packet, on a wider port and with bit errors", async () => {
    const bench = await PartnerBench.active(middle);
    bench.loadBoth();
    for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(1e-6);
    for (let round = 1; round <= 6; round++) {
      bench.run(800 + 61 * round);
      bench.partner.restart();
      bench.run(100);
      bench.until(20_000, () => bench.up, "the link is up again");
      bench.excuse();
    }
    for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(0);
    bench.drain();
    const { duplicated, reordered, corrupted, lost } = bench.out.result();
    expect({ duplicated, reordered, corrupted, lost }).toEqual({
      duplicated: 0,
      reordered: 0,
      corrupted: 0,
      lost: 0,
    });
    expect(bench.back.result()).toMatchObject({ duplicated: 0, reordered: 0, corrupted: 0, lost: 0 });
  });

  it("twice while a client pauses inside a packet: credit of the first session stays there", async () => {
    const bench = await PartnerBench.active(narrow);
    const { device, partner } = bench;
    for (let i = 0; i < 4; i++) bench.send("partner", 0, 380);
    bench.drain();
    bench.send("device", 0, 380);
    bench.run(12);
    device.source.stall = 1;
    // A flow-control packet is chosen, and waits behind the packet
    for (let i = 0; i < 4; i++) bench.send("partner", 0, 380);
    bench.run(3000);
    for (let round = 0; round < 2; round++) {
      partner.restart();
      bench.run(100);
      bench.until(20_000, () => bench.up, "the link is up again");
    }
    const corrections = partner.counters.abrCorrections;
    device.source.stall = 0;
    bench.run(1000);
    expect(partner.counters.abrCorrections).toBe(corrections);
    bench.excuse();
    bench.loadBoth();
    bench.run(3000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 30 });
  });

  it("a single INIT with an unknown word is not believed", async () => {
    const bench = await loaded();
    const sessions = bench.partner.counters.sessions;
    bench.partner.sendControl(message.init, 0x12340, 0x1234);
    bench.run(3000);
    bench.drain();
    bench.expectLossless({ least: 50 });
    expect(bench.partner.counters.sessions).toBe(sessions);
    expect(bench.device.counter("LINK_DOWNED")).toBe(0);
  });

  it("INIT of the running session is answered and changes nothing", async () => {
    const bench = await loaded();
    const { device, partner } = bench;
    const echoes = device.counter("LLR_TX_INIT_ECHO_CTL_OS");
    const { ownWord } = partner.state;
    partner.sendControl(message.init, ownWord << 4, ownWord);
    bench.run(300);
    expect(device.counter("LLR_TX_INIT_ECHO_CTL_OS")).toBe(echoes + 1);
    bench.run(3000);
    bench.drain();
    bench.expectLossless({ least: 50 });
  });

  it("INIT_ECHO with a foreign word is ignored", async () => {
    const bench = await PartnerBench.open(narrow, { cable: { ab: { delayCycles: 4 } } });
    bench.cable.ab.setControl({ drop: 1 });
    const { device, partner } = bench;
    bench.run(200);
    const word = device.read("SESSION.OWN_WORD");
    partner.sendControl(message.initEcho, ((word + 1) & 0xffff) << 4, (word + 1) & 0xffff);
    partner.sendControl(message.initEcho, (word << 4) + 1, word);
    bench.run(200);
    expect(device.state).toBe(portState.down);
    expect(device.read("LLR_STATE.TX")).toBe(txState.init);
  });
});
