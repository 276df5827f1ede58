/** Opcodes of the reliable connection and of UD, taken apart (InfiniBand vol. 1, 9.2 and table 38; `ib-link` section 5). */

export type Operation =
  | "send"
  | "write"
  | "read"
  | "read-response"
  | "ack"
  | "atomic-ack"
  | "cmp-swap"
  | "fetch-add";
export type Place = "first" | "middle" | "last" | "only";

/** Extension headers in the order in which they follow the BTH. */
export type HeaderName = "deth" | "reth" | "atomicEth" | "aeth" | "atomicAck" | "imm" | "ieth";

export const headerBytes: Readonly<Record<HeaderName, number>> = {
  deth: 8,
  reth: 16,
  atomicEth: 28,
  aeth: 4,
  atomicAck: 8,
  imm: 4,
  ieth: 4,
};

export interface OpcodeShape {
  readonly service: "rc" | "ud" | "cnp";
  readonly operation: Operation;
  readonly place: Place;
  readonly headers: readonly HeaderName[];
  /** True for what a responder takes, false for what a requester takes. */
  readonly request: boolean;
}

const shapes = new Map<number, OpcodeShape>();

function add(
  code: number,
  operation: Operation,
  place: Place,
  headers: readonly HeaderName[],
  request = true,
): void {
  shapes.set(code, { service: code >= 0x60 ? "ud" : "rc", operation, place, headers, request });
}

add(0x00, "send", "first", []);
add(0x01, "send", "middle", []);
add(0x02, "send", "last", []);
add(0x03, "send", "last", ["imm"]);
add(0x04, "send", "only", []);
add(0x05, "send", "only", ["imm"]);
add(0x06, "write", "first", ["reth"]);
add(0x07, "write", "middle", []);
add(0x08, "write", "last", []);
add(0x09, "write", "last", ["imm"]);
add(0x0a, "write", "only", ["reth"]);
add(0x0b, "write", "only", ["reth", "imm"]);
add(0x0c, "read", "only", ["reth"]);
add(0x0d, "read-response", "first", ["aeth"], false);
add(0x0e, "read-response", "middle", [], false);
add(0x0f, "read-response", "last", ["aeth"], false);
add(0x10, "read-response", "only", ["aeth"], false);
add(0x11, "ack", "only", ["aeth"], false);
add(0x12, "atomic-ack", "only", ["aeth", "atomicAck"], false);
add(0x13, "cmp-swap", "only", ["atomicEth"]);
add(0x14, "fetch-add", "only", ["atomicEth"]);
add(0x16, "send", "last", ["ieth"]);
add(0x17, "send", "only", ["ieth"]);
add(0x64, "send", "only", ["deth"]);
add(0x65, "send", "only", ["deth", "imm"]);

/** Congestion notification: native InfiniBand (annex A10) and RoCE v2 (annex A17). */
export const cnpOpcode = { infiniband: 0x80, roceV2: 0x81 } as const;
/** Zero bytes behind the BTH of a congestion notification. */
export const cnpBytes = 16;

for (const code of Object.values(cnpOpcode))
  shapes.set(code, { service: "cnp", operation: "ack", place: "only", headers: [], request: false });

/** The shape of an opcode, or null for one that this transport does not know. */
export function opcodeShape(code: number): OpcodeShape | null {
  return shapes.get(code) ?? null;
}

/** The opcode of a packet; throws when there is none. */
export function opcodeFor(
  service: "rc" | "ud",
  operation: Operation,
  place: Place,
  extra: "none" | "imm" | "ieth" = "none",
): number {
  for (const [code, shape] of shapes) {
    if (shape.service !== service || shape.operation !== operation || shape.place !== place) continue;
    const has = shape.headers.includes("imm") ? "imm" : shape.headers.includes("ieth") ? "ieth" : "none";
    if (has === extra) return code;
  }
  throw new RangeError(`no opcode for ${service} ${operation} ${place} ${extra}`);
}
