import Table from "cli-table3";
import type { NicDesign } from "../generator/design/nic.ts";
import { elaborateNic } from "../generator/elaborate/elaborate-nic.ts";
import { generateToCache } from "../generator/emit/cached.ts";
import { openDesign } from "../sim/driver/device.ts";
import { buildModel, type Model, openModel } from "../sim/index.ts";
import { ethernetEnds, NicPair } from "../sim/nic/nic-pair.ts";
import type { SwitchWire } from "../sim/nic/switch-wire.ts";
import type { AddressVector, SendRequest } from "../sim/nic/verbs.ts";
import { mappedIpv4 } from "../sim/reference/rc/framing-roce.ts";
import { switchDesignOf } from "../sim/switch/open.ts";

/**
 * Two adapters: latency of an 8-byte WRITE by stage, on a cable of 3 m and through a switch at two of them, with PHYs of 150 ns
 * a cable and without; goodput of WRITE and READ and rate of 8-byte WRITEs on a cable.
 * `npx tsx bench/nic.ts [--bits 256|512|1024] [--qps 1,64] [--only latency|rate|goodput] [--frame ethernet]`; host memory answers
 * after 40 cycles, and there is no switch with Ethernet frames.
 */
const argument = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
};
const bits = Number(argument("bits", "256")) as 256 | 512 | 1024;
const counts = argument("qps", "1,16").split(",").map(Number);
const mtu = 4096;
const messageBytes = 65_536;
const memoryCycles = 40;
const clockMHz = 402.83;
const cableNs = 15;
const only = argument("only", "");
const frame = argument("frame", "infiniband") as "infiniband" | "ethernet";

const design: NicDesign = elaborateNic({
  ...{ name: "nic_bench", clockMHz, datapathBits: bits, mtuBytes: mtu, queuePairs: 128, completionQueues: 8 },
  frame,
  ...{ memoryRegions: 16, port: { rateGbps: (bits * 100) / 256, cableMeters: 3 }, virtualLanes: { data: 1 } },
  host: { outstandingReads: 32 },
  requester: { pushBytes: 64 },
});
const leaf = switchDesignOf({
  ...{ name: "leaf_bench", clockMHz, datapathBits: bits, mtuBytes: mtu, virtualLanes: { data: 1 } },
  ports: { count: 4, rateGbps: design.port.rateGbps, cableMeters: 3 },
  tables: { unicastEntries: 64, multicastEntries: 16, partitionKeys: 4 },
});

function addressOf(end: number): AddressVector {
  const { mac, ipv4 } = ethernetEnds[end as 0 | 1];
  return frame === "ethernet" ? { mac, dgid: mappedIpv4(ipv4) } : { dlid: end + 1 };
}

/** Connected queue pairs, one region on each side. */
function connect(pair: NicPair, queuePairs: number) {
  const pds = pair.drivers.map((driver) => driver.allocPd());
  const cqs = pair.drivers.map((driver) => driver.createCq(4096));
  const base = 0x1_0000_0000n;
  const length = 2 ** 24;
  const keys = pair.drivers.map(
    (driver, i) => driver.regMr({ pd: pds[i]!, address: base, length, access: 15 }).rkey,
  );
  for (const host of pair.hosts) host.write(base, new Uint8Array(length));
  const qpns = Array.from({ length: queuePairs }, () =>
    pair.drivers.map((driver, i) =>
      driver.createQp({
        ...{ type: "rc", pd: pds[i]!, sendCq: cqs[i]!, recvCq: cqs[i]! },
        ...{ maxSend: 512, maxRecv: 1, maxInline: 32 },
      }),
    ),
  );
  for (const pairOf of qpns)
    for (const [i, driver] of pair.drivers.entries()) {
      const qpn = pairOf[i]!;
      driver.modifyQp(qpn, { state: "INIT", pkey: 0xffff, access: 14 });
      driver.modifyQp(qpn, {
        ...{ state: "RTR", pathMtu: mtu, destQpn: pairOf[1 - i]!, rqPsn: 0, maxDestRdAtomic: 4 },
        ...{ minRnrTimer: 1, address: addressOf(1 - i) },
      });
      driver.modifyQp(qpn, {
        ...{ state: "RTS", timeout: 14, retryCount: 7, rnrRetry: 7, sqPsn: 0, maxRdAtomic: 4 },
      });
    }
  return { base, keys, cqs, qpns };
}

