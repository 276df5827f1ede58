import { describe, expect, it } from "vitest";
import { Rng } from "../traffic/rng.ts";
import { ArrayModel } from "./array-model.ts";
import { Axi4Memory, type Axi4Options } from "./axi4-memory.ts";
import { HostPages, hostPageBytes } from "./host-pages.ts";

const beatBytes = 32;
const ports = {
  ...{ awid: 2, awaddr: 64, awlen: 8, awvalid: 1, awready: 1, bid: 2, bresp: 2, bvalid: 1, bready: 1 },
  ...{ wdata: 8 * beatBytes, wstrb: beatBytes, wlast: 1, wvalid: 1, wready: 1 },
  ...{ arid: 2, araddr: 64, arlen: 8, arvalid: 1, arready: 1 },
  ...{ rid: 2, rdata: 8 * beatBytes, rresp: 2, rlast: 1, rvalid: 1, rready: 1 },
};
const base = 0xffff_0000_0000_0000n;

interface Answer {
  readonly id: number;
  readonly response: number;
  readonly cycle: number;
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/** A master that is driven by hand, and a memory of four pages of random bytes. */
function rig(options: Axi4Options = {}) {
  const widths = Object.fromEntries(Object.entries(ports).map(([name, bits]) => [`m_axi_${name}`, bits]));
  const model = new ArrayModel(widths);
  const port = (name: string) => model.port(`m_axi_${name}`);
  const pages = new HostPages();
  pages.map(base, 4 * hostPageBytes);
  const bytes = new Uint8Array(4 * hostPageBytes);
  new Rng(7).fill(bytes);
  pages.write(base, bytes);
  const memory = new Axi4Memory(model, "m_axi", pages, { strict: false, ...options });
  const answers: Answer[] = [];
  const reads: Answer[] = [];
  let cycle = 0;
  const tick = (): void => {
    memory.drive(cycle);
    const seen = (id: string, resp: string) => ({ id: port(id).get(), response: port(resp).get(), cycle });
    if (port("rvalid").get() && port("rready").get())
      reads.push({
        ...{ ...seen("rid", "rresp"), bytes: port("rdata").bytes.slice() },
        last: port("rlast").get() === 1,
      });
    if (port("bvalid").get() && port("bready").get())
      answers.push({ ...seen("bid", "bresp"), bytes: new Uint8Array(0), last: true });
    memory.sample(cycle);
    cycle += 1;
  };
  const address = (channel: "ar" | "aw", at: bigint, beats: number, id = 0): void => {
    port(`${channel}addr`).words.set([Number(at & 0xffffffffn), Number(at >> 32n)]);
    port(`${channel}len`).set(beats - 1);
    port(`${channel}id`).set(id);
    port(`${channel}valid`).set(1);
    let taken = false;
    while (!taken) {
      tick();
      taken = port(`${channel}ready`).get() === 1;
    }
    port(`${channel}valid`).set(0);
  };
  const data = (value: number, last: boolean, strobe = 0xffffffff): void => {
    port("wdata").bytes.fill(value);
    port("wstrb").words[0] = strobe;
    port("wlast").set(last ? 1 : 0);
    port("wvalid").set(1);
    let taken = false;
    while (!taken) {
      tick();
      taken = port("wready").get() === 1;
    }
    port("wvalid").set(0);
  };
  const settle = (): void => {
    for (let rest = 0; rest < 2000 && !memory.idle; rest += 1) tick();
    expect(memory.idle).toBe(true);
  };
  port("rready").set(1);
  port("bready").set(1);
  return { model, port, pages, memory, bytes, answers, reads, tick, address, data, settle, at: () => cycle };
}

describe("AXI4 memory", () => {
  it("reads bursts after its latency, in order for each ID", () => {
    const { memory, bytes, reads, address, settle, at } = rig({ readLatency: [9, 9] });
    const asked = at();
    address("ar", base + 0x40n, 3, 1);
    address("ar", base + 0x1020n, 1, 1);
    settle();
    expect(reads[0]!.cycle - asked).toBe(9);
    expect(reads.map(({ last, id }) => [last, id])).toEqual([
      [false, 1],
      [false, 1],
      [true, 1],
      [true, 1],
    ]);
    reads.forEach(({ bytes: is }, beat) => {
      const from = beat === 3 ? 0x1020 : 0x40 + beat * beatBytes;
      expect(Buffer.compare(is, bytes.subarray(from, from + beatBytes))).toBe(0);
    });
    expect([memory.read!.bursts, memory.read!.beats, memory.violations]).toEqual([2, 4, []]);
  });

  it("mixes beats of different IDs on request, and only then", () => {
    const mixed = (interleave: number): boolean => {
      const { reads, address, settle } = rig({ interleave, readLatency: [30, 30] });
      for (const id of [0, 1, 2]) address("ar", base, 16, id);
      settle();
      return reads.some(({ id, last }, index) => !last && reads[index + 1]!.id !== id);
    };
    expect([mixed(0.5), mixed(0)]).toEqual([true, false]);
  });

  it("writes the bytes of the strobes, seen when the answer goes out, data before its address too", () => {
    const { pages, answers, address, data, settle } = rig({ writeLatency: [20, 20] });
    data(0x11, false, 0xfffffff0);
    data(0x22, true, 0x000000ff);
    const before = pages.read(base, 64);
    address("aw", base + 4n, 2, 3);
    expect(Buffer.compare(pages.read(base, 64), before)).toBe(0);
    settle();
    const due = before.slice();
    due.fill(0x11, 4, 32).fill(0x22, 32, 40);
    expect(Buffer.compare(pages.read(base, 64), due)).toBe(0);
    expect(answers.map(({ id, response }) => [id, response])).toEqual([[3, 0]]);
  });

  it("answers with DECERR where no page is mapped, and changes nothing", () => {
    const { reads, answers, address, data, settle, pages } = rig();
    pages.unmap(base + 0x2000n);
    address("ar", base + 0x2000n, 1);
    address("ar", base + 0x1000n, 1);
    address("aw", base + 0x2000n, 1);
    data(1, true);
    settle();
    expect(reads.map(({ response }) => response)).toEqual([3, 0]);
    expect(answers.map(({ response }) => response)).toEqual([3]);
    expect(() => pages.read(base + 0x2ff0n, 32)).toThrow("no host memory at 0xffff000000002ff0");
  });

  it("stalls every channel at random, and holds what waits", () => {
    const stalls = { aw: 0.5, w: 0.5, b: 0.5, ar: 0.5, r: 0.5 };
    const { port, reads, answers, address, data, settle, tick, memory } = rig({ stalls, seed: 3 });
    for (let count = 0; count < 20; count += 1) {
      address("aw", base, 2);
      data(count, false);
      data(count, true);
      address("ar", base, 4);
    }
    port("rready").set(0);
    const held: string[] = [];
    for (let count = 0; count < 40; count += 1) {
      tick();
      if (port("rvalid").get() === 1) held.push(Buffer.from(port("rdata").bytes).toString("hex"));
    }
    expect(new Set(held).size).toBeLessThanOrEqual(1);
    port("rready").set(1);
    settle();
    expect([reads.length, answers.length, memory.violations]).toEqual([80, 20, []]);
  });

  it("finds each breach of the rules", () => {
    const { port, memory, address, data, settle, tick } = rig({ stalls: { ar: 1 } });
    const found = (): string | undefined => memory.violations.at(-1)?.replace(/^cycle \d+: /u, "");
    port("arvalid").set(1);
    tick();
    port("araddr").words[0] = 64;
    tick();
    expect(found()).toBe("ar changes while it waits for ready");
    port("arvalid").set(0);
    tick();
    expect(found()).toBe("arvalid falls before arready");
    address("aw", base + 0xfe0n, 2);
    expect(found()).toBe("aw: 2 beats from 0xfe0 cross 4 KiB");
    data(1, true);
    expect(found()).toBe("wlast is true with beat 1 of 2");
    data(1, true);
    address("aw", base + 8n, 1);
    data(1, true, 0x00000080);
    expect(found()).toBe("wstrb has lane 7, which is before the address");
    settle();
    expect(memory.violations.length).toBe(5);
    const strict = rig({ strict: true });
    expect(() => strict.address("ar", base + 0xff0n, 2)).toThrow("AXI4 rule broken at cycle 0: ar: 2 beats");
  });
});
