import { ingressCountersView, ingressCsrView } from "../../generator/views/switch/csr.ts";
import { headerValues, openBlock, switchOf } from "./csr-bench.ts";
import { CounterBench, type CounterInput, describeCounters } from "./csr-counters-suite.ts";
import { CsrBench, type CsrContract, describeCsr, setting } from "./csr-suite.ts";

type Protection = "none" | "secded";

async function open(name: string, lanes: number, memoryProtection: Protection, counterBits?: number) {
  const derived = counterBits === undefined ? {} : { derived: { counterBits } };
  const design = switchOf(name, 4, lanes, { memoryProtection, ...derived });
  const model = await openBlock(design, [
    ["ingress_csr", "common/csr", ingressCsrView(design)],
    ["ingress_counters", "common/counters", ingressCountersView(design)],
  ]);
  return { design, model, header: await headerValues(design, "INGRESS_") };
}

/** Header names of the lanes of a port with this many data VLs. */
function lanesOf(data: number): string[] {
  return [...Array.from({ length: data }, (_, vl) => `VL${vl}`), "VL15"];
}

function contractOf(data: number, secded: boolean, constants: Readonly<Record<string, number>>): CsrContract {
  return {
    settings: [
      setting("CONTROL", "cfg_pkey_enforce", 0, 1, 0),
      setting("LIFETIME", "cfg_lifetime", 0, 24, 0),
      setting("FECN_THRESHOLD", "cfg_fecn_threshold", 0, 12, 0),
    ],
    status: lanesOf(data).flatMap((_, lane) => [
      { name: `LANE_PAGES[${lane}]`, port: "sts_used", at: 16 * lane, lsb: 0, bits: 16 },
      { name: `LANE_PAGES[${lane}]`, port: "sts_high_water", at: 16 * lane, lsb: 16, bits: 16 },
    ]),
    commands: [
      { name: "COMMAND", bit: 0, port: "cmd_clear_high_water" },
      ...(secded
        ? [
            { name: "MEMORY_TEST", bit: 0, port: "cmd_wrong_0" },
            { name: "MEMORY_TEST", bit: 1, port: "cmd_wrong_1" },
          ]
        : []),
    ],
    constants: { ID: 0x4c574931, CLEAR_COUNTERS: 0, ...constants },
    slow: "DROP_PKEY_LO",
  };
}

for (const [lanes, protection] of [
  [1, "none"],
  [15, "secded"],
] as const) {
  describeCsr(`ingress_csr, ${lanes} data lanes, protection ${protection}`, async () => {
    const { design, model, header } = await open(`ingress_${lanes}`, lanes, protection);
    const { pagesPerPort, pageBeats } = design.derived;
    const contract = contractOf(lanes, protection === "secded", {
      GEOMETRY: lanes + design.port.derived.counterBits.value * 2 ** 16,
      MEMORY: pagesPerPort.value + pageBeats.value * 128 * 2 ** 16,
    });
    return new CsrBench(model, header, contract);
  });
}

/** Counters as the contract of the module has them, the pulses first. */
function inputsOf(data: number, protection: Protection): CounterInput[] {
  const lanes = lanesOf(data);
  const pulses = [
    ...["drop_unknown_lid", "drop_vl15_map", "drop_pkey", "drop_hairpin", "drop_no_member", "drop_lifetime"],
    ...["multicast_packet", "multicast_copy", "fecn_marked"],
    ...(protection === "secded" ? ["drop_table_parity", "memory_corrected", "memory_uncorrectable"] : []),
  ];
  const lane = (signal: string, bits: number) =>
    lanes.map((name, at) => ({
      name: `${signal.toUpperCase()}_${name}`,
      port: `evt_${signal}`,
      at: bits * at,
      bits,
    }));
  return [
    ...pulses.map((name) => ({ name: name.toUpperCase(), port: `evt_${name}`, at: 0, bits: 1 })),
    ...lane("lane_packet", 1),
    ...lane("lane_wait", 1),
    ...lane("lane_words", 12),
  ];
}

async function counters(bits: number, lanes: number, protection: Protection): Promise<CounterBench> {
  const { model, header } = await open(`ingress_counters_${bits}`, lanes, protection, bits);
  return new CounterBench(model, header, bits, inputsOf(lanes, protection));
}

describeCounters("counters of an ingress", {
  usual: () => counters(48, 15, "secded"),
  bits16: () => counters(16, 1, "none"),
  bits32: () => counters(32, 4, "secded"),
  bits64: () => counters(64, 8, "none"),
});
