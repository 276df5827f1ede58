/** Completion queues and shared receive queues (ibv_create_cq.3, ibv_req_notify_cq.3, ibv_create_srq.3). */
import { type ReceiveRequest, VerbsError, type WorkCompletion, wcStatus } from "../../nic/verbs.ts";

export interface CompletionQueue {
  readonly depth: number;
  entries: WorkCompletion[];
  armed: "none" | "any" | "solicited";
  /** A completion found no room; the queue is broken. */
  overrun: boolean;
  event: boolean;
}

export interface SharedReceives {
  readonly pd: number;
  readonly limit: number;
  readonly maxSge: number;
  requests: ReceiveRequest[];
}

/** @returns false when there was no room */
export function pushCompletion(queue: CompletionQueue, completion: WorkCompletion): boolean {
  if (queue.entries.length >= queue.depth) {
    queue.overrun = true;
    return false;
  }
  queue.entries.push(completion);
  const loud = completion.solicited === true || completion.status !== wcStatus.success;
  if (queue.armed === "any" || (queue.armed === "solicited" && loud)) {
    queue.armed = "none";
    queue.event = true;
  }
  return true;
}

/** Things by number; `take` finds one or throws. */
export class Numbered<T> {
  readonly #items = new Map<number, T>();
  readonly #what: string;
  #next: number;

  constructor(what: string, first = 1) {
    this.#what = what;
    this.#next = first;
  }

  add(make: (number: number) => T, number = this.#next++): number {
    this.#items.set(number, make(number));
    return number;
  }

  take(number: number): T {
    const item = this.#items.get(number);
    if (item === undefined) throw new VerbsError("ENOENT", `there is no ${this.#what} ${number}`);
    return item;
  }

  find(number: number): T | undefined {
    return this.#items.get(number);
  }

  delete(number: number): void {
    this.#items.delete(number);
  }

  entries(): [number, T][] {
    return [...this.#items];
  }

  values(): T[] {
    return [...this.#items.values()];
  }
}
