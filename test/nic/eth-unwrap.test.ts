import { beforeAll, describe, expect, it } from "vitest";
import { renderTemplate } from "../../generator/render/index.ts";
import { moduleName } from "../../generator/views/common.ts";
import { roceUnwrapView } from "../../generator/views/eth/unwrap.ts";
import { rxParserModules } from "../../generator/views/nic/rx-parser.ts";
import { type Model, openModel } from "../../sim/driver/model.ts";
import { writeUint16 } from "../../sim/reference/headers.ts";
import { mappedIpv4 } from "../../sim/reference/rc/framing-roce.ts";
import { encodeFrame } from "../../sim/reference/rc/index.ts";
import { freshSeed, parseSeed, type Rng, withSeed } from "../../sim/traffic/rng.ts";
import { buildTexts } from "../rtl/build.ts";
import { benchNic } from "./nic-bench.ts";
import { clientBytes, datagramOpcodes, randomSample, usedOpcodes } from "./packets.ts";
import { ParserRun, type Sent } from "./parser-run.ts";
import { randomBytes } from "./records.ts";

const seed = parseSeed(process.env.LANEWRIGHT_SEED ?? "") ?? freshSeed();
const long = process.env.LANEWRIGHT_LONG !== undefined;
/** One in which datagrams take many beats, one in which a packet may be one beat. */
const widths = (process.env.LANEWRIGHT_WIDTHS ?? (long ? "128,256,512,1024" : "128,512"))
  .split(",")
  .map(Number)
  .filter((width) => width >= 128 && width <= 1024);
const mtuBytes = 256;

/** `roce_unwrap` in front of `nic_rx_parser`, with the ports of the parser. */
function chain(parser: string): string {
  const header = parser.slice(parser.indexOf("module "), parser.indexOf(");"));
  const ports = [...header.matchAll(/(input|output)\s+(?:wire|reg)\s*(\[[^\]]*\])?\s*(\w+)/gu)].map(
    ([, direction = "", range = "", name = ""]) => ({ direction, range, name }),
  );
  const stream = ports.filter(({ name }) => name.startsWith("s_"));
  const own = stream.filter(({ name }) => name !== "s_tuser");
  return `module chain (
${ports.map(({ direction, range, name }) => `    ${direction} wire ${range} ${name}`).join(",\n")}
);
${stream.map(({ range, name }) => `    wire ${range} mid${name.slice(1)};`).join("\n")}
    dut_roce_unwrap unwrap (
        .clk (clk), .rst (rst),
        ${own.map(({ name }) => `.${name} (${name})`).join(", ")},
        ${stream.map(({ name }) => `.m${name.slice(1)} (mid${name.slice(1)})`).join(", ")}
    );
    dut_nic_rx_parser parser (
        ${ports.map(({ name }) => `.${name} (${name.startsWith("s_") ? `mid${name.slice(1)}` : name})`).join(", ")}
    );
endmodule
`;
}

/** A packet as the deframer gives it: two words, the second one its PktLen, IP header … pad. */
function wrapped(rng: Rng, opcode: number, payload: number, spoil?: (bytes: Uint8Array) => Uint8Array): Sent {
  const { packet } = randomSample(rng, opcode, payload);
  const bytes = clientBytes({ packet, lrh: { vl: 0, sl: 0, dlid: 0, slid: packet.destQp & 0xffff } });
  const inner = spoil?.(bytes) ?? bytes;
  writeUint16(inner, 4, inner.length / 4 + 1);
  const six = rng.chance(0.5);
  const address = (): Uint8Array =>
    six ? Uint8Array.of(0xfd, ...randomBytes(rng, 15)) : mappedIpv4(randomBytes(rng, 4));
  const ecn = rng.below(4);
  const frame = encodeFrame(
    { frame: "ethernet", mac: randomBytes(rng, 6), gids: [address()] },
    { mac: randomBytes(rng, 6), dgid: address(), trafficClass: rng.below(64) << 2, hopLimit: rng.below(256) },
    packet,
    { ecn, ipId: rng.below(65536) },
  );
  const ip = frame.slice(14, six ? 54 : 34);
  const udp = frame.slice(14 + ip.length, 22 + ip.length);
  const front = new Uint8Array(40);
  front.set(ip, 40 - ip.length);
  const words = new Uint8Array(8);
  new DataView(words.buffer).setUint32(4, inner.length / 4 + 1, true);
  const whole = Uint8Array.of(...words, ...ip, ...udp, ...inner.subarray(8));
  const due = inner.slice();
  const datagram = datagramOpcodes.includes(due[8]!);
  if (datagram) due[12]! &= 0x3f;
  else if (ecn === 3) due[12]! |= 0x80;
  return { bytes: due, vl: 0, wrapped: whole, ...(datagram ? { front } : {}) };
}

