import { describe, expect, it } from "vitest";
import { wide } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

/** Several packets and control sets in one beat of 1024 bits. Pairs of such ports run in test/system and test/pcs. */
describe.skipIf(process.env.LANEWRIGHT_LONG === undefined)("1024 bits against the partner", () => {
  it("without errors the counters of both ends agree", async () => {
    const bench = await PartnerBench.active(wide);
    bench.loadBoth();
    bench.run(4000);
    bench.drain();
    bench.expectLossless({ least: 300 });
    const { device, partner } = bench;
    const { counters } = partner;
    const frames = counters.dataSent + counters.flowControlSent;
    expect(device.counter("PORT_RCV_PKTS")).toBe(counters.dataSent);
    expect(device.counter("PORT_XMIT_PKTS")).toBe(counters.dataReceived);
    expect(device.counter("LLR_RX_EXPECTED_SEQ_GOOD")).toBeGreaterThanOrEqual(frames);
    expect(device.counter("LLR_TX_NACK_CTL_OS") + counters.nacksSent).toBe(0);
    const words = bench.back.result().bytes / 4;
    expect(device.counter("PORT_RCV_DATA")).toBe(words);
    expect(device.counter("PORT_XMIT_DATA")).toBe(bench.out.result().bytes / 4);
  });

  it("packets of one beat and less", async () => {
    const bench = await PartnerBench.active(wide);
    bench.loadBoth(120);
    for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(2e-6);
    bench.run(6000);
    for (const channel of [bench.cable.ab, bench.cable.ba]) channel.setBer(0);
    bench.drain();
    bench.expectLossless({ least: 1000 });
    expect(bench.device.counter("LLR_TX_REPLAY")).toBeGreaterThan(0);
  });

  it("bit errors, bursts, faulty control sets, flaps, pauses and slow clients together", async () => {
    const bench = await PartnerBench.active(wide, { stall: 0.2, backpressure: 0.3, partner: { fill: 0.05 } });
    bench.loadBoth();
    for (const channel of [bench.cable.ab, bench.cable.ba]) {
      channel.setBer(1e-6);
      channel.setBurst({ bits: 4000, perBeat: 1e-3 });
      channel.setControl({ drop: 0.1, repeat: 0.1, swap: 0.05 });
    }
    bench.partner.faults.packetFaultRate = 0.01;
    for (let i = 0; i < 8; i++) {
      bench.run(1200);
      bench.cable.flap(1 + 60 * i, i % 3 === 0 ? "a" : i % 3 === 1 ? "b" : "both");
    }
    bench.partner.faults.packetFaultRate = 0;
    for (const channel of [bench.cable.ab, bench.cable.ba]) {
      channel.setBer(0);
      channel.setBurst(null);
      channel.setControl(null);
    }
    bench.drain();
    bench.expectLossless({ least: 100 });
  });
});
