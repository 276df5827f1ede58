import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PcapngWriter } from "../../capture/pcapng.ts";
import type { SendRequest } from "../../nic/verbs.ts";
import { decodeFrame } from "./framing.ts";
import { makeRig, mtu, post, postReceive } from "./rig.ts";

const folder = mkdtempSync(join(tmpdir(), "lanewright-rc-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tsharkMissing(): boolean {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
}

const missing = tsharkMissing();
const fields = [
  "infiniband.bth.opcode",
  "infiniband.bth.psn",
  "infiniband.bth.destqp",
  "infiniband.bth.a",
  "infiniband.bth.padcnt",
  "infiniband.reth.va",
  "infiniband.reth.dmalen",
  "infiniband.aeth.msn",
  "infiniband.immdt",
  "infiniband.ieth",
  "_ws.malformed",
];

const opcodes: readonly SendRequest["opcode"][] = [
  "send",
  "send-imm",
  "send-inv",
  "write",
  "write-imm",
  "read",
  "fetch-add",
  "cmp-swap",
];

/** Number as tshark prints it, without regard to its base. */
const value = (text: string | undefined) => (text === undefined || text === "" ? null : Number(text));

describe("packets of the model in tshark", () => {
  for (const frame of ["infiniband", "ethernet"] as const)
    it.skipIf(missing)(
      `are decoded as they were meant (${frame})${missing ? ": tshark is not installed" : ""}`,
      () => {
        const rig = makeRig({ frame });
        const { nic, pd } = rig.b;
        const all = { address: 0x900000n, length: 64, access: 15, remoteInvalidate: true };
        const file = join(folder, `${frame}.pcapng`);
        const writer = new PcapngWriter(file, [{ name: "p0", kind: frame }]);
        const sent: [number, Uint8Array][] = [];
        rig.pair.tap = (from, bytes, time) => {
          writer.write(bytes, time);
          sent.push([from, bytes]);
          return bytes;
        };
        for (const opcode of opcodes)
          for (const length of opcode === "fetch-add" || opcode === "cmp-swap" ? [8] : [0, 5, 3 * mtu + 2]) {
            postReceive(rig.b);
            const invalidateKey = nic.regMr({ pd, ...all }).rkey;
            post(rig.a, { opcode, length, imm: 0xc0ffee, invalidateKey });
          }
        rig.pair.run(1_000_000);
        writer.close();
        const options = ["-r", file, "--disable-protocol", "rpcordma", "-T", "fields"];
        const text = execFileSync("tshark", [...options, ...fields.flatMap((field) => ["-e", field])], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        });
        const lines = text
          .split("\n")
          .slice(0, -1)
          .map((line) => line.split("\t"));
        expect(lines.length).toBe(sent.length);
        expect(new Set(lines.map(([opcode]) => Number(opcode))).size).toBe(23);
        for (const [i, [from, bytes]] of sent.entries()) {
          const decoded = decodeFrame((from === 0 ? rig.b : rig.a).nic.port, bytes);
          if (typeof decoded === "string") throw new Error(decoded);
          const { opcode, psn, destQp, ackRequest, payload, reth, aeth, imm, ieth } = decoded.packet;
          const [code, seen, qp, ask, pad, va, dma, msn, ...rest] = lines[i]!;
          expect([code, seen, qp, pad].map(value), `frame ${i + 1}`).toEqual([
            opcode,
            psn,
            destQp,
            -payload.length & 3,
          ]);
          expect(ask === "1" || ask === "True").toBe(ackRequest);
          expect(value(dma)).toBe(reth?.length ?? null);
          if (reth) expect(BigInt(va!)).toBe(reth.va);
          expect(value(msn)).toBe(aeth?.msn ?? null);
          expect(rest[0] !== "").toBe(imm !== undefined);
          expect(rest[1] !== "").toBe(ieth !== undefined);
          expect(rest[2]).toBe("");
        }
      },
    );
});
