/** The benches of `bench/cocotb/` in TypeScript. */
import type { LinkDesign } from "../generator/design/link.ts";
import type { SwitchDesign } from "../generator/design/switch.ts";
import { deviceRegisters } from "../generator/elaborate/device-registers.ts";
import { throttleOf } from "../sim/bfm/channel.ts";
import { openDesign } from "../sim/driver/device.ts";
import {
  AxiLite,
  AxisSink,
  AxisSource,
  Cable,
  LinkPartner,
  modelMii,
  Rng,
  readTag,
  Scoreboard,
  taggedPacket,
} from "../sim/index.ts";
import { SwitchControl } from "../sim/switch/control.ts";
import { RegisterFile } from "../sim/switch/register-file.ts";

/** What a run comes to. */
export interface Speed {
  readonly cycles: number;
  /** Processor time, of all threads of the process: other work on the machine changes the clock, not this. */
  readonly seconds: number;
  /** Packets that were delivered in these cycles, all ports together. */
  readonly packets: number;
}

const active = 4;
const warmUp = 200;
/** Packets that wait at each partner. */
const waiting = 4;

/** Two ports, a cable, saturating load both ways; every packet is compared. */
export async function linkSpeed(design: LinkDesign, cycles: number, packetBytes: number): Promise<Speed> {
  const models = [await openDesign(design, undefined), await openDesign(design, undefined)] as const;
  for (const model of models) model.reset();
  const throttle = throttleOf(design.rateGbps, design.datapathBits, design.clockMHz);
  const delayCycles = 1 + Math.round((design.derived.cableNs.value * design.clockMHz) / 1000);
  const cable = new Cable(modelMii(models[0]), modelMii(models[1]), { ab: { delayCycles, throttle } });
  let open = false;
  const ways = models.map((from, source) => {
    const board = new Scoreboard();
    let index = 0;
    const pull = () => {
      if (!open) return null;
      const vl = index % design.virtualLanes.data;
      return { vl, bytes: taggedPacket({ source, vl, index: index++ }, packetBytes) };
    };
    return {
      board,
      source: new AxisSource(from, "p0_tx", {
        pull,
        onStart: ({ bytes, vl }, cycle) => board.expect(bytes, vl, cycle),
      }),
      sink: new AxisSink(models[1 - source]!, "p0_rx", {
        onPacket: ({ bytes, length, vl, error, firstCycle }) =>
          void board.receive(bytes, length, vl, error, firstCycle),
      }),
    };
  });
  let cycle = 0;
  const run = (count: number): void => {
    for (const end = cycle + count; cycle < end; cycle++) {
      cable.tick();
      for (const way of ways) {
        way.source.tick(cycle);
        way.sink.tick(cycle);
      }
      for (const model of models) model.step();
    }
  };
  const states = models.map((model) => model.port("p0_port_state"));
  for (let tries = 0; tries < 200 && states.some((state) => state.get() !== active); tries++) run(100);
  open = true;
  run(warmUp);
  const matched = (): number => ways.reduce((sum, way) => sum + way.board.result().matched, 0);
  const before = matched();
  const begin = processorSeconds();
  run(cycles);
  const seconds = processorSeconds() - begin;
  const packets = matched() - before;
  for (const { board } of ways) refuse(board);
  for (const model of models) model.close();
  return { cycles, seconds, packets };
}

/**
 * A switch with a link partner at every port; everybody sends to everybody at full rate, every packet is compared.
 * @param quick the model is built as those of network benches are: in a third of the time, half as fast
 */
export async function switchSpeed(
  design: SwitchDesign,
  cycles: number,
  packetBytes: number,
  quick = true,
): Promise<Speed> {
  const { port, datapathBits, clockMHz, ports } = design;
  const { derived, rateGbps, virtualLanes } = port;
  const model = await openDesign(design, undefined, { quick });
  model.reset();
  model.port("p0_rx_tready").set(1);
  const throttle = throttleOf(rateGbps, datapathBits, clockMHz);
  const boards = Array.from({ length: (ports + 1) ** 2 }, () => new Scoreboard());
  const boardOf = (from: number, to: number): Scoreboard => boards[from * (ports + 1) + to]!;
  let cycle = 0;
  const nodes = Array.from({ length: ports }, (_, at) => {
    const own = at + 1;
    const partner = new LinkPartner({
      widthBits: datapathBits,
      dataVls: virtualLanes.data,
      seed: own,
      creditBlockBytes: derived.creditBlockBytes.value,
      replayTimerCycles: 3000 + 4 * derived.replayTimerCycles.value,
      initIntervalCycles: derived.initIntervalCycles.value,
      onPacket: ({ bytes, vl, error }) => {
        const from = readTag(bytes)?.source;
        if (from === undefined) throw new Error("a packet without a tag");
        boardOf(from, own).receive(bytes, bytes.length, vl, error, cycle);
      },
    });
    return { own, partner, cable: new Cable(modelMii(model, `p${own}`), partner, { ab: { throttle } }) };
  });
  const step = (): void => {
    for (const { cable, partner } of nodes) {
      cable.tick();
      partner.tick();
    }
    model.step();
    cycle++;
  };
  const states = nodes.map(({ own }) => model.port(`p${own}_port_state`));
  for (let tries = 0; tries < 20_000 && states.some((state) => state.get() !== active); tries++) step();
  const bus = new AxiLite(model, "s_axil", { step });
  const control = new SwitchControl(design, new RegisterFile(bus, deviceRegisters(design)), () => () => {});
  control.program({ unicast: new Map(nodes.map(({ own }) => [own, own])) });
  const rng = new Rng(1);
  const indices = new Map<string, number>();
  const fill = (): void => {
    for (const { own, partner } of nodes) {
      let queued = 0;
      for (let vl = 0; vl < virtualLanes.data; vl++) queued += partner.queued(vl);
      for (; queued < waiting; queued++) {
        const to = ((own + rng.below(ports - 1)) % ports) + 1;
        const vl = rng.below(virtualLanes.data);
        const key = `${own} ${to} ${vl}`;
        const index = indices.get(key) ?? 0;
        indices.set(key, index + 1);
        const packet = taggedPacket({ source: own, vl, index }, packetBytes, { dlid: to, slid: own });
        boardOf(own, to).expect(packet, vl, cycle);
        partner.send(packet);
      }
    }
  };
  const run = (count: number): void => {
    for (let done = 0; done < count; done++) {
      if (done % 8 === 0) fill();
      step();
    }
  };
  const matched = (): number => boards.reduce((sum, board) => sum + board.result().matched, 0);
  run(warmUp);
  const before = matched();
  const begin = processorSeconds();
  run(cycles);
  const seconds = processorSeconds() - begin;
  const packets = matched() - before;
  boards.forEach(refuse);
  model.close();
  return { cycles, seconds, packets };
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function refuse(board: Scoreboard): void {
  const { duplicated, reordered, corrupted } = board.result();
  if (duplicated + reordered + corrupted > 0) throw new Error("packets came twice, in disorder or changed");
}
