import { describe, expect, it } from "vitest";
import { nicFormatCodes } from "../../generator/elaborate/nic-formats.ts";
import { renderTemplate } from "../../generator/render/index.ts";
import { formatDocuments, wqeHeaderView } from "../../generator/views/nic/wqe-header.ts";
import { wcStatus } from "../../sim/nic/verbs.ts";
import { runWithHeader } from "../rtl/csr-bench.ts";
import { benchNic } from "./nic-bench.ts";

/** Fields by hand: byte, bit, bits; what a driver was told of the formats. */
const expected: Readonly<
  Record<string, Readonly<Record<string, readonly [byte: number, bit: number, bits: number]>>>
> = {
  SEND_WQE: {
    OPCODE: [0, 0, 8],
    FLAGS: [1, 0, 8],
    SGES: [2, 0, 8],
    IMMEDIATE: [4, 0, 32],
    LENGTH: [8, 0, 32],
    REMOTE_KEY: [12, 0, 32],
    REMOTE_ADDRESS: [16, 0, 64],
    COMPARE_ADD: [24, 0, 64],
    SGE: [32, 0, 64],
    SWAP: [48, 0, 64],
  },
  SGE: { ADDRESS: [0, 0, 64], LENGTH: [8, 0, 32], KEY: [12, 0, 32] },
  CQE: {
    QPN: [0, 0, 24],
    OPCODE: [3, 0, 8],
    BYTES: [4, 0, 32],
    IMMEDIATE: [8, 0, 32],
    WQE: [12, 0, 16],
    STATUS: [14, 0, 8],
    FLAGS: [15, 0, 8],
    OWNER: [63, 0, 1],
  },
  QP_ROW: {
    STATE: [0, 0, 3],
    MTU: [0, 4, 3],
    SL: [1, 0, 4],
    VL: [1, 4, 4],
    PKEY: [2, 0, 16],
    DEST_QPN: [4, 0, 24],
    ACCESS: [7, 0, 8],
    DLID: [8, 0, 16],
    PD: [10, 0, 16],
    TIMEOUT: [19, 0, 5],
    RNR_RETRY: [20, 3, 3],
    MAX_READS: [21, 0, 8],
    SEND_CQ: [24, 0, 16],
    RECEIVE_CQ: [26, 0, 16],
    SEND_RING: [32, 0, 64],
    FRESH_SEND: [48, 3, 1],
  },
  MR_ROW: {
    VARIANT: [0, 0, 8],
    VALID: [1, 0, 1],
    ACCESS: [1, 2, 4],
    IOVA: [8, 0, 64],
    HOST_ADDRESS: [24, 0, 64],
  },
  CQ_ROW: { RING: [0, 0, 64], EVENT_COUNT: [8, 0, 16], EVENT_PERIOD: [10, 0, 16] },
};

describe("formats of work requests, completions and rows", () => {
  const design = benchNic();
  const header = renderTemplate("deliverables/wqe.h.hbs", wqeHeaderView(design));

  it("puts every field where it belongs, as a C compiler sees it", async () => {
    // A mask of ones goes through the header into bytes; those bits of the bytes have to be ones, and no others.
    const body = ["unsigned char b[128];", "unsigned long word = 0;", "int k = 0;"];
    const wanted: string[] = [];
    for (const [format, fields] of Object.entries(expected))
      for (const [name, [byte, bit, bits]] of Object.entries(fields)) {
        const macro = `DUT_${format}_${name}`;
        const value = bits > 32 ? "0xffffffffUL" : `${macro}_MASK`;
        body.push(
          "for (k = 0; k < 128; k++) b[k] = 0;",
          `word = ${value};`,
          `for (k = 0; k < 4; k++) b[${macro}_OFFSET + (unsigned)k] = (unsigned char)(word >> (8 * k));`,
          ...(bits > 32 ? [`for (k = 4; k < 8; k++) b[${macro}_OFFSET + (unsigned)k] = 0xff;`] : []),
          `for (k = 0; k < 128; k++) if (b[k]) printf("%d:%02x ", k, b[k]);`,
          'printf("\\n");',
          ...(bits > 32 ? [] : [`printf("%u\\n", (unsigned)(${macro}_MASK >> ${macro}_SHIFT));`]),
        );
        const ones = ((1n << BigInt(bits)) - 1n) << BigInt(bit);
        const bytes = Array.from({ length: 9 }, (_, k) => Number((ones >> BigInt(8 * k)) & 0xffn));
        wanted.push(
          bytes
            .map((one, k) => (one === 0 ? "" : `${byte + k}:${one.toString(16).padStart(2, "0")} `))
            .join(""),
        );
        if (bits <= 32) wanted.push(String(2 ** bits - 1));
      }
    body.push('printf("%u %u %u\\n", DUT_SEND_WQE_BYTES, DUT_CQE_BYTES, DUT_RECEIVE_WQE_BYTES);');
    body.push('printf("%u %u %u\\n", DUT_SEND_OP_SEND_IMM, DUT_CQE_OP_RECV, DUT_CQE_STATUS_RETRY_EXCEEDED);');
    expect(await runWithHeader(header, body)).toEqual([...wanted, "64 64 64", "11 128 12"]);
  });

  it.each([
    ["infiniband", "DLID", "SLID"],
    ["ethernet", "HANDLE", "SOURCE_QPN"],
  ] as const)("tells who datagrams are for and from, %s", async (frame, to, from) => {
    const own = renderTemplate("deliverables/wqe.h.hbs", wqeHeaderView(benchNic({ frame, datagrams: "ud" })));
    const wqe = [`${to}_OFFSET`, `${to}_MASK`, "QKEY_OFFSET", "VL_OFFSET", "SL_SHIFT", "VL_SHIFT"];
    const names = [
      ...[...wqe, "REMOTE_QPN_OFFSET"].map((name) => `SEND_WQE_${name}`),
      ...["CQE_SOURCE_QPN_OFFSET", `CQE_${from}_OFFSET`, "CQE_FLAG_GRH"],
    ];
    const body = names.map((name) => `printf("%u ", (unsigned)DUT_${name});`);
    const due = [16, 65535, 12, 16, 16, 20, 20, 16, frame === "ethernet" ? 16 : 20, 8];
    expect(await runWithHeader(own, body)).toEqual([due.map((value) => `${value} `).join("")]);
  });

  it("has every status of a completion", () => {
    const { codes } = nicFormatCodes.find(({ id }) => id === "CQE_STATUS")!;
    expect(codes.map(({ value }) => value)).toEqual(Object.values(wcStatus));
  });

  it("fits the lines of a page", () => {
    for (const line of header.split("\n").slice(5)) expect(line.length, line).toBeLessThanOrEqual(220);
    const [page = ""] = formatDocuments(design).map(({ template, view }) => renderTemplate(template, view));
    expect(page.endsWith("|\n")).toBe(true);
    expect([...page].every((letter) => /[ -~\n…]/u.test(letter))).toBe(true);
    expect(page).toContain("| 63, bit 0 | `OWNER` |");
    expect(page).toContain("| 16 … 23 | `REMOTE_ADDRESS` |");
    expect(page).toContain("| 10 | `SEND` |");
  });
});
