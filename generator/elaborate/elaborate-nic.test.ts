import { describe, expect, it } from "vitest";
import { check, inspect } from "../check/index.ts";
import { nicDerivedIds } from "../design/nic.ts";
import { LanewrightError } from "../diagnostics.ts";
import { defineNic } from "../dsl/define-nic.ts";
import type { NicDescription } from "../dsl/nic-description.ts";
import { elaborate } from "./elaborate-any.ts";
import { elaborateNic } from "./elaborate-nic.ts";
import { formulaFunctions } from "./formula-functions.ts";

const example: NicDescription = {
  name: "nic",
  clockMHz: 402.83,
  datapathBits: 1024,
  mtuBytes: 4096,
  queuePairs: 1024,
  completionQueues: 512,
  memoryRegions: 4096,
  host: { outstandingReads: 32 },
  port: { rateGbps: 400, cableMeters: 3 },
  virtualLanes: { data: 2 },
};

describe("elaborateNic", () => {
  it("derives the figures of the worked example", () => {
    const { derived, requester, host, port } = elaborateNic(example);
    const values = Object.fromEntries(Object.entries(derived).map(([id, { value }]) => [id, value]));
    expect(values).toEqual({
      wqeBytes: 64,
      inlineBytes: 32,
      // 4 us of 400 Gb/s are 200,000 bytes, 48.8 packets.
      outstandingRequests: 64,
      readBurstBeats: 32,
      receivePacketBeats: 128,
      // 15 + 34 + 960 + 335 + 539; 4 for an index, 16 * 177, 4 * 513, 64 * 84, 16 * 2 * 128.
      contextBitsPerQp: 1899 + 4 + 2832 + 2052 + 5376 + 4096,
    });
    expect(requester).toEqual({
      ...{ outstandingReads: 16, outstandingRequests: 64, scatterGather: 2, pushBytes: 0 },
    });
    expect(host.dataBits).toBe(1024);
    expect([port.role, port.icrc, port.name]).toEqual(["standalone", "endpoint", "nic"]);
  });

  it("gives larger work requests with more pieces, and takes requests that are set by hand", () => {
    const { derived } = elaborateNic({ ...example, requester: { scatterGather: 6, outstandingRequests: 8 } });
    expect([derived.wqeBytes.value, derived.inlineBytes.value]).toEqual([128, 96]);
    expect([derived.outstandingRequests.value, derived.outstandingRequests.overridden]).toEqual([8, true]);
  });

  it("has formulas that give what stands there", () => {
    const { derived } = elaborateNic({
      ...example,
      datapathBits: 256,
      mtuBytes: 512,
      requester: { scatterGather: 6 },
    });
    expect(Object.keys(derived)).toEqual([...nicDerivedIds]);
    for (const { id, inputs, formula, value, source } of Object.values(derived)) {
      const names = Object.keys(inputs);
      const scope = Object.entries(formulaFunctions);
      const evaluate = new Function(...scope.map(([name]) => name), ...names, `return ${formula};`);
      const values = Object.values(inputs).map((input) => input.value);
      expect([id, evaluate(...scope.map(([, f]) => f), ...values)]).toEqual([id, value]);
      expect(source.length).toBeGreaterThan(10);
    }
  });

  it("has the port of a link that is described alone", () => {
    const { port } = elaborateNic({ ...example, derived: { creditsPerVl: 500 } });
    const { name, clockMHz, datapathBits, mtuBytes, virtualLanes } = example;
    const alone = elaborate({
      ...{ name, clockMHz, datapathBits, mtuBytes, virtualLanes },
      ...{ rateGbps: 400, cableMeters: 3, icrc: "endpoint", derived: { creditsPerVl: 500 } },
    });
    expect(JSON.stringify(port)).toBe(JSON.stringify(alone));
    expect(port.derived.creditsPerVl.overridden).toBe(true);
  });

  it("depends on nothing but the description, and gives a design that cannot be changed", () => {
    const design = elaborate(defineNic(example));
    expect(JSON.stringify(design)).toBe(JSON.stringify(elaborateNic(example)));
    expect(Object.isFrozen(design.port.virtualLanes.low)).toBe(true);
    expect(check(design)).toEqual([]);
  });

  it.each([
    [{ queuePairs: 100 }, "LW_NOT_ALLOWED"],
    [{ mtuBytes: 1500 }, "LW_NOT_ALLOWED"],
    [{ datapathBits: 2048 }, "LW_NOT_ALLOWED"],
    [{ memoryRegions: 1 }, "LW_NOT_ALLOWED"],
    [{ requester: { scatterGather: 4 } }, "LW_NOT_ALLOWED"],
    [{ requester: { pushBytes: 32 } }, "LW_NOT_ALLOWED"],
    [{ requester: { pushBytes: 128 } }, "LW_NIC_PUSH_BYTES"],
    [{ rateGbps: 400 }, "LW_UNKNOWN_KEY"],
    [{ frame: "ethernet", retry: "llr" }, "LW_NIC_FRAME"],
    [{ frame: "ethernet", management: "window" }, "LW_NIC_FRAME"],
    [{ frame: "ethernet", datagrams: "ud", ethernet: { addressHandles: 0 } }, "LW_NIC_DATAGRAMS"],
    [{ frame: "ethernet", ethernet: { addressHandles: 16 } }, "LW_NIC_DATAGRAMS"],
    [{ frame: "ethernet", datagrams: "ud", ethernet: { addressHandles: 100 } }, "LW_NOT_ALLOWED"],
    [{ ethernet: { ipMtuBytes: 1500 } }, "LW_NIC_FRAME"],
    [{ frame: "ethernet", ethernet: { ipMtuBytes: 1500 } }, "LW_NIC_ETHERNET_MTU"],
    [{ name: "module" }, "LW_NAME_KEYWORD"],
    [{ port: { rateGbps: 400, cableMeters: 3, fec: "rs544" } }, "LW_PCS_KEY"],
    [{ port: { rateGbps: 800, cableMeters: 3 } }, "LW_WIDTH_CLOCK"],
    [{ derived: { creditsPerVl: 5000 } }, "LW_OVERRIDE_CREDITS"],
    [{ derived: { wqeBytes: 64 } }, "LW_UNKNOWN_KEY"],
  ])("refuses %j: %s", (change, code) => {
    const { design, diagnostics } = inspect({ kind: "nic", ...example, ...change } as never);
    expect(design).toBeUndefined();
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map((one) => one.code)).toEqual([code]);
    for (const { message, remedy } of errors) {
      expect(message).not.toMatch(/ports\./);
      expect(remedy).toBeTruthy();
    }
  });

  it("throws what does not fit the schema", () => {
    expect(() => elaborateNic({ ...example, queuePairs: 7 })).toThrow(LanewrightError);
  });
});
