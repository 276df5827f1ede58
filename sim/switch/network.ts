/**
 * Switches, hosts and cables in one simulation, cycle by cycle: a single switch with a host at each port, or several that
 * are joined. Everything that packets do is checked against the reference models of the switches.
 */
import type { LinkDesign } from "../../generator/design/link.ts";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import type { ReceivedPacket } from "../bfm/axis.ts";
import { Cable, type ChannelOptions, throttleOf } from "../bfm/channel.ts";
import { modelMii } from "../bfm/mii.ts";
import type { SimModel } from "../bfm/ports.ts";
import type { Model } from "../driver/model.ts";
import { limitsOf, type PairLimits } from "../run/limits.ts";
import { Rng } from "../traffic/rng.ts";
import { DropLedger } from "./drop-ledger.ts";
import { FlowBoard, type FlowVerdict, type Place } from "./flow-board.ts";
import { FlowPacket } from "./flow-packet.ts";
import { Host } from "./host.ts";
import { SwitchNode } from "./node.ts";
import type { PortCounts } from "./port-counters.ts";
import { type Hop, type PortPlace, placeKey, type Route, type RouteDrop, type Topology } from "./topology.ts";
import { Transition } from "./transition.ts";

export interface NetworkOptions {
  /** 32 bits; decides every random choice. */
  readonly seed?: number;
  /** Switches may set the FECN bit. */
  readonly marking?: boolean;
  /** What is special about the cable of a host (in the order of the hosts), or of a trunk behind them. */
  readonly cable?: (index: number) => ChannelOptions;
  readonly onProblem?: (verdict: FlowVerdict, end: number, cycle: number, bytes: Uint8Array) => void;
}

const active = 4;
const resetCycles = 4;
/** Hops of all copies of a packet together. */
const longestRoute = 1000;
/** By then the largest table is filled. */
const fillCycles = 100_000;

export class SwitchNetwork {
  readonly design: SwitchDesign;
  readonly endDesign: LinkDesign;
  readonly limits: PairLimits;
  readonly seed: number;
  readonly topology: Topology;
  readonly nodes: readonly SwitchNode[];
  /** Host h is at index h - 1. */
  readonly hosts: readonly Host[];
  /** Cables of the hosts in their order, then the trunks; end a is the host, or the trunk's first end. */
  readonly cables: readonly Cable[];
  readonly drops: DropLedger;
  board: FlowBoard;
  /** Called at each cycle, before the clock edge. */
  readonly watchers: ((cycle: number) => void)[] = [];
  /** Cycles since the reset. */
  cycle = 0;
  /** Counters of the first switch's ports as a run read them last. */
  lastCounts: readonly PortCounts[] = [];
  /** Cycle of the first packet that came wrong. */
  firstProblem: number | null = null;
  readonly #options: NetworkOptions;
  readonly #models: readonly SimModel[];
  readonly #peers = new Map<number, PortPlace | number>();
  #transition: Transition | null = null;

