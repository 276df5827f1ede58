import { describe, expect, it } from "vitest";
import type { LinkDescription } from "../dsl/link-description.ts";
import { deviceRegisters } from "./device-registers.ts";
import { elaborateSwitch } from "./elaborate.ts";
import { elaborate } from "./elaborate-any.ts";
import { ingressRegisters } from "./ingress-registers.ts";
import { counterStride, type RegisterMap } from "./register-model.ts";
import { linkRegisters, tableRows } from "./registers.ts";
import { switchRegisters } from "./switch-registers.ts";

const base: LinkDescription & { kind: "link" } = {
  kind: "link",
  name: "d",
  clockMHz: 402.83,
  datapathBits: 1024,
  rateGbps: 400,
  mtuBytes: 4096,
  cableMeters: 30,
  virtualLanes: { data: 1 },
};

const cases: readonly [string, LinkDescription & { kind: "link" }][] = [
  ...[1, 2, 4, 8, 15].map((data): [string, typeof base] => [
    `${data} lanes`,
    { ...base, virtualLanes: { data } },
  ]),
  [
    "full tables",
    {
      ...base,
      virtualLanes: {
        data: 2,
        arbitration: {
          high: Array.from({ length: 64 }, () => ({ vl: 1, weight: 255 })),
          low: Array.from({ length: 64 }, () => ({ vl: 0, weight: 255 })),
        },
      },
    },
  ],
  ["no retry", { ...base, retry: "none" }],
  ["10 km at 2 GHz", { ...base, clockMHz: 2000, rateGbps: 800, cableMeters: 10_000, mtuBytes: 8064 }],
];

const device = (ports: number, data: number, memoryProtection: "none" | "secded") =>
  elaborateSwitch({
    name: "d",
    clockMHz: 402.83,
    datapathBits: 1024,
    mtuBytes: 4096,
    ports: { count: ports, rateGbps: 400, cableMeters: 30 },
    virtualLanes: { data },
    memoryProtection,
  });

const switches = [device(2, 1, "none"), device(4, 4, "secded"), device(80, 15, "secded")];

const maps: readonly (readonly [string, RegisterMap])[] = [
  ...cases.map(([name, description]) => [name, linkRegisters(elaborate(description))] as const),
  ...switches.flatMap((design) => [
    [`switch of ${design.ports} ports`, switchRegisters(design)] as const,
    [`ingress of ${design.port.virtualLanes.data} lanes`, ingressRegisters(design)] as const,
  ]),
];

describe.each(maps)("register map: %s", (_, map) => {
  const registers = map.groups.flatMap((group) => group.registers);

  it("gives every address to one register, aligned and within reach", () => {
    const addresses = addressesOf(map);
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const address of addresses) {
      expect(address % 4).toBe(0);
      expect(address).toBeLessThan(2 ** map.addressBits);
    }
  });

  it("gives every bit to one field, with a reset value that fits, one for each element", () => {
    for (const { name, fields, count } of registers) {
      let used = 0n;
      for (const { lsb, bits, reset } of fields) {
        const mask = ((1n << BigInt(bits)) - 1n) << BigInt(lsb);
        expect(used & mask, name).toBe(0n);
        used |= mask;
        expect(reset.length, name).toBe(count ?? 1);
        for (const value of reset) {
          expect(Number.isSafeInteger(value) && value >= 0 && value < 2 ** bits, `${name}: ${value}`).toBe(
            true,
          );
        }
      }
      expect(used >> 32n, name).toBe(0n);
    }
  });

  it("names registers, their fields and signals once", () => {
    const names = [...registers.map(({ name }) => name), ...map.counters.map(({ name }) => name)];
    expect(new Set(names).size).toBe(names.length);
    const signals = registers.flatMap(({ fields }) => fields.flatMap(({ signal }) => signal ?? []));
    signals.push(...map.counters.map(({ signal, lane }) => `${signal} ${lane ?? ""}`));
    expect(new Set(signals).size).toBe(signals.length);
  });

  it("has counters that an index in the address selects", () => {
    expect(map.counters.length).toBeLessThanOrEqual(64);
    expect(map.counterBase % (64 * counterStride)).toBe(0);
    const pulses = map.counters.filter(({ increment }) => increment === 1).length;
    for (const [index, { offset, increment }] of map.counters.entries()) {
      expect(offset).toBe(map.counterBase + counterStride * index);
      expect(increment === 1).toBe(index < pulses);
    }
  });
});

describe("arbitration tables", () => {
  it.each(cases)("have a row for every entry and at least one for each lane: %s", (_, description) => {
    const design = elaborate(description);
    const { data, high, low } = design.virtualLanes;
    expect(tableRows(design)).toEqual({ high: Math.max(high.length, data), low: Math.max(low.length, data) });
  });
});

describe("the registers of a switch", () => {
  it.each(switches)("lie in windows of 8 KiB, one a port: $ports ports", (design) => {
    const { addressBits, portStride, blocks } = deviceRegisters(design);
    const places = blocks.flatMap(({ map, base, ports }) => {
      const { first, last } = ports ?? { first: 0, last: 0 };
      return Array.from({ length: last - first + 1 }, (_, at) => [
        base + portStride * (first + at),
        base + portStride * (first + at) + 2 ** map.addressBits,
      ]);
    });
    places.sort(([a], [b]) => a! - b!);
    expect(places.map(([start]) => start)).toEqual(
      Array.from({ length: 2 * (design.ports + 1) }, (_, page) => 0x1000 * page),
    );
    expect(places.at(-1)![1]).toBeLessThanOrEqual(2 ** addressBits);
    expect(2 * places.at(-1)![1]!).toBeGreaterThan(2 ** addressBits);
  });
});

describe("standard names", () => {
  it("are those of SAI and of PortCounters", () => {
    const names = linkRegisters(elaborate(base)).counters.flatMap(({ standardName }) => standardName ?? []);
    expect(names.filter((name) => name.startsWith("SAI_PORT_STAT_LLR_")).length).toBe(22);
    expect(names).toContain("SAI_PORT_STAT_LLR_RX_ACK_NACK_SEQ_ERROR");
    for (const name of [
      "PortXmitData",
      "PortRcvData",
      "PortXmitPkts",
      "PortRcvPkts",
      "PortXmitWait",
      "VL15Dropped",
    ]) {
      expect(names).toContain(name);
    }
  });
});

function addressesOf(map: RegisterMap): number[] {
  const registers = map.groups.flatMap((group) =>
    group.registers.flatMap(({ offset, count }) =>
      Array.from({ length: count ?? 1 }, (_, i) => offset + 4 * i),
    ),
  );
  return [...registers, ...map.counters.flatMap(({ offset }) => [offset, offset + 4])];
}
