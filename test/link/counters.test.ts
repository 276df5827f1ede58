import { describe, expect, it } from "vitest";
import { narrow } from "./devices.ts";
import { PartnerBench } from "./partner-bench.ts";

/** A link on which nothing moves by itself any more, so that both ends can be compared. */
async function still(faults: (bench: PartnerBench) => void, calm: (bench: PartnerBench) => void) {
  const bench = await PartnerBench.active(narrow, { partner: { creditRefreshCycles: 100_000_000 } });
  bench.device.write("CREDIT_REFRESH.VALUE", 0xffffff);
  bench.loadBoth();
  faults(bench);
  bench.run(15_000);
  calm(bench);
  bench.drain();
  bench.run(3000);
  bench.expectLossless({ least: 100 });
  return { ...bench.device.counters(), partner: bench.partner.counters, bench };
}

const nothing = (): void => {};

describe("counters of the device and what the partner saw", () => {
  it("agree on everything when nothing is wrong", async () => {
    const { partner, ...device } = await still(nothing, nothing);
    const { bench } = device;
    expect(device).toMatchObject({
      LLR_TX_INIT_CTL_OS: partner.initsReceived,
      LLR_TX_INIT_ECHO_CTL_OS: partner.echoesReceived,
      LLR_TX_ACK_CTL_OS: partner.acksReceived,
      LLR_RX_INIT_CTL_OS: partner.initsSent,
      LLR_RX_INIT_ECHO_CTL_OS: partner.echoesSent,
      LLR_RX_ACK_CTL_OS: partner.acksSent,
      LLR_TX_OK: partner.dataReceived + partner.flowControlReceived,
      LLR_RX_OK: partner.dataSent + partner.flowControlSent,
      LLR_RX_EXPECTED_SEQ_GOOD: partner.dataSent + partner.flowControlSent,
      PORT_XMIT_PKTS: partner.dataReceived,
      PORT_RCV_PKTS: partner.dataSent,
      PORT_XMIT_DATA: bench.out.result().bytes / 4,
      PORT_RCV_DATA: bench.back.result().bytes / 4,
      FCP_SENT: partner.flowControlReceived,
      FCP_RECEIVED: partner.flowControlSent,
    });
    const wrong = ["BAD", "ERROR", "DUPLICATE", "MISSING", "REPLAY", "NACK", "DISCARD", "OVERRUN", "DROPPED"];
    expect(Object.keys(device).filter((name) => wrong.some((word) => name.includes(word)))).toEqual([]);
  });

  it("agree on control sets that the partner spoils, keeps back and repeats", async () => {
    const { partner, ...device } = await still(
      (bench) =>
        Object.assign(bench.partner.faults, { controlCorrupt: 0.2, controlDrop: 0.2, controlDuplicate: 0.2 }),
      (bench) =>
        Object.assign(bench.partner.faults, { controlCorrupt: 0, controlDrop: 0, controlDuplicate: 0 }),
    );
    expect(partner.controlsCorrupted).toBeGreaterThan(20);
    expect(device).toMatchObject({ CTL_BAD: partner.controlsCorrupted });
    const sent = partner.acksSent + partner.initsSent + partner.echoesSent + partner.nacksSent;
    const {
      LLR_RX_ACK_CTL_OS = 0,
      LLR_RX_INIT_CTL_OS = 0,
      LLR_RX_INIT_ECHO_CTL_OS = 0,
    } = device as Record<string, unknown>;
    const received = Number(LLR_RX_ACK_CTL_OS) + Number(LLR_RX_INIT_CTL_OS) + Number(LLR_RX_INIT_ECHO_CTL_OS);
    expect(received).toBe(
      sent - partner.controlsCorrupted - partner.controlsDropped + partner.controlsDuplicated,
    );
  });

  it("agree on damaged frames, gaps and replays in both directions", async () => {
    const { partner, ...device } = await still(
      ({ cable }) => {
        for (let i = 0; i < 10; i++) {
          cable.ab.inject({ on: "data", frame: "data", skip: 211 * i, flips: [i] });
          cable.ba.inject({ on: "data", frame: "data", skip: 211 * i, flips: [i] });
        }
      },
      ({ cable }) => expect(cable.ab.waiting + cable.ba.waiting).toBe(0),
    );
    expect(device).toMatchObject({
      LLR_RX_BAD: 10,
      VCRC_ERROR: 10,
      PORT_RCV_ERRORS: 10,
      LLR_TX_NACK_CTL_OS: partner.nacksReceived,
      LLR_RX_NACK_CTL_OS: partner.nacksSent,
      LLR_TX_REPLAY: partner.nacksSent,
      LLR_RX_EXPECTED_SEQ_GOOD: partner.dataSent + partner.flowControlSent,
      PORT_RCV_PKTS: partner.dataSent,
      PORT_XMIT_PKTS: partner.dataReceived,
      LLR_TX_OK: partner.dataReceived + partner.flowControlReceived,
    });
    expect(partner.crcErrors).toBe(10);
  });

  it("of credits start anew with each session", async () => {
    const bench = await PartnerBench.active(narrow);
    const { partner } = bench;
    bench.loadBoth();
    for (let round = 1; round <= 6; round++) {
      bench.run(900 + 40 * round);
      partner.restart();
      bench.run(100);
      bench.until(20_000, () => bench.up, "the link is up again");
      bench.excuse();
    }
    bench.run(1000);
    bench.drain();
    bench.expectLossless({ excused: true, least: 50 });
    expect(partner.counters).toMatchObject({ abrCorrections: 0, overruns: 0 });
  });
});
