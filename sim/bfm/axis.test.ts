import { describe, expect, it } from "vitest";
import { taggedPacket } from "../reference/tagged.ts";
import { ArrayModel } from "./array-model.ts";
import { AxiLite } from "./axil.ts";
import { type AxisPacket, AxisSink, AxisSource } from "./axis.ts";
import { lowBits, setLowBits } from "./ports.ts";

function streamPorts(prefix: string, width: number): Record<string, number> {
  const ports = { tdata: width, tkeep: width / 8, tvalid: 1, tready: 1, tlast: 1, tuser: 5 };
  return Object.fromEntries(Object.entries(ports).map(([name, bits]) => [`${prefix}_${name}`, bits]));
}

/** A register slice: out is one beat behind in, ready is registered. */
function loop(width: number): ArrayModel {
  const model: ArrayModel = new ArrayModel(
    { ...streamPorts("in", width), ...streamPorts("out", width) },
    () => {
      const get = (name: string) => model.port(name).get();
      const taken = get("out_tvalid") && get("out_tready");
      if (get("in_tvalid") && get("in_tready")) {
        for (const name of ["tdata", "tkeep", "tlast", "tuser"]) {
          model.port(`out_${name}`).words.set(model.port(`in_${name}`).words);
        }
        model.port("out_tvalid").set(1);
        model.port("in_tready").set(0);
      } else if (taken || !get("out_tvalid")) {
        model.port("out_tvalid").set(0);
        model.port("in_tready").set(1);
      }
    },
  );
  return model;
}

describe("AXI4-Stream", () => {
  for (const width of [64, 256, 1024, 2048]) {
    it(`carries packets of all tail lengths with stalls on both sides, ${width} bits`, () => {
      const model = loop(width);
      const started: number[] = [];
      const source = new AxisSource(model, "in", {
        stall: 0.3,
        seed: 4,
        onStart: (_, cycle) => started.push(cycle),
      });
      const sink = new AxisSink(model, "out", { backpressure: 0.4, seed: 5 });
      const packets: AxisPacket[] = [];
      for (let i = 0; i < 70; i++) {
        const bytes = taggedPacket({ source: 1, vl: i % 15, index: i }, 24 + 4 * i);
        packets.push({ bytes, vl: i % 15, error: i % 7 === 0 });
      }
      for (const packet of packets) source.push(packet);
      let cycle = 0;
      for (; cycle < 50000 && sink.packets < 70; cycle++) {
        source.tick(cycle);
        sink.tick(cycle);
        model.step();
      }
      expect(sink.received.map(({ vl, error }) => ({ vl, error }))).toEqual(
        packets.map(({ vl, error }) => ({ vl, error })),
      );
      sink.received.forEach(({ bytes }, i) => {
        expect(Buffer.compare(bytes, packets[i]!.bytes)).toBe(0);
      });
      expect(started.length).toBe(70);
      expect(source.pending).toBe(0);
      expect(source.blockedCycles).toBeGreaterThan(0);
    });
  }

  it("pulls packets when its queue is empty", () => {
    const model = loop(64);
    let left = 3;
    const source = new AxisSource(model, "in", {
      pull: () => (left-- > 0 ? { bytes: new Uint8Array(24), vl: 1 } : null),
    });
    const sink = new AxisSink(model, "out");
    for (let cycle = 0; cycle < 100; cycle++) {
      source.tick(cycle);
      sink.tick(cycle);
      model.step();
    }
    expect(sink.packets).toBe(3);
  });

  it("catches a stream that breaks the rules", () => {
    const model = new ArrayModel(streamPorts("out", 64));
    const sink = new AxisSink(model, "out", { strict: false, backpressure: 1 });
    const cycle = (valid: number, keep: number, last: number, data: number, ready: number) => {
      model.port("out_tvalid").set(valid);
      model.port("out_tkeep").set(keep);
      model.port("out_tlast").set(last);
      model.port("out_tdata").words[0] = data;
      sink.backpressure = 1 - ready;
      sink.tick(0);
    };
    cycle(1, 255, 0, 1, 0);
    cycle(1, 255, 0, 2, 1);
    cycle(1, 0x0f, 0, 3, 1);
    cycle(1, 0xf0, 1, 3, 1);
    cycle(1, 255, 1, 3, 0);
    cycle(0, 255, 1, 3, 0);
    expect(sink.violations.map((text) => text.replace("cycle 0: ", ""))).toEqual([
      "the beat changes while it waits for tready",
      "a beat before the last is not full",
      "tkeep is empty or not contiguous from byte 0",
      "tvalid falls before tready",
    ]);
  });

  it("counts low bits", () => {
    const mask = new Uint8Array(4);
    for (let count = 0; count <= 32; count++) {
      setLowBits(mask, 4, count);
      expect(lowBits(mask, 4)).toBe(count);
    }
    expect(lowBits(Uint8Array.of(0xff, 0, 1), 3)).toBe(-1);
    expect(lowBits(Uint8Array.of(0xfe), 1)).toBe(-1);
  });
});

describe("AXI4-Lite", () => {
  const ports = {
    awaddr: 12,
    awvalid: 1,
    awready: 1,
    wdata: 32,
    wstrb: 4,
    wvalid: 1,
    wready: 1,
    bresp: 2,
    bvalid: 1,
    bready: 1,
    araddr: 12,
    arvalid: 1,
    arready: 1,
    rdata: 32,
    rresp: 2,
    rvalid: 1,
    rready: 1,
  };
  const widths = Object.fromEntries(Object.entries(ports).map(([name, bits]) => [`s_axil_${name}`, bits]));

  it("writes and reads registers, and gives up on a dead device", () => {
    const registers = new Map<number, number>();
    const model: ArrayModel = new ArrayModel(widths, () => {
      const port = (name: string) => model.port(`s_axil_${name}`);
      if (port("bvalid").get() && port("bready").get()) port("bvalid").set(0);
      if (port("rvalid").get() && port("rready").get()) port("rvalid").set(0);
      if (port("awvalid").get() && port("awready").get()) {
        registers.set(port("awaddr").get(), port("wdata").get());
        port("bvalid").set(1);
        port("bresp").set(port("awaddr").get() === 0xffc ? 2 : 0);
      }
      if (port("arvalid").get() && port("arready").get()) {
        port("rdata").set(registers.get(port("araddr").get()) ?? 0);
        port("rvalid").set(1);
      }
      const free = port("awready").get() === 0;
      for (const name of ["awready", "wready", "arready"]) port(name).set(free ? 1 : 0);
    });
    const bus = new AxiLite(model);
    expect(bus.write(0x10, 0xdeadbeef)).toBe(0);
    expect(bus.write(0xffc, 1)).toBe(2);
    expect(bus.read(0x10)).toEqual({ value: 0xdeadbeef, response: 0 });
    const dead = new AxiLite(new ArrayModel(widths), "s_axil", { timeoutCycles: 10 });
    expect(() => dead.read(4)).toThrow("no answer to the read of register 0x4");
  });
});