/** Ways in which a packet with a good frame is dropped behind it. */
const spoilers: readonly ((rng: Rng) => (bytes: Uint8Array) => Uint8Array)[] = [
  () => (bytes) => {
    bytes.fill(0, 13, 16);
    return bytes;
  },
  (rng) => (bytes) => {
    bytes[9]! |= rng.range(1, 15);
    return bytes;
  },
  (rng) => (bytes) => {
    bytes[8] = rng.pick([0x66, 0x70, 0x7f, 0x44]);
    return bytes;
  },
  // without extension headers or part of them, and with a pad of what is not there
  (rng) => (bytes) => bytes.slice(0, rng.pick([20, 24, 28, 32])),
  (rng) => (bytes) => {
    bytes[9]! |= rng.range(1, 3) << 4;
    return bytes.slice(0, 28);
  },
];

describe.each(widths)("roce_unwrap and nic_rx_parser, %i bits", (bits) => {
  let model: Model;
  beforeAll(async () => {
    const design = benchNic({ bits: bits as 128, mtuBytes, frame: "ethernet", datagrams: "ud" });
    const texts = rxParserModules(design).map(
      ([suffix, template, view]) =>
        [moduleName(design, suffix), renderTemplate(`${template}.v.hbs`, view)] as const,
    );
    const unwrap = [
      "dut_roce_unwrap",
      renderTemplate("eth/roce_unwrap.v.hbs", roceUnwrapView(design)),
    ] as const;
    const parser = texts.find(([name]) => name === "dut_nic_rx_parser")![1];
    model = openModel(await buildTexts("chain", [["chain", chain(parser)], unwrap, ...texts], "chain"));
  }, 600_000);

  it.each([
    ["without a stall", {}],
    ["with gaps", { gaps: 0.5 }],
    ["with slow headers and payload", { headerStalls: 0.5, payloadStalls: 0.6 }],
    ["with all of them", { gaps: 0.3, headerStalls: 0.3, payloadStalls: 0.3 }],
  ] as const)("datagrams between packets of connections, good and bad ones, %s", (_name, pace) =>
    withSeed(seed, (rng) => {
      const run = new ParserRun(model, { mtuBytes, lid: 0, lmc: 0, datagrams: true }, rng, pace);
      const length = (): number =>
        rng.pick([0, 1, 2, 3, 4, rng.below(70), rng.below(mtuBytes + 6), mtuBytes]);
      for (let count = 0; count < 400; count += 1) {
        const opcode = rng.pick(rng.chance(0.5) ? datagramOpcodes : usedOpcodes);
        const spoil = count % 4 === 3 ? spoilers[(count >> 2) % spoilers.length]!(rng) : undefined;
        run.push(wrapped(rng, opcode, length(), spoil));
      }
      for (const opcode of datagramOpcodes)
        for (let more = -5; more <= 5; more += 1) run.push(wrapped(rng, opcode, mtuBytes + more));
      run.run();
      for (const drop of ["malformed", "management", "unsupported"] as const)
        expect(run.counts[drop], drop).toBeGreaterThan(0);
    }),
  );
});
