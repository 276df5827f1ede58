import { describe, expect, it } from "vitest";
import { portState } from "./device-end.ts";
import { narrow } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

async function loaded(): Promise<PartnerBench> {
  const bench = await PartnerBench.active(narrow);
  bench.loadBoth();
  bench.run(2000);
  return bench;
}

describe("activation by command", () => {
  async function manual(): Promise<PartnerBench> {
    const bench = await PartnerBench.open(narrow);
    bench.cable.hold(true);
    bench.device.write("CONTROL.AUTO_ACTIVATE", 0);
    bench.cable.hold(false);
    bench.until(5000, () => bench.device.state === portState.initialize, "the port is in Initialize");
    bench.run(5000);
    return bench;
  }

  it("Initialize, Armed and Active follow the commands; VL15 passes in each, data in Active alone", async () => {
    const bench = await manual();
    const { device, partner } = bench;
    expect(device.state).toBe(portState.initialize);
    device.write("COMMAND.SET_ACTIVE", 1);
    bench.run(50);
    expect(device.state).toBe(portState.initialize);
    bench.send("device", 0, 100);
    bench.send("device", 15, 100);
    bench.send("partner", 15, 100);
    bench.run(1000);
    expect(partner.counters.dataReceived).toBe(1);
    expect(bench.back.result().matched).toBe(1);
    device.write("COMMAND.SET_ARMED", 1);
    bench.run(1000);
    expect(device.state).toBe(portState.armed);
    expect(partner.counters.dataReceived).toBe(1);
    device.write("COMMAND.SET_ACTIVE", 1);
    bench.run(1000);
    expect(device.state).toBe(portState.active);
    expect(partner.counters.dataReceived).toBe(2);
    bench.loadBoth();
    bench.run(2000);
    bench.drain();
    bench.expectLossless({ least: 20 });
  });

  it("a data packet received in Armed makes the port Active", async () => {
    const bench = await manual();
    bench.device.write("COMMAND.SET_ARMED", 1);
    bench.run(500);
    bench.send("partner", 1, 100);
    bench.until(1000, () => bench.device.active, "the port is Active");
    bench.drain();
    bench.expectLossless({ least: 0 });
  });

  it("SET_DOWN starts the session anew", async () => {
    const bench = await loaded();
    const { device, partner } = bench;
    const word = device.read("SESSION.OWN_WORD");
    device.write("COMMAND.SET_DOWN", 1);
    bench.until(20_000, () => bench.up && partner.counters.sessions === 2, "the link is up again");
    bench.excuse();
    expect(device.read("SESSION.OWN_WORD")).not.toBe(word);
    bench.run(2000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 50 });
  });

  it("LINK_ENABLE 0 holds the port in Down and silent", async () => {
    const bench = await loaded();
    const { device } = bench;
    device.write("CONTROL.LINK_ENABLE", 0);
    bench.run(400);
    expect(device.state).toBe(portState.down);
    const inits = device.counter("LLR_TX_INIT_CTL_OS");
    const frames = bench.monitor.frames;
    bench.run(4000);
    expect(device.state).toBe(portState.down);
    expect(device.counter("LLR_TX_INIT_CTL_OS")).toBe(inits);
    expect(bench.monitor.frames).toBe(frames);
    device.write("CONTROL.LINK_ENABLE", 1);
    bench.until(20_000, () => bench.up, "the link is up again");
    bench.excuse();
    bench.run(2000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 50 });
  });
});
