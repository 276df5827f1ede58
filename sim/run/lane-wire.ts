/** The lanes between two ports with a PCS: a clock for each device and each direction, which the other end recovers. */
import type { AnyPcsDesign } from "../../generator/design/any-pcs.ts";
import type { LinkDesign } from "../../generator/design/link.ts";
import { LaneChannel } from "../bfm/lanes.ts";
import { ClockEdges } from "../driver/clocks.ts";
import type { Model } from "../driver/model.ts";
import { Rng } from "../traffic/rng.ts";
import { type BeforeEdge, deviceEdge, type PairWire, type WireCounts } from "./pair-wire.ts";
import type { Faults } from "./phase.ts";

export interface LaneWireOptions {
  /** How far the clocks of the transmitters are off, port 0 and port 1, parts per million; 60 and -75 unless given. */
  readonly ppm?: readonly [number, number];
  /** The same of the clocks of the devices; 35 and -45 unless given. */
  readonly devicePpm?: readonly [number, number];
  /** Each lane of a direction is up to this late, ns; 20 unless given. */
  readonly skewNs?: number;
  /** For each physical lane of a receiver, the lane that arrives there; as sent unless given. */
  readonly order?: readonly number[];
}

const usualPpm = [60, -75] as const;
const usualDevicePpm = [35, -45] as const;
const usualSkewNs = 20;
const nsPerMeter = 5;
/** Errors of lanes come in bursts per word of the lanes; those of a phase are per beat of the device. */
const idleBeats = { beatsLost: 0, beatsWithErrors: 0, burstBitErrors: 0 } as const;
const noControl = { controlDropped: 0, controlRepeated: 0, controlSwapped: 0, injected: 0 } as const;

/** Clocks of a model, in the order in which it was built with them. */
const deviceClock = 1;
const txClock = 2;
const rxClock = 4;

/** Clocks of the wire: the devices' own first, as in {@link deviceEdge}, then those of the transmitters. */
const clocks = { device: deviceEdge, tx: [4, 8] } as const;
const ofDevices = deviceEdge[0] | deviceEdge[1];
/** First edges of the devices and of the transmitters, ps: not at one time. */
const firstEdges = { device: [0, 283], tx: [137, 611] } as const;

/** Clock ports of a device with a PCS beside its own clock. */
export const laneClocks = ["p0_tx_lane_clk", "p0_rx_lane_clk"] as const;

export class LaneWire implements PairWire {
  readonly ends = null;
  /** From port 0 to port 1, and back. */
  readonly channels: readonly [LaneChannel, LaneChannel];
  readonly #models: readonly [Model, Model];
  readonly #fec: boolean;
  readonly #edges: ClockEdges;
  readonly #tx: readonly [Uint8Array, Uint8Array];
  readonly #rx: readonly [Uint8Array, Uint8Array];

  constructor(
    design: LinkDesign & { readonly pcs: AnyPcsDesign },
    models: readonly [Model, Model],
    seeds: readonly [number, number],
    options: LaneWireOptions = {},
  ) {
    this.#models = models;
    const [a, b] = models;
    this.#tx = [a.port("p0_tx_lane").bytes, b.port("p0_tx_lane").bytes];
    this.#rx = [a.port("p0_rx_lane").bytes, b.port("p0_rx_lane").bytes];
    const { kind, derived } = design.pcs;
    this.#fec = kind !== "base-r";
    const mhz = derived.laneClockMHz.value;
    const ppm = options.ppm ?? usualPpm;
    const devicePpm = options.devicePpm ?? usualDevicePpm;
    this.#edges = new ClockEdges([
      { mhz: design.clockMHz, ppm: devicePpm[0], firstPs: firstEdges.device[0] },
      { mhz: design.clockMHz, ppm: devicePpm[1], firstPs: firstEdges.device[1] },
      { mhz, ppm: ppm[0], firstPs: firstEdges.tx[0] },
      { mhz, ppm: ppm[1], firstPs: firstEdges.tx[1] },
    ]);
    const channel = (seed: number): LaneChannel => laneChannel(design, seed, options);
    this.channels = [channel(seeds[0]), channel(seeds[1])];
  }

  get counts(): readonly [WireCounts, WireCounts] {
    const [ab, ba] = this.channels;
    return [countsOf(ab, this.#fec), countsOf(ba, this.#fec)];
  }

  /** Bit errors strike lanes; bursts are given per word of the lanes. There are no columns to lose. */
  setFaults({ ber, burst }: Faults): void {
    for (const channel of this.channels) {
      channel.setBer(ber ?? 0);
      channel.setBurst(burst === undefined ? null : { bits: burst.bits, perWord: burst.perBeat });
    }
  }

  reset(cycles: number): void {
    for (const model of this.#models) model.port("rst").set(1);
    for (let edge = 0; edge < 2 * cycles; edge += 1) this.step(() => {});
    for (const model of this.#models) model.port("rst").set(0);
  }

  step(before: BeforeEdge): number {
    const edges = this.#edges;
    for (;;) {
      const mask = edges.next();
      const ofA = (mask & clocks.tx[0]) !== 0;
      const ofB = (mask & clocks.tx[1]) !== 0;
      if (ofA) this.#send(0, 1);
      if (ofB) this.#send(1, 0);
      const ofDevice = mask & ofDevices;
      if ((ofDevice & clocks.device[0]) !== 0) before(0);
      if ((ofDevice & clocks.device[1]) !== 0) before(1);
      this.#edge(0, (ofA ? txClock : 0) | (ofB ? rxClock : 0), ofDevice);
      this.#edge(1, (ofB ? txClock : 0) | (ofA ? rxClock : 0), ofDevice);
      if (ofDevice !== 0) return ofDevice;
    }
  }

  #edge(device: 0 | 1, ofLanes: number, ofDevices: number): void {
    const mask = ofLanes | ((ofDevices & clocks.device[device]) !== 0 ? deviceClock : 0);
    if (mask !== 0) this.#models[device].edge(mask, this.#edges.timePs);
  }

  /** A clock of the sender: what its lanes show goes into the channel, what comes out is what the receiver sees. */
  #send(from: 0 | 1, to: 0 | 1): void {
    const channel = this.channels[from];
    channel.push(this.#tx[from]);
    channel.pull(this.#rx[to]);
  }
}

function laneChannel(
  { pcs, cableMeters }: { readonly pcs: AnyPcsDesign; readonly cableMeters: number },
  seed: number,
  { skewNs = usualSkewNs, order }: LaneWireOptions,
): LaneChannel {
  const { derived, lanes, format } = pcs;
  const rng = new Rng(seed);
  const gbps = derived.lineGbps.value / lanes.count;
  const serdesNs = derived.pcsLinkNs.inputs.serdesNs?.value ?? 0;
  const delay = (): number => (nsPerMeter * cableMeters + serdesNs + rng.float() * skewNs) * gbps;
  return new LaneChannel({
    pcsLanes: format.pcsLanes,
    lanes: lanes.count,
    lineBits: derived.lineBits.value,
    seed,
    delayBits: Array.from({ length: lanes.count }, () => Math.floor(delay())),
    ...(order !== undefined && { order }),
  });
}

/** Symbols are those of a FEC. */
function countsOf(channel: LaneChannel, fec: boolean): WireCounts {
  const { words, bitErrors, symbolErrors, bursts } = channel.counts;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    beats: words,
    ...idleBeats,
    bitErrors: sum(bitErrors),
    ...(fec && { symbolErrors: sum(symbolErrors) }),
    bursts,
    ...noControl,
  };
}
