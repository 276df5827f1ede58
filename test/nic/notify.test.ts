import { describe, expect, it } from "vitest";
import { notifyModules } from "../../generator/views/nic/congestion.ts";
import { AxisSource } from "../../sim/bfm/axis.ts";
import { AxisSink } from "../../sim/bfm/axis-sink.ts";
import { Rng } from "../../sim/traffic/rng.ts";
import { benchNic, openNicModule } from "./nic-bench.ts";
import { clientBytes, randomSample } from "./packets.ts";

const [peerLid, ownLid, peerQpn, pkey, qpn] = [0x1234, 0x55, 0xabcde, 0x8001, 5];
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** What is to be sent for a mark, LRH to the last of the 16 bytes, in the order of the wire. */
const notification = (opcode: string): string =>
  `30e2123400${"0a"}0055${opcode}008001400abcde00000000${"00".repeat(16)}`;

describe.each([
  ["infiniband", 128, "80"],
  ["ethernet", 512, "81"],
] as const)("notifications, %s frames, %i bits", (frame, bits, opcode) => {
  it("are sent for marks of the peer, seldom enough, and told", { timeout: 120_000 }, async () => {
    const rng = new Rng(4);
    const design = benchNic({ frame, bits, congestion: "dcqcn" });
    const model = await openNicModule(design, notifyModules(design));
    model.reset();
    const [seen, sent, slow] = [[] as string[], [] as string[], [] as number[]];
    const from = new AxisSource(model, "s", { stall: 0.1, seed: 1 });
    const builder = new AxisSource(model, "b", { stall: 0.5, seed: 2 });
    const sink = (prefix: string, list: string[]): AxisSink =>
      new AxisSink(model, prefix, {
        ...{ backpressure: 0.1, seed: 3 },
        onPacket: ({ bytes, length }) => void list.push(text(bytes.subarray(0, length))),
      });
    const sinks = [sink("m", seen), sink("tx", sent)];
    let [cycle, now, counted, room] = [0, 1000, 0, true];
    const run = (cycles: number): void => {
      for (let left = cycles; left > 0; left -= 1) {
        for (const one of [from, builder]) one.drive(cycle);
        for (const one of sinks) one.drive();
        model.port("now").setBig(BigInt(now));
        model.port("slow_ready").set(1);
        model.port("cnp_room").set(Number(room));
        model.eval();
        for (const one of [from, builder]) one.sample(cycle);
        for (const one of sinks) one.sample(cycle);
        counted += model.port("evt_cnp_sent").get();
        if (model.port("slow_valid").get() === 1) slow.push(model.port("slow_qpn").get());
        model.step();
        cycle += 1;
        now += 4;
      }
    };
    model.port("cfg_send").set(1);
    model.port("cfg_least").set(4000);
    model.port("own_lid").set(ownLid);
    // State RTS, SL 14, VL 3
    const row = model.port("qpc_data").words;
    row[0] = 3 | (14 << 8) | (3 << 12) | (pkey << 16);
    row[1] = peerQpn;
    row[2] = peerLid;
    /** The host writes the row. @param state 3 is RTS, 0 RESET */
    const write = (number: number, state = 3, ud = false): void => {
      row[0] = (row[0]! & ~15) | state | (ud ? 8 : 0);
      model.port("qpc_qpn").set(number);
      model.port("qpc_valid").set(1);
      for (let ready = 0; ready === 0; run(1)) {
        model.eval();
        ready = model.port("qpc_ready").get();
      }
      model.port("qpc_valid").set(0);
    };
    run(20);
    write(qpn);

    const packet = (changes: object, slid = peerLid, destQp = qpn): Uint8Array => {
      const { lrh, packet: base } = randomSample(rng, 4, rng.below(100));
      return clientBytes({
        lrh: { ...lrh, slid },
        packet: { ...base, destQp, fecn: false, becn: false, ...changes },
      });
    };
    const passed: string[] = [];
    const push = (bytes: Uint8Array, error = false): void => {
      from.push({ bytes, vl: 0, error });
      passed.push(text(bytes));
    };
    /** Pushes, runs, and says what was sent and told. */
    const outcome = (bytes: Uint8Array, error = false): readonly [number, number] => {
      const before = [sent.length, slow.length] as const;
      push(bytes, error);
      run(60);
      return [sent.length - before[0], slow.length - before[1]];
    };
    expect(outcome(packet({}))).toEqual([0, 0]);
    expect(outcome(packet({ fecn: true }))).toEqual([1, 0]);
    expect(sent).toEqual([notification(opcode)]);
    // Too early, from another, for another, damaged
    expect(outcome(packet({ fecn: true }))).toEqual([0, 0]);
    now += 5000;
    expect(outcome(packet({ fecn: true }, peerLid + 1))).toEqual([0, 0]);
    expect(outcome(packet({ fecn: true }, peerLid, 0x100 + qpn))).toEqual([0, 0]);
    expect(outcome(packet({ fecn: true }), true)).toEqual([0, 0]);
    expect(outcome(packet({ fecn: true }))).toEqual([1, 0]);
    expect(outcome(packet({ becn: true }))).toEqual([0, 1]);
    expect(outcome(packet({ fecn: true, becn: true }))).toEqual([0, 1]);
    now += 5000;
    expect(outcome(packet({ fecn: true, becn: true }))).toEqual([1, 1]);
    now += 5000;
    // A notification is told and goes no further
    const cnp = clientBytes({
      lrh: { vl: 0, sl: 0, dlid: ownLid, slid: peerLid },
      packet: { ...randomSample(rng, 4, 16).packet, opcode: Number(`0x${opcode}`), destQp: qpn },
    });
    const told = slow.length;
    from.push({ bytes: cnp, vl: 0, error: false });
    run(60);
    expect(slow.length).toBe(told + 1);
    expect(new Set(slow)).toEqual(new Set([qpn]));
    // Between packets of the builder, none of which is touched
    const built = Array.from({ length: 20 }, () => packet({}));
    for (const bytes of built) builder.push({ bytes, vl: 2, error: false });
    for (let round = 0; round < 3; round += 1) {
      now += 5000;
      push(packet({ fecn: true }));
      run(40);
    }
    run(600);
    const others = sent.filter((one) => one !== notification(opcode));
    expect(others).toEqual(built.map(text));
    expect(sent.length - others.length).toBe(6);
    expect(seen).toEqual(passed);

    // No room: each queue pair owes one however often it is marked, notifications that come are told,
    // packets pass; one that was reset owes nothing
    const all = [2, 3, qpn, 7, 9];
    for (const number of all) write(number);
    room = false;
    now += 5000;
    const [before, slowed] = [sent.length, slow.length];
    for (let round = 0; round < 8; round += 1) {
      for (const number of all) push(packet({ fecn: true }, peerLid, number));
      run(100);
    }
    push(packet({ becn: true }));
    builder.push({ bytes: packet({}), vl: 2, error: false });
    run(200);
    expect([sent.length - before, slow.length - slowed]).toEqual([1, 1]);
    write(7, 0);
    room = true;
    run(300);
    expect(sent.slice(before + 1)).toEqual(all.slice(1).map(() => notification(opcode)));
    expect(outcome(packet({ fecn: true }, peerLid, 3))).toEqual([0, 0]);
    now += 5000;
    expect(outcome(packet({ fecn: true }, peerLid, 3))).toEqual([1, 0]);
    // and owes one again when it is in use again
    write(7);
    expect(outcome(packet({ fecn: true }, peerLid, 7))).toEqual([1, 0]);
    // What was sent before a start counts no more; marks and BECN of datagrams are not looked at
    expect(outcome(packet({ fecn: true }, peerLid, 7))).toEqual([0, 0]);
    write(7);
    expect(outcome(packet({ fecn: true }, peerLid, 7))).toEqual([1, 0]);
    write(7, 3, true);
    expect(outcome(packet({ fecn: true }, peerLid, 7))).toEqual([0, 0]);
    expect(outcome(packet({ becn: true }, peerLid, 7))).toEqual([0, 0]);
    expect(counted).toBe(sent.filter((one) => one === notification(opcode)).length);
    expect(seen).toEqual(passed);
    model.close();
  });
});