  /**
   * @param switches open models of the design's top module, not yet stepped, one for each node
   * @param ends open models of the end device, one for each host
   */
  constructor(
    designs: { readonly switch: SwitchDesign; readonly end: LinkDesign },
    switches: readonly SimModel[],
    ends: readonly SimModel[],
    topology: Topology,
    options: NetworkOptions = {},
  ) {
    this.design = designs.switch;
    this.endDesign = designs.end;
    this.limits = limitsOf(designs.end);
    this.seed = options.seed ?? 1;
    this.topology = topology;
    this.drops = new DropLedger(this.limits.hangCycles);
    this.#options = options;
    this.#models = [...switches, ...ends];
    this.nodes = switches.map(
      (model, index) =>
        new SwitchNode(model, {
          ...{ design: designs.switch, index, end: this.managementEnd(index), seed: this.seed },
          step: () => this.tick(),
          onSwap: (change, revert) => this.#swap(change, revert),
          onEnter: (packet) => this.#enter(packet),
          onReceive: (end, packet) => this.#receive(end, packet),
        }),
    );
    this.hosts = topology.hosts.map(
      ({ lid }, index) =>
        new Host(ends[index]!, {
          ...{ end: index + 1, lid: lid ?? index + 1, seed: this.seed },
          room: {
            beatBytes: this.design.datapathBits / 8,
            queueBeats: this.endDesign.derived.txQueueBeats.value,
            longestBeats: this.endDesign.derived.maxPacketBeats.value,
          },
          onEnter: (packet) => this.#enter(packet),
          onReceive: (at, packet) => this.#receive(at, packet),
        }),
    );
    this.cables = this.#joined(switches, ends);
    this.board = this.newBoard();
    for (const model of this.#models) reset(model);
  }

  /** Ends that send and receive: hosts and management clients. */
  get ends(): number {
    return this.#models.length;
  }

  /** Number of a switch's management client among the ends: 0 for the first switch, then those behind the hosts. */
  managementEnd(node: number): number {
    return node === 0 ? 0 : this.topology.hosts.length + node;
  }

  /** Where the packets of an end come into a switch. */
  originOf({ source }: FlowPacket): PortPlace {
    const { hosts } = this.topology;
    return hosts[source - 1] ?? { node: Math.max(0, source - hosts.length), port: 0 };
  }

  /** What stands at the other end of a port's cable: a host by its number, another port, or nothing. */
  peerOf(at: PortPlace): PortPlace | number | undefined {
    return this.#peers.get(placeKey(at));
  }

  newBoard(): FlowBoard {
    const { marking = false, onProblem } = this.#options;
    const beatBytes = this.design.datapathBits / 8;
    return new FlowBoard({
      ...{ ends: this.ends, marking, beatBytes },
      onProblem: (verdict, end, cycle, bytes) => {
        this.firstProblem ??= cycle;
        onProblem?.(verdict, end, cycle, bytes);
      },
    });
  }

  /** One clock cycle of everything. */
  tick(): void {
    const { cycle } = this;
    for (const cable of this.cables) cable.tick();
    for (const host of this.hosts) host.tick(cycle);
    for (const node of this.nodes) node.management.tick(cycle);
    for (const watcher of this.watchers) watcher(cycle);
    for (const model of this.#models) model.step();
    this.cycle = cycle + 1;
  }

  run(cycles: number): void {
    for (let i = 0; i < cycles; i++) this.tick();
  }

  /** Ends the simulation of all models. */
  close(): void {
    for (const model of this.#models) if ("close" in model) (model as Model).close();
  }

  /** Every port that has a cable is Active, at both ends of it. */
  get active(): boolean {
    const { hosts, trunks = [] } = this.topology;
    const ports = [...hosts, ...trunks.flat()];
    return (
      ports.every(({ node, port }) => this.nodes[node]!.portState(port) === active) &&
      this.hosts.every(({ model }) => model.port("p0_port_state").get() === active)
    );
  }

  /** Ticks until everything is Active and the tables are filled. @throws Error with the states when that takes too long */
  activate(): void {
    const patience = this.cycle + fillCycles + this.limits.bringUpCycles;
    while (!this.active && this.cycle < patience) this.tick();
    while (this.nodes.some(({ control }) => !control.ready) && this.cycle < patience) this.tick();
    if (this.active) return;
    const states = this.nodes.map((node) => node.portStates.join(" ")).join("; ");
    throw new Error(`ports are not Active after ${this.cycle} cycles; states of the switch ports: ${states}`);
  }

  /** A packet that stands on its own, from a host or management client: `send` it there. */
  packet(
    bytes: Uint8Array,
    end: number,
    options: { vl?: number; given?: number; error?: boolean } = {},
  ): FlowPacket {
    const vl = options.vl ?? bytes[0]! >> 4;
    return new FlowPacket({ ...options, bytes, vl, source: end, generated: this.cycle });
  }

  /** Where a packet goes that comes into a switch, over all hops. */
  route(packet: FlowPacket, at: PortPlace): Route {
    const places: Place[] = [];
    const drops: RouteDrop[] = [];
    const hops: Hop[] = [];
    const open = [{ at, vl: packet.vl, given: packet.given, from: -1 }];
    for (let hop = open.pop(); hop !== undefined; hop = open.pop()) {
      const { node, port: input } = hop.at;
      const { reference } = this.nodes[node]!.control;
      const decision = reference.decide(packet.bytes, input, hop.vl, hop.given);
      for (const reason of decision.drops) drops.push({ at: hop.at, reason });
      for (const { port, vl } of decision.outputs) {
        hops.push({ node, input, port, vl, from: hop.from });
        if (hops.length > longestRoute) throw new Error("the tables lead a packet round in circles");
        const peer = port === 0 ? this.managementEnd(node) : this.peerOf({ node, port });
        if (typeof peer === "number") places.push({ end: peer, vl });
        else if (peer !== undefined) open.push({ at: peer, vl, given: 0, from: hops.length - 1 });
      }
    }
    return { places, drops, hops };
  }

  #joined(switches: readonly SimModel[], ends: readonly SimModel[]): Cable[] {
    const { hosts, trunks = [] } = this.topology;
    const { clockMHz, datapathBits, port: link } = this.design;
    const rng = new Rng(this.seed);
    const cable = (a: [SimModel, string], b: [SimModel, string], index: number): Cable => {
      const channel = {
        delayCycles: this.limits.delayCycles,
        throttle: throttleOf(link.rateGbps, datapathBits, clockMHz),
        ...this.#options.cable?.(index),
      };
      const seed = (way: string): number => rng.fork(`cable ${index} ${way}`).seed;
      const options = { ab: { seed: seed("ab"), ...channel }, ba: { seed: seed("ba"), ...channel } };
      return new Cable(modelMii(...a), modelMii(...b), options);
    };
    const toHosts = hosts.map((at, index) => {
      this.#peers.set(placeKey(at), index + 1);
      return cable([ends[index]!, "p0"], [switches[at.node]!, `p${at.port}`], index);
    });
    const between = trunks.map(([a, b], index) => {
      this.#peers.set(placeKey(a), b);
      this.#peers.set(placeKey(b), a);
      const models = [switches[a.node]!, switches[b.node]!] as const;
      return cable([models[0], `p${a.port}`], [models[1], `p${b.port}`], hosts.length + index);
    });
    return [...toHosts, ...between];
  }

  #enter(packet: FlowPacket): void {
    if (packet.error) return;
    const at = this.originOf(packet);
    const route = this.route(packet, at);
    this.drops.add(packet, at, route.drops);
    const deliveries = route.places.map((place) => this.board.expect(packet, place));
    this.#transition?.entered(packet, at, route, deliveries);
  }

  #receive(end: number, { bytes, length, vl, error, firstCycle, lastCycle }: ReceivedPacket): void {
    this.board.receive(end, bytes, length, vl, error, firstCycle, lastCycle);
  }

  #swap(change: () => void, revert: () => void): () => void {
    const transition = new Transition(this, change, revert);
    this.#transition = transition;
    return () => {
      this.#transition = null;
      transition.end();
    };
  }
}

function reset(model: SimModel): void {
  const rst = model.port("rst");
  rst.set(1);
  for (let i = 0; i < resetCycles; i++) model.step();
  rst.set(0);
}