interface Way {
  readonly through?: boolean;
  readonly phys?: boolean;
  /** The work request goes with its doorbell. */
  readonly push?: boolean;
}

async function openPair({ through = false, phys = true, push = false }: Way = {}): Promise<NicPair> {
  const { files, top } = generateToCache(design);
  const built = await buildModel({ files, top, quick: true });
  const open = (): Promise<Model> => openDesign(leaf, undefined, { quick: true });
  const latency = [memoryCycles, memoryCycles] as const;
  return new NicPair(design, [openModel(built), openModel(built)], {
    memory: { readLatency: latency, writeLatency: latency },
    push,
    ...(through && { through: { design: leaf, model: await open() } }),
    ...(!phys && { delayCycles: Math.ceil((cableNs * clockMHz) / 1000) }),
  });
}

/** Registers of the bus: the adapter's doorbell of send queues. */
const doorbell = 0x1080;

/** First cycles in which things happen on the way of one WRITE; time is counted from the last write of a register on. */
function latency(pair: NicPair, push: boolean): [string, number][] {
  const { base, keys, qpns } = connect(pair, 1);
  const ports = (side: 0 | 1, name: string) => pair.models[side].port(name);
  const marks: { readonly name: string; readonly seen: () => boolean }[] = [
    { name: "first register written", seen: () => ports(0, "s_axil_awvalid").get() === 1 },
    {
      name: "doorbell offered on s_axil",
      seen: () => ports(0, "s_axil_awvalid").get() === 1 && ports(0, "s_axil_awaddr").get() === doorbell,
    },
    ...(push
      ? []
      : [
          { name: "work request asked of host memory", seen: () => ports(0, "m_axi_arvalid").get() === 1 },
          { name: "work request answered", seen: () => ports(0, "m_axi_rvalid").get() === 1 },
        ]),
    {
      name: "start column on the wire",
      seen: () => hasStart(ports(0, "p0_mii_txd").bytes, ports(0, "p0_mii_txc").bytes),
    },
    ...(pair.through === null ? [] : inSwitch(pair.through)),
    {
      name: "start column arrived",
      seen: () => hasStart(ports(1, "p0_mii_rxd").bytes, ports(1, "p0_mii_rxc").bytes),
    },
    { name: "write offered to remote host memory", seen: () => ports(1, "m_axi_wvalid").get() === 1 },
    { name: "in remote host memory", seen: () => pair.hosts[1].read(base + 64n, 1)[0] === 0x5a },
  ];
  pair.run(2000);
  const times: [string, number][] = [];
  let next = 0;
  pair.watch = (cycle) => {
    while (next < marks.length && marks[next]!.seen()) {
      times.push([marks[next]!.name, cycle]);
      next++;
    }
  };
  const inline = new Uint8Array(8).fill(0x5a);
  const remote = { address: base + 64n, rkey: keys[1]! };
  pair.drivers[0].postSend(qpns[0]![0]!, { wrId: 0, opcode: "write", inline, remote });
  pair.run(2000);
  pair.watch = () => undefined;
  return times;
}

/** At the switch: the packet came, it goes on. */
function inSwitch({ switchEnds: [from, to] }: SwitchWire) {
  return [
    { name: "start column into the switch", seen: () => hasStart(from.rxData, from.rxFlags) },
    { name: "start column out of the switch", seen: () => hasStart(to.txData, to.txFlags) },
  ];
}

const dataKind = 0x55;
function hasStart(data: Uint8Array, flags: Uint8Array): boolean {
  for (let at = 0; at < data.length; at += 8)
    if (flags[at / 8] === 1 && data[at] === 0xfb && data[at + 4] === dataKind) return true;
  return false;
}

