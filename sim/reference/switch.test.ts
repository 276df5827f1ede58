import { describe, expect, it } from "vitest";
import { buildPacket } from "./packet.ts";
import { type Decision, SwitchReference } from "./switch.ts";
import { taggedPacket } from "./tagged.ts";

const sizes = { ports: 4, dataVls: 2, unicastEntries: 64, multicastEntries: 8, partitionKeys: 4 };

function packet(dlid: number, options: { sl?: number; vl?: number; pkey?: number } = {}): Uint8Array {
  const { sl = 0, vl = 0, pkey = 0xffff } = options;
  return buildPacket({ lrh: { vl, sl, dlid, slid: 9 }, bth: { opcode: 0x24, pkey, destQp: 1, psn: 1 } });
}

/** A switch whose LIDs 1 … 4 are those of the ports. */
function plain(): SwitchReference {
  const tables = new SwitchReference(sizes);
  for (const port of [1, 2, 3, 4]) tables.setLft(port, port);
  tables.swapLft();
  return tables;
}

const to = (...outputs: [port: number, vl: number][]): Decision => ({
  outputs: outputs.map(([port, vl]) => ({ port, vl })),
  drops: [],
});
const drop = (...drops: Decision["drops"]): Decision => ({ outputs: [], drops });

describe("unicast", () => {
  it("follows the table that is in force, not the one that is written", () => {
    const tables = plain();
    expect(tables.decide(packet(3), 1, 0)).toEqual(to([3, 0]));
    tables.setLft(3, 4);
    expect(tables.decide(packet(3), 1, 0)).toEqual(to([3, 0]));
    tables.swapLft();
    expect(tables.decide(packet(3), 1, 0)).toEqual(to([4, 0]));
    // What was in force before is the shadow now: LID 1 was written to one of the banks only.
    expect(tables.decide(packet(1), 2, 0)).toEqual(drop("unknownLid"));
  });

  it("drops what leads nowhere or back", () => {
    const tables = plain();
    for (const dlid of [0, 5, 63, 64, 0xbfff, 0xffff])
      expect(tables.decide(packet(dlid), 1, 0)).toEqual(drop("unknownLid"));
    expect(tables.decide(packet(1), 1, 0)).toEqual(drop("hairpin"));
    tables.lftTop = 2;
    expect(tables.decide(packet(3), 1, 0)).toEqual(drop("unknownLid"));
    expect(tables.decide(packet(2), 1, 0)).toEqual(to([2, 0]));
  });

  it("takes the lane from the service level, the input and the output, never from the lane it came on", () => {
    const tables = plain();
    expect(tables.decide(packet(2, { sl: 5, vl: 0 }), 1, 0)).toEqual(to([2, 1]));
    tables.setSlToVl(1, 2, 5, 0);
    expect(tables.decide(packet(2, { sl: 5, vl: 1 }), 1, 1)).toEqual(to([2, 0]));
    expect(tables.decide(packet(2, { sl: 5 }), 3, 0)).toEqual(to([2, 1]));
    for (const vl of [2, 14, 15]) {
      tables.setSlToVl(1, 2, 5, vl);
      expect(tables.decide(packet(2, { sl: 5 }), 1, 0)).toEqual(drop("slToVl"));
    }
  });
});

describe("management", () => {
  it("VL15 stays VL15; the permissive LID and the own LID lead to port 0", () => {
    const tables = plain();
    tables.ownLid = 40;
    expect(tables.decide(packet(2, { sl: 3, vl: 15 }), 1, 15)).toEqual(to([2, 15]));
    expect(tables.decide(packet(0xffff, { vl: 15 }), 1, 15)).toEqual(to([0, 15]));
    expect(tables.decide(packet(40, { vl: 15 }), 1, 15)).toEqual(to([0, 15]));
    expect(tables.decide(packet(40, { sl: 1 }), 1, 0)).toEqual(to([0, 1]));
  });

  it("port 0 may name the output", () => {
    const tables = plain();
    expect(tables.decide(packet(0xffff, { vl: 15 }), 0, 15, 3)).toEqual(to([3, 15]));
    expect(tables.decide(packet(2), 0, 0, 3)).toEqual(to([3, 0]));
    expect(tables.decide(packet(2), 0, 0, 0)).toEqual(to([2, 0]));
    expect(tables.decide(packet(2), 0, 0, 5)).toEqual(drop("unknownLid"));
  });
});

describe("multicast", () => {
  it("goes to the members but never back, each on its lane", () => {
    const tables = plain();
    tables.setMft(0xc002, [0, 1, 3, 4]);
    tables.setSlToVl(1, 4, 0, 1);
    tables.swapMft();
    expect(tables.decide(packet(0xc002), 1, 0)).toEqual(to([0, 0], [3, 0], [4, 1]));
    expect(tables.decide(packet(0xc002), 2, 0)).toEqual(to([0, 0], [1, 0], [3, 0], [4, 0]));
    tables.setSlToVl(1, 3, 0, 15);
    expect(tables.decide(packet(0xc002), 1, 0)).toEqual({ ...to([0, 0], [4, 1]), drops: ["slToVl"] });
  });

  it("to nobody is dropped, and so is what is beyond the table", () => {
    const tables = plain();
    tables.setMft(0xc001, [2]);
    tables.swapMft();
    for (const mlid of [0xc008, 0xfffe])
      expect(tables.decide(packet(mlid), 1, 0)).toEqual(drop("unknownLid"));
    expect(tables.decide(packet(0xc000), 1, 0)).toEqual(drop("noMember"));
    expect(tables.decide(packet(0xc001), 2, 0)).toEqual(drop("noMember"));
  });
});

describe("partitions", () => {
  it("the keys are equal and one of the two is a full member's", () => {
    const tables = plain();
    const verdict = (pkey: number): Decision => tables.decide(packet(2, { pkey }), 1, 0);
    expect(verdict(0x1234)).toEqual(to([2, 0]));
    tables.setEnforced(1, true);
    expect(verdict(0x1234)).toEqual(drop("pkey"));
    expect(verdict(0x7fff)).toEqual(to([2, 0]));
    tables.setKey(1, 1, 0x1234);
    expect(verdict(0x1234)).toEqual(drop("pkey"));
    expect(verdict(0x9234)).toEqual(to([2, 0]));
    tables.setKey(1, 1, 0x9234);
    expect(verdict(0x1234)).toEqual(to([2, 0]));
    tables.setKey(1, 0, null);
    expect(verdict(0xffff)).toEqual(drop("pkey"));
    expect(tables.decide(packet(2, { pkey: 0xffff }), 3, 0)).toEqual(to([2, 0]));
  });

  it("concern neither VL15 nor raw packets; one reason is counted", () => {
    const tables = plain();
    tables.setEnforced(1, true);
    expect(tables.decide(taggedPacket({ source: 1, vl: 15, index: 0 }, 64, { dlid: 2 }), 1, 15)).toEqual(
      to([2, 15]),
    );
    const raw = packet(2, { pkey: 1 });
    raw[1] = raw[1]! & ~3;
    expect(tables.decide(raw, 1, 0)).toEqual(to([2, 0]));
    expect(tables.decide(packet(50, { pkey: 1 }), 1, 0)).toEqual(drop("unknownLid"));
    tables.setSlToVl(1, 2, 0, 15);
    expect(tables.decide(packet(2, { pkey: 1 }), 1, 0)).toEqual(drop("pkey"));
    expect(tables.decide(packet(0xc000, { pkey: 1 }), 1, 0)).toEqual(drop("pkey"));
  });
});
