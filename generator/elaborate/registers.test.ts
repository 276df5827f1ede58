import { describe, expect, it } from "vitest";
import type { LinkDescription } from "../dsl/link-description.ts";
import { elaborate } from "./elaborate.ts";
import { counterStride, type RegisterMap } from "./register-model.ts";
import { linkRegisters, tableRows } from "./registers.ts";

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

describe.each(cases)("register map: %s", (_, description) => {
  const design = elaborate(description);
  const map = linkRegisters(design);
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
    signals.push(...map.counters.map(({ signal }) => signal));
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

  it("has a row for every entry and at least one for each lane", () => {
    const { data, high, low } = design.virtualLanes;
    expect(tableRows(design)).toEqual({ high: Math.max(high.length, data), low: Math.max(low.length, data) });
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
