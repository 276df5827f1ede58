/** The verbs on the model: what a host calls. Traffic is in `nic.ts`. */
import {
  type AddressVector,
  type QpAttributes,
  type QpRequest,
  type QpState,
  type ReceiveRequest,
  type RegionRequest,
  type SendRequest,
  type Verbs,
  VerbsError,
  type WorkCompletion,
} from "../../nic/verbs.ts";
import {
  type Adapter,
  type AdapterOptions,
  adapterDefaults,
  type DropReason,
  type Verdict,
} from "./adapter.ts";
import { createLimiter } from "./dcqcn.ts";
import { enterError, flush, flushSends } from "./flush.ts";
import { HostMemory } from "./memory.ts";
import { freshQp, freshRequester, freshResponder, type Qp, stepSettings } from "./qp.ts";
import { type CompletionQueue, Numbered, type SharedReceives } from "./queues.ts";
import { RegionTable } from "./regions.ts";
import { makeEntry } from "./send-entries.ts";

export class ModelVerbs implements Verbs, Adapter {
  readonly options: AdapterOptions;
  readonly memory = new HostMemory();
  readonly regions: RegionTable;
  readonly cqs = new Numbered<CompletionQueue>("completion queue");
  readonly srqs = new Numbered<SharedReceives>("shared receive queue");
  readonly qps: Numbered<Qp>;
  readonly #handles = new Numbered<AddressVector>("address handle");
  readonly drops = new Map<DropReason, number>();
  lastDrop: Verdict = null;
  #pds = 0;

  constructor(options: Partial<AdapterOptions> = {}) {
    this.options = { ...adapterDefaults, ...options };
    this.regions = new RegionTable(this.options.regions);
    this.qps = new Numbered<Qp>("queue pair", this.options.firstQpn);
  }

  allocPd(): number {
    return ++this.#pds;
  }

  #checkPd(pd: number): void {
    if (!(pd >= 1 && pd <= this.#pds)) throw new VerbsError("ENOENT", `there is no protection domain ${pd}`);
  }

  /** @param key demanded by a replay of captured traffic */
  regMr(request: RegionRequest, key?: number): { lkey: number; rkey: number } {
    this.#checkPd(request.pd);
    const region = this.regions.register(request, key);
    return { lkey: region.key, rkey: region.key };
  }

  deregMr(lkey: number): void {
    this.regions.deregister(lkey);
  }

  createCq(depth: number): number {
    if (depth < 1) throw new VerbsError("EINVAL", "a completion queue needs an entry");
    return this.cqs.add(() => ({ depth, entries: [], armed: "none", overrun: false, event: false }));
  }

  createSrq(request: { pd: number; maxRecv: number; maxSge?: number }): number {
    this.#checkPd(request.pd);
    const { pd, maxRecv: limit, maxSge = 4 } = request;
    return this.srqs.add(() => ({ pd, limit, maxSge, requests: [] }));
  }

  createAh({ pd, address }: { pd: number; address: AddressVector }): number {
    this.#checkPd(pd);
    return this.#handles.add(() => address);
  }

  destroyAh(ah: number): void {
    this.#handles.take(ah);
    this.#handles.delete(ah);
  }

  createQp(request: QpRequest): number {
    this.#checkPd(request.pd);
    for (const cq of [request.sendCq, request.recvCq]) this.cqs.take(cq);
    if (request.srq !== undefined) this.srqs.take(request.srq);
    if (request.management && (request.type !== "ud" || this.qps.find(1)))
      throw new VerbsError("EBUSY", "QP1 is one UD queue pair");
    return this.qps.add((number) => freshQp(number, request), ...(request.management ? ([1] as const) : []));
  }

  modifyQp(qpn: number, attributes: QpAttributes): void {
    const qp = this.qps.take(qpn);
    const settings = stepSettings(qp, attributes);
    const before = qp.state;
    if (attributes.state === "ERR") {
      enterError(this, qp);
      return;
    }
    qp.settings = settings;
    qp.state = attributes.state;
    if (qp.state === "RTR") qp.responder = freshResponder(settings);
    if (qp.state === "RTS" && before === "RTR") {
      qp.requester = freshRequester(settings, this.options.credits && qp.request.type === "rc");
      qp.limiter = this.options.congestion && createLimiter(this.options.congestion);
    }
    if (qp.state === "RESET") this.#forget(qp);
  }

  #forget(qp: Qp): void {
    qp.requester = freshRequester(qp.settings, false);
    qp.responder = freshResponder(qp.settings);
    qp.receives = [];
    qp.limiter = null;
  }

  queryQp(qpn: number): { state: QpState } {
    return { state: this.qps.take(qpn).state };
  }

  destroyQp(qpn: number): void {
    this.qps.take(qpn);
    this.qps.delete(qpn);
  }

  postSend(qpn: number, request: SendRequest): void {
    const qp = this.qps.take(qpn);
    if (qp.state === "RESET" || qp.state === "INIT" || qp.state === "RTR")
      throw new VerbsError("EINVAL", `queue pair ${qpn} is in ${qp.state} and cannot send`);
    const { ud } = request;
    const address = ud?.ah === undefined ? ud?.address : this.#handles.take(ud.ah);
    const whole =
      ud === undefined || address === undefined ? request : { ...request, ud: { ...ud, address } };
    qp.requester.queue.push(makeEntry(qp, whole));
    if (qp.state === "ERR" || qp.state === "SQE") flushSends(this, qp);
  }

  postRecv(qpn: number, request: ReceiveRequest): void {
    const qp = this.qps.take(qpn);
    if (qp.request.srq !== undefined)
      throw new VerbsError("EINVAL", `queue pair ${qpn} has a shared receive queue`);
    if (qp.state === "RESET")
      throw new VerbsError("EINVAL", `queue pair ${qpn} is in RESET and cannot receive`);
    if (request.sges.length > (qp.request.maxSge ?? 4)) throw new VerbsError("EINVAL", "too many pieces");
    if (qp.receives.length >= qp.request.maxRecv)
      throw new VerbsError("ENOMEM", `the receive queue holds ${qp.request.maxRecv} requests already`);
    qp.receives.push(request);
    if (qp.state === "ERR") flush(this, qp);
  }

  postSrqRecv(number: number, request: ReceiveRequest): void {
    const srq = this.srqs.take(number);
    if (request.sges.length > srq.maxSge) throw new VerbsError("EINVAL", "too many pieces");
    if (srq.requests.length >= srq.limit)
      throw new VerbsError("ENOMEM", `the shared receive queue holds ${srq.limit} requests already`);
    srq.requests.push(request);
  }

  pollCq(cq: number, limit: number): WorkCompletion[] {
    return this.cqs.take(cq).entries.splice(0, limit);
  }

  armCq(cq: number, solicitedOnly: boolean): void {
    this.cqs.take(cq).armed = solicitedOnly ? "solicited" : "any";
  }

  takeEvents(): number[] {
    const numbers: number[] = [];
    for (const [number, queue] of this.cqs.entries()) {
      if (queue.event) numbers.push(number);
      queue.event = false;
    }
    return numbers;
  }
}
