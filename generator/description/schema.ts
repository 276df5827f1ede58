import { anyPcsDerivedIds } from "../design/any-pcs.ts";
import { derivedIds, memoryProtections } from "../design/link.ts";
import { fecKinds } from "../design/pcs.ts";
import type { AnyDerivedId } from "../design/switch.ts";

/** The part of JSON Schema that descriptions need. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "number" | "integer" | "string";
  readonly const?: string;
  readonly enum?: readonly (string | number)[];
  readonly default?: string | number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false;
}

const table: Schema = {
  type: "array",
  maxItems: 64,
  items: {
    type: "object",
    additionalProperties: false,
    required: ["vl", "weight"],
    properties: {
      vl: { type: "integer", minimum: 0, maximum: 15, description: "Data VL." },
      weight: {
        type: "integer",
        minimum: 0,
        maximum: 255,
        description: "Units of 64 bytes; 0 skips the row.",
      },
    },
  },
};

const virtualLanes: Schema = {
  type: "object",
  description: "Virtual lanes. VL15 is always there beside the data lanes.",
  additionalProperties: false,
  required: ["data"],
  properties: {
    data: {
      type: "integer",
      minimum: 1,
      maximum: 15,
      description: "Number of data VLs: VL0 ... VL(data-1).",
    },
    arbitration: {
      type: "object",
      description: "VL arbitration tables (InfiniBand vol. 1).",
      additionalProperties: false,
      properties: {
        high: { ...table, description: "High-priority table; empty unless given." },
        low: { ...table, description: "Low-priority table; every data VL with weight 64 unless given." },
        highLimit: {
          type: "integer",
          minimum: 0,
          maximum: 255,
          default: 255,
          description: "LimitOfHighPriority in units of 4096 bytes; 255 = unlimited.",
        },
      },
    },
  },
};

const derivedNumber: Schema = { type: "number", minimum: 0 };

/** The derived numbers of a device that may be set by hand. */
export function derivedSchema(ids: readonly AnyDerivedId[]): Schema {
  return {
    type: "object",
    description: "Derived numbers to set by hand; `lanewright explain` lists them with their formulas.",
    additionalProperties: false,
    properties: Object.fromEntries(ids.map((id) => [id, derivedNumber])),
  };
}

/** Register stages of a port. */
export const portStages = {
  macTx: {
    type: "integer",
    minimum: 0,
    maximum: 1,
    default: 1,
    description: "In front of the alignment of mac_tx: one cycle of latency, five levels of logic less.",
  },
} as const satisfies Readonly<Record<string, Schema>>;

/** The register stages that a description may choose. */
export function pipelineSchema(stages: Readonly<Record<string, Schema>>): Schema {
  return {
    type: "object",
    description:
      "Register stages, in cycles: each cuts a long path of logic and costs its cycles of latency.",
    additionalProperties: false,
    properties: stages,
  };
}

/** Keys that a link and a switch have in common. */
export const common = {
  $schema: { type: "string", description: "Where an editor finds this schema." },
  name: {
    type: "string",
    pattern: "^[a-z][a-z0-9_]*$",
    maxLength: 40,
    description: "Name of the device and of its top module: a lower-case Verilog identifier.",
  },
  clockMHz: { type: "number", minimum: 1, maximum: 2000, description: "Clock of the datapath." },
  datapathBits: {
    type: "integer",
    enum: [64, 128, 256, 512, 1024, 2048],
    description: "Width of the datapath and of the MII.",
  },
  rateGbps: { type: "number", minimum: 10, maximum: 800, description: "Rate of the wire." },
  mtuBytes: {
    type: "integer",
    minimum: 256,
    maximum: 10240,
    multipleOf: 4,
    description: "Largest payload of a packet; at most 8064 with InfiniBand framing.",
  },
  cableMeters: { type: "number", minimum: 0, maximum: 10000, description: "Length of the cable." },
  phy: {
    type: "string",
    enum: ["mii", "pcs"],
    default: "mii",
    description: "What the wire side is: an MII, or lanes with coding and FEC.",
  },
  lanes: {
    type: "object",
    description: "With phy pcs, and required there: the physical lanes.",
    additionalProperties: false,
    required: ["count", "gbps"],
    properties: {
      count: { type: "integer", minimum: 1, maximum: 32, description: "Number of physical lanes." },
      gbps: {
        type: "number",
        minimum: 10,
        maximum: 200,
        description: "Rate of each lane, without coding and FEC.",
      },
    },
  },
  fec: {
    type: "string",
    enum: fecKinds,
    description: "With phy pcs: the Reed-Solomon code on the lanes.",
  },
  retry: { type: "string", enum: ["llr", "none"], default: "llr", description: "Link-level retry." },
  forwarding: {
    type: "string",
    enum: ["cut-through", "store-and-forward"],
    default: "cut-through",
    description: "When the receiver passes a packet on: at once, or when it is known to be good.",
  },
  memoryProtection: {
    type: "string",
    enum: memoryProtections,
    default: "none",
    description: "secded: memories correct one wrong bit of a word and find two.",
  },
  phyLatencyNs: {
    type: "number",
    minimum: 0,
    maximum: 10000,
    default: 150,
    description: "Latency of one direction through both PHYs; with phy pcs it is derived unless given.",
  },
  virtualLanes,
} as const satisfies Readonly<Record<string, Schema>>;

/** JSON Schema of a link description, as `lanewright schema` prints it. */
export const linkSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Lanewright link",
  description: "A 10G ... 800G link port. Units stand in the key names.",
  type: "object",
  additionalProperties: false,
  required: [
    "kind",
    "name",
    "clockMHz",
    "datapathBits",
    "rateGbps",
    "mtuBytes",
    "cableMeters",
    "virtualLanes",
  ],
  properties: {
    $schema: common.$schema,
    kind: { type: "string", const: "link", description: "What is described." },
    name: common.name,
    clockMHz: common.clockMHz,
    datapathBits: common.datapathBits,
    rateGbps: common.rateGbps,
    mtuBytes: common.mtuBytes,
    cableMeters: common.cableMeters,
    phy: common.phy,
    lanes: common.lanes,
    fec: common.fec,
    frame: {
      type: "string",
      enum: ["infiniband"],
      default: "infiniband",
      description: "Framing of the packets.",
    },
    flowControl: { type: "string", enum: ["ib"], default: "ib", description: "Credit scheme." },
    retry: common.retry,
    forwarding: common.forwarding,
    icrc: {
      type: "string",
      enum: ["pass", "endpoint"],
      default: "pass",
      description:
        "pass: the ICRC is part of the client's packets and is not looked at. endpoint: clients give and get packets without it (PktLen still counts it); it is appended to every packet sent and taken off every packet received, a bad one marks the packet as an error. Raw packets have none.",
    },
    memoryProtection: common.memoryProtection,
    phyLatencyNs: common.phyLatencyNs,
    pipeline: pipelineSchema(portStages),
    virtualLanes,
    derived: derivedSchema([...derivedIds, ...anyPcsDerivedIds]),
  },
} as const satisfies Schema;