/** Gb/s of payload that comes into host memory, behind the first quarter. */
function goodput(pair: NicPair, opcode: "write" | "read", queuePairs: number): number {
  const { base, keys, qpns } = connect(pair, queuePairs);
  const each = Math.max(2, Math.ceil(24 / queuePairs));
  const request = (wrId: number): SendRequest => ({
    ...{ wrId, opcode, signaled: true },
    sges: [{ address: base, length: messageBytes, lkey: keys[0]! }],
    remote: { address: base + BigInt(messageBytes), rkey: keys[1]! },
  });
  const target = pair.models[opcode === "write" ? 1 : 0];
  const strobes = target.port("m_axi_wstrb").bytes;
  const [valid, ready] = ["m_axi_wvalid", "m_axi_wready"].map((name) => target.port(name));
  const beats: number[] = [];
  // Completions are beats, too: shorter ones than of this width, or one in more than a thousand.
  pair.watch = (cycle) => {
    if (valid!.get() === 1 && ready!.get() === 1 && strobes.every((byte) => byte === 0xff)) beats.push(cycle);
  };
  for (let i = 0; i < each; i++) for (const [qpn] of qpns) pair.drivers[0].postSend(qpn!, request(i));
  const due = (each * queuePairs * messageBytes * 8) / bits;
  for (let spent = 0; beats.length < due && spent < 4_000_000; spent += 100) pair.run(100);
  pair.watch = () => undefined;
  if (beats.length < due) throw new Error(`${beats.length} of ${due} beats came`);
  const [from, to] = [Math.floor(due / 4), due - 1];
  return ((to - from) * bits * clockMHz) / (beats[to]! - beats[from]!) / 1000;
}

/** Millions of 8-byte WRITEs a second that come into remote memory; they are posted before they may begin. */
function rate(pair: NicPair, queuePairs: number): number {
  const { base, keys, qpns } = connect(pair, queuePairs);
  const each = Math.floor(400 / queuePairs);
  for (const [qpn] of qpns) {
    pair.drivers[0].modifyQp(qpn!, { state: "SQD" });
    for (let i = 0; i < each; i++)
      pair.drivers[0].postSend(qpn!, {
        ...{ wrId: i, opcode: "write", inline: new Uint8Array(8).fill(1) },
        remote: { address: base + 4096n, rkey: keys[1]! },
      });
  }
  const writes: number[] = [];
  const [valid, ready] = ["m_axi_wvalid", "m_axi_wready"].map((name) => pair.models[1].port(name));
  pair.watch = (cycle) => {
    if (valid!.get() === 1 && ready!.get() === 1) writes.push(cycle);
  };
  for (const [qpn] of qpns) pair.drivers[0].modifyQp(qpn!, { state: "RTS" });
  for (let spent = 0; writes.length < each * queuePairs && spent < 200_000; spent += 100) pair.run(100);
  pair.watch = () => undefined;
  const [from, to] = [Math.floor(writes.length / 4), writes.length - 1];
  return ((to - from) * clockMHz) / (writes[to]! - writes[from]!);
}

const rateGbps = design.port.rateGbps;
process.stdout.write(
  `${bits} bits at ${clockMHz} MHz, ${rateGbps} Gb/s, host memory ${memoryCycles} cycles\n`,
);
const ways: readonly (Way & { readonly name: string })[] = [
  { name: "one cable of 3 m with PHYs" },
  { name: "a switch and two cables with PHYs", through: true },
  { name: "a switch and two cables, MII to MII", through: true, phys: false },
  { name: "the same, pushed with the doorbell", through: true, phys: false, push: true },
];
const possible = ways.filter(({ through }) => frame === "infiniband" || through !== true);
for (const way of only === "" || only === "latency" ? possible : []) {
  const stages = new Table({ head: [`8-byte WRITE, inline: ${way.name}`, "cycle", "since", "ns"] });
  const times = latency(await openPair(way), way.push === true);
  for (const [i, [name, cycle]] of times.entries()) {
    const cycles = cycle - times[1]![1];
    const since = cycle - times[Math.max(0, i - 1)]![1];
    stages.push([name, String(cycles), String(since), ((cycles * 1000) / clockMHz).toFixed(1)]);
  }
  process.stdout.write(`${stages.toString()}\n`);
}
const percent = (value: number): string => `${value.toFixed(1)} (${((100 * value) / rateGbps).toFixed(1)} %)`;
const speeds = new Table({ head: ["queue pairs", "WRITE Gb/s", "READ Gb/s", "8-byte WRITEs, M/s"] });
for (const count of only === "latency" ? [] : counts) {
  const loads = only === "rate" ? [] : (["write", "read"] as const);
  const reached: string[] = [];
  for (const opcode of loads) reached.push(percent(goodput(await openPair(), opcode, count)));
  const messages = only === "goodput" ? "" : rate(await openPair(), count).toFixed(1);
  speeds.push([String(count), reached[0] ?? "", reached[1] ?? "", messages]);
}
if (only !== "latency") process.stdout.write(`${speeds.toString()}\n`);
