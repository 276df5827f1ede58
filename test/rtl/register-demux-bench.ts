import { expect } from "vitest";
import type { Model } from "../../sim/driver/model.ts";
import type { Port } from "../../sim/driver/port.ts";
import type { Rng } from "../../sim/traffic/rng.ts";

/** What reached a page, and what it answered. */
export interface PageAccess {
  readonly page: number;
  readonly address: number;
  /** Of a write: what was written; of a read: what was answered. */
  readonly data: number;
  /** Strobes of a write; 0 for a read. */
  readonly strobe: number;
  readonly response: number;
}

/** One vector of the pages, one field a page. */
class Fields {
  readonly #port: Port;
  readonly #bits: number;

  constructor(port: Port, bits: number) {
    this.#port = port;
    this.#bits = bits;
  }

  get(page: number): number {
    return Number((this.#port.getBig() >> BigInt(page * this.#bits)) & ((1n << BigInt(this.#bits)) - 1n));
  }

  /** Pages whose field is not 0. */
  active(): number[] {
    const word = this.#port.getBig();
    if (word === 0n) return [];
    return [...word.toString(2)]
      .reverse()
      .flatMap((digit, bit) => (digit === "1" ? [Math.floor(bit / this.#bits)] : []));
  }

  /** Every field to what `value` gives; it is asked for each page in turn. */
  fill(pages: number, value: (page: number) => number): void {
    let word = 0n;
    for (let page = pages - 1; page >= 0; page -= 1) {
      word = (word << BigInt(this.#bits)) | BigInt(value(page));
    }
    this.#port.setBig(word);
  }
}

/**
 * The register blocks behind a demultiplexer: each takes address and data when it likes, answers when it likes, and holds
 * its answer until taken. Holds the demultiplexer to the protocol.
 */
export class DemuxPages {
  readonly writes: PageAccess[] = [];
  readonly reads: PageAccess[] = [];
  readonly #rng: Rng;
  readonly #pages: number;
  readonly #slow: number;
  readonly #port: (name: string) => Port;
  readonly #fields: Readonly<Record<string, Fields>>;
  #write: Partial<{
    page: number;
    address: number;
    data: number;
    strobe: number;
    wait: number;
    response: number;
  }> = {};
  #read: Partial<{ page: number; address: number; wait: number; data: number; response: number }> = {};
  #seen: Readonly<Record<"aw" | "w" | "ar", string>> = { aw: "", w: "", ar: "" };

  /** @param slow chance that a ready or an answer waits for another cycle */
  constructor(model: Model, rng: Rng, pages: number, slow: number) {
    this.#rng = rng;
    this.#pages = pages;
    this.#slow = slow;
    this.#port = (name) => model.port(`m_axil_${name}`);
    const widths = { awvalid: 1, awready: 1, wvalid: 1, wready: 1, bresp: 2, bvalid: 1, bready: 1 };
    const reads = { arvalid: 1, arready: 1, rdata: 32, rresp: 2, rvalid: 1, rready: 1 };
    this.#fields = Object.fromEntries(
      Object.entries({ ...widths, ...reads }).map(([name, bits]) => [
        name,
        new Fields(this.#port(name), bits),
      ]),
    );
  }

  #of(name: string): Fields {
    return this.#fields[name]!;
  }

  /** The one page whose bit is set, or undefined. */
  #page(name: string): number | undefined {
    const active = this.#of(name).active();
    expect(active.length, `${name} of one page at a time`).toBeLessThanOrEqual(1);
    return active[0];
  }

  /** Drives the inputs of the coming cycle. */
  drive(): void {
    for (const name of ["awready", "wready", "arready"]) {
      this.#of(name).fill(this.#pages, () => (this.#rng.chance(this.#slow) ? 0 : 1));
    }
    const { wait: writeWait = 1, page: writePage } = this.#write;
    const { wait: readWait = 1, page: readPage } = this.#read;
    this.#of("bvalid").fill(this.#pages, (page) => (page === writePage && writeWait === 0 ? 1 : 0));
    this.#of("rvalid").fill(this.#pages, (page) => (page === readPage && readWait === 0 ? 1 : 0));
    // What does not count may be anything.
    const answered = (page: number, own: number | undefined, wait: number) => page === own && wait === 0;
    this.#of("bresp").fill(this.#pages, (page) =>
      answered(page, writePage, writeWait) ? this.#write.response! : this.#rng.below(4),
    );
    this.#of("rresp").fill(this.#pages, (page) =>
      answered(page, readPage, readWait) ? this.#read.response! : this.#rng.below(4),
    );
    this.#of("rdata").fill(this.#pages, (page) =>
      answered(page, readPage, readWait) ? this.#read.data! : this.#rng.next(),
    );
  }

  /** Looks at the cycle that stands, before its edge. */
  sample(): void {
    this.#hold();
    const address = this.#taken("aw");
    if (address !== undefined) {
      expect(this.#write.address, "one write at a time").toBeUndefined();
      this.#belongs(this.#write, address);
      this.#write.address = this.#port("awaddr").get();
    }
    const data = this.#taken("w");
    if (data !== undefined) {
      expect(this.#write.data, "one write at a time").toBeUndefined();
      this.#belongs(this.#write, data);
      this.#write.data = this.#port("wdata").get();
      this.#write.strobe = this.#port("wstrb").get();
    }
    this.#answer();
    const asked = this.#taken("ar");
    if (asked !== undefined) {
      expect(this.#read.page, "one read at a time").toBeUndefined();
      this.#read = {
        page: asked,
        address: this.#port("araddr").get(),
        wait: 1 + this.#rng.skip(1 - this.#slow),
        data: this.#rng.next(),
        response: this.#rng.pick([0, 0, 2, 3]),
      };
    } else if ((this.#read.wait ?? 0) > 0) this.#read.wait! -= 1;
    if (address !== undefined || data !== undefined) {
      if (this.#write.address !== undefined && this.#write.data !== undefined) {
        this.#write.wait = 1 + this.#rng.skip(1 - this.#slow);
        this.#write.response = this.#rng.pick([0, 0, 2, 3]);
      }
    } else if ((this.#write.wait ?? 0) > 0) this.#write.wait! -= 1;
  }

  #belongs(transaction: { page?: number }, page: number): void {
    if (transaction.page !== undefined) expect(page, "address and data to one page").toBe(transaction.page);
    transaction.page = page;
  }

  /** Answers that the demultiplexer takes in this cycle. */
  #answer(): void {
    const b = this.#page("bready");
    if (b !== undefined) {
      const { page, address, data, strobe, response, wait } = this.#write;
      expect([page, wait], "bready").toEqual([b, 0]);
      this.writes.push({ page: b, address: address!, data: data!, strobe: strobe!, response: response! });
      this.#write = {};
    }
    const r = this.#page("rready");
    if (r !== undefined) {
      const { page, address, data, response, wait } = this.#read;
      expect([page, wait], "rready").toEqual([r, 0]);
      this.reads.push({ page: r, address: address!, data: data!, strobe: 0, response: response! });
      this.#read = {};
    }
  }

  /** The page that takes what a channel offers. */
  #taken(channel: string): number | undefined {
    const page = this.#page(`${channel}valid`);
    return page !== undefined && this.#of(`${channel}ready`).get(page) === 1 ? page : undefined;
  }

  /** What was offered and not taken stands there still. */
  #hold(): void {
    const now = {
      aw: this.#offer("aw", "awaddr"),
      w: this.#offer("w", "wdata"),
      ar: this.#offer("ar", "araddr"),
    };
    for (const channel of ["aw", "w", "ar"] as const) {
      if (this.#seen[channel] !== "") expect(now[channel], `${channel} holds`).toBe(this.#seen[channel]);
    }
    const kept = (channel: "aw" | "w" | "ar") => (this.#taken(channel) === undefined ? now[channel] : "");
    this.#seen = { aw: kept("aw"), w: kept("w"), ar: kept("ar") };
  }

  #offer(channel: string, payload: string): string {
    const page = this.#page(`${channel}valid`);
    return page === undefined ? "" : `${page} ${this.#port(payload).get()}`;
  }
}
