import { describe, expect, it } from "vitest";
import { message } from "../../sim/reference/columns.ts";
import { narrow } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

describe("a partner that hears no ACK", () => {
  it.each([1, 2, 7])(
    "sends %i packets again and again: each is delivered once, and acknowledged again",
    async (count) => {
      const bench = await PartnerBench.active(narrow, { partner: { creditRefreshCycles: 100_000_000 } });
      const { device, partner, cable } = bench;
      device.write("CREDIT_REFRESH.VALUE", 0xffffff);
      bench.drain();
      cable.ab.setControl({ drop: 1, messages: [message.ack] });
      for (let i = 0; i < count; i++) bench.send("partner", i & 1, 24 + 40 * i);
      bench.run(5000);
      expect(bench.back.result()).toMatchObject({ matched: count, duplicated: 0, corrupted: 0 });
      cable.ab.setControl(null);
      bench.drain();
      bench.expectLossless({ least: 0 });
      expect(partner.counters.timeouts).toBeGreaterThanOrEqual(3);
      expect(device.counter("LLR_RX_DUPLICATE_SEQ")).toBe(partner.counters.framesReplayed);
      expect(device.counter("LLR_TX_NACK_CTL_OS")).toBe(0);
      expect(device.counter("PORT_RCV_PKTS")).toBe(count);
      for (const vl of [0, 1]) expect(device.read("ABR.BLOCKS", vl)).toBe(partner.state.fctbs[vl]);
    },
  );
});
