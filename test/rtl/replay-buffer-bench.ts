import type { Model } from "../../sim/driver/model.ts";
import type { Rng } from "../../sim/traffic/rng.ts";
import { fail, portsOf, resetAll, sameBytes } from "./link-bench.ts";

/** Probabilities a cycle. */
export interface ReplayLoad {
  readonly write: number;
  /** That the oldest frame is acknowledged. */
  readonly release: number;
  readonly replay: number;
  readonly ready: number;
  /** That a replay is left before its end. */
  readonly stop: number;
  readonly clear: number;
}

interface Row {
  readonly data: Uint8Array;
  readonly bytes: number;
  readonly eop: boolean;
  readonly poison: boolean;
  readonly flow: boolean;
}

interface Frame {
  readonly number: number;
  /** Rows written before it since the buffer was empty. */
  readonly begin: number;
  readonly time: number;
}

/** `replay_buffer` beside a list of all that was written; as `llr_tx` does, it writes nothing while it replays. */
export class ReplayBench {
  readonly seen = { frames: 0, wraps: 0, replays: 0, rows: 0, stops: 0, clears: 0, full: 0 };
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #p;
  readonly #depth: number;
  #rows: Row[] = [];
  #frames: Frame[] = [];
  /** Number of the frame that is being written, and rows written before it. */
  #number = 0;
  #begin = 0;
  /** Rows that are free again. */
  #free = 0;
  #oldest: number | undefined;
  #known = false;
  /** Row to be read next, the one shown, and whether it is replaying. */
  #read = 0;
  #shown: Row | undefined;
  #running = false;

  constructor(model: Model, rng: Rng) {
    this.#model = model;
    this.#rng = rng;
    this.#p = portsOf(model, [
      ...(["clear", "wr_valid", "wr_eop", "wr_poison", "wr_flow", "wr_data", "wr_bytes"] as const),
      ...(["wr_frame", "wr_time", "oldest_valid", "oldest_frame", "oldest_time", "oldest_known"] as const),
      ...(["used", "rd_load", "rd_run", "rd_ready", "rd_valid", "rd_eop", "rd_poison", "rd_flow"] as const),
      ...(["rd_data", "rd_bytes", "rd_done"] as const),
    ]);
    this.#depth = 2 ** this.#p.wr_frame.bits;
    resetAll(model, rng.fork("reset"));
    this.#empty();
    this.#check();
  }

  /** Resets or clears it, with all that is under way at its inputs. */
  forget(how: "rst" | "clear"): void {
    const port = this.#model.port(how);
    port.set(1);
    this.#model.step();
    port.set(0);
    this.#empty();
    this.#check();
  }

  cycle(load: ReplayLoad): void {
    const rng = this.#rng;
    const p = this.#p;
    const written = this.#write(load);
    const [oldest] = this.#frames;
    p.oldest_valid.set(oldest === undefined ? 0 : 1);
    p.oldest_frame.set((oldest?.number ?? this.#number) % this.#depth);
    const known = oldest !== undefined && this.#known && this.#oldest === oldest.number;
    const loads = known && !this.#running && written === undefined && rng.chance(load.replay);
    const ready = rng.chance(load.ready);
    p.rd_load.set(loads ? 1 : 0);
    p.rd_run.set(this.#running ? 1 : 0);
    p.rd_ready.set(ready ? 1 : 0);
    p.clear.set(0);
    this.#model.eval();
    if ((p.oldest_known.get() === 1) !== known && oldest !== undefined)
      fail(this.#model, `oldest_known is not ${known}`);
    if (known && p.oldest_time.get() !== oldest.time) fail(this.#model, "oldest_time");
    this.#model.step();

    if (loads) this.#read = oldest.begin;
    if (loads) this.#shown = undefined;
    else this.#advance(ready);
    this.#free = oldest === undefined ? this.#begin : known ? oldest.begin : this.#free;
    this.#known = oldest !== undefined;
    this.#oldest = oldest?.number;
    if (written !== undefined) this.#keep(written);
    this.seen.replays += Number(loads);
    const done = this.#shown === undefined && this.#read === this.#rows.length;
    const stops = this.#running && !done && rng.chance(load.stop);
    this.seen.stops += Number(stops);
    this.#running = loads || (this.#running && !done && !stops);
    this.#check();
    // Acknowledged is what is complete; not while it is being replayed
    if (!this.#running && rng.chance(load.release)) this.#frames.shift();
    if (rng.chance(load.clear)) {
      this.seen.clears += 1;
      this.forget("clear");
    }
  }

  #write({ write }: ReplayLoad): Row | undefined {
    const rng = this.#rng;
    const p = this.#p;
    const full = this.#rows.length - this.#free >= this.#depth - 2;
    const go = !this.#running && !full && rng.chance(write);
    this.seen.full += Number(full);
    rng.fill(p.wr_data.bytes);
    const row: Row = {
      data: p.wr_data.bytes.slice(),
      ...{ bytes: rng.below(8) + 1, eop: rng.chance(0.3), poison: rng.chance(0.5), flow: rng.chance(0.5) },
    };
    p.wr_valid.set(go ? 1 : 0);
    p.wr_bytes.set(row.bytes);
    for (const [port, value] of [
      [p.wr_eop, row.eop],
      [p.wr_poison, row.poison],
      [p.wr_flow, row.flow],
    ] as const)
      port.set(value ? 1 : 0);
    p.wr_frame.set(this.#number % this.#depth);
    p.wr_time.set(rng.below(2 ** 24));
    return go ? row : undefined;
  }

  #keep(row: Row): void {
    this.#rows.push(row);
    if (this.#rows.length % this.#depth === 0) this.seen.wraps += 1;
    if (!row.eop) return;
    this.seen.frames += 1;
    this.#frames.push({ number: this.#number, begin: this.#begin, time: this.#p.wr_time.get() });
    this.#number += 1;
    this.#begin = this.#rows.length;
  }

  /** A row is shown a cycle after it was fetched, and fetched when none is shown or the one shown is taken. */
  #advance(ready: boolean): void {
    if (!this.#running) this.#shown = undefined;
    else if (this.#shown === undefined || ready) {
      const row = this.#rows[this.#read];
      this.#shown = row;
      if (row === undefined) return;
      this.#read += 1;
      this.seen.rows += 1;
    }
  }

  #check(): void {
    const p = this.#p;
    const model = this.#model;
    if (p.used.get() !== (this.#rows.length - this.#free) % this.#depth) fail(model, "used");
    if ((p.rd_valid.get() === 1) !== (this.#shown !== undefined)) fail(model, "rd_valid");
    const behind = (this.#rows.length - this.#read) % this.#depth;
    if ((p.rd_done.get() === 1) !== (behind === 0)) fail(model, "rd_done");
    if (this.#shown === undefined) return;
    const { data, bytes, eop, poison, flow } = this.#shown;
    const marks = [p.rd_bytes, p.rd_eop, p.rd_poison, p.rd_flow].map((port) => port.get());
    if (marks.join() !== [bytes, eop, poison, flow].map(Number).join()) fail(model, `marks are ${marks}`);
    if (!sameBytes(p.rd_data.bytes, data, data.length)) fail(model, "rd_data");
  }

  #empty(): void {
    this.#rows = [];
    this.#frames = [];
    this.#number = this.#rng.below(2 ** 20);
    [this.#begin, this.#free] = [0, 0];
    [this.#oldest, this.#known] = [undefined, false];
    [this.#read, this.#shown, this.#running] = [0, undefined, false];
    if (this.#p.oldest_known.get() === 1) fail(this.#model, "oldest_known outlives the reset");
  }
}
