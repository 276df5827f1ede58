import { derivedIds } from "../design/link.ts";
import { schedulerKinds, switchDerivedIds } from "../design/switch.ts";
import { common, derivedSchema, pipelineSchema, portStages, type Schema } from "./schema.ts";

/** Register stages between the ports. */
const switchStages = {
  requests: {
    type: "integer",
    minimum: 0,
    maximum: 1,
    default: 1,
    description:
      "Between the requests of the inputs and their matching: one cycle of latency, seven levels of logic less.",
  },
} as const satisfies Readonly<Record<string, Schema>>;

const ports: Schema = {
  type: "object",
  description:
    "The external ports, all alike, numbered from 1; port 0, for management, is always there beside them.",
  additionalProperties: false,
  required: ["count", "rateGbps", "cableMeters"],
  properties: {
    count: { type: "integer", minimum: 2, maximum: 80, description: "Number of external ports." },
    rateGbps: common.rateGbps,
    cableMeters: { ...common.cableMeters, description: "Length of the longest cable." },
    phyLatencyNs: common.phyLatencyNs,
    phy: common.phy,
    lanes: common.lanes,
    fec: common.fec,
  },
};

const scheduler: Schema = {
  type: "object",
  description: "How inputs and outputs are matched, once a cycle.",
  additionalProperties: false,
  properties: {
    kind: {
      type: "string",
      enum: schedulerKinds,
      default: "islip",
      description:
        "islip: request, grant, accept with round-robin pointers. wavefront: one sweep over the diagonals.",
    },
    iterations: {
      type: "integer",
      minimum: 1,
      maximum: 4,
      default: 1,
      description: "Rounds of iSLIP within a cycle; the wavefront has none.",
    },
  },
};

const tables: Schema = {
  type: "object",
  description: "Sizes of the tables that a subnet manager fills in.",
  additionalProperties: false,
  properties: {
    unicastEntries: {
      type: "integer",
      minimum: 64,
      maximum: 49152,
      multipleOf: 64,
      default: 1024,
      description: "Rows of the linear forwarding table: DLIDs 0 ... rows - 1.",
    },
    multicastEntries: {
      type: "integer",
      minimum: 0,
      maximum: 16384,
      default: 64,
      description: "Rows of the multicast forwarding table: MLIDs from 0xC000 on.",
    },
    partitionKeys: {
      type: "integer",
      minimum: 1,
      maximum: 32,
      default: 4,
      description: "Partition keys of each port.",
    },
  },
};

/** JSON Schema of a switch description, as `lanewright schema switch` prints it. */
export const switchSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Lanewright switch",
  description: "A switch of 2 ... 80 ports of 10G ... 800G. Units stand in the key names.",
  type: "object",
  additionalProperties: false,
  required: ["kind", "name", "clockMHz", "datapathBits", "mtuBytes", "ports", "virtualLanes"],
  properties: {
    $schema: common.$schema,
    kind: { type: "string", const: "switch", description: "What is described." },
    name: common.name,
    clockMHz: common.clockMHz,
    datapathBits: { ...common.datapathBits, description: "Width of the datapath and of each MII." },
    mtuBytes: common.mtuBytes,
    ports,
    virtualLanes: common.virtualLanes,
    forwarding: common.forwarding,
    retry: common.retry,
    scheduler,
    tables,
    memoryProtection: common.memoryProtection,
    pipeline: pipelineSchema({ ...portStages, ...switchStages }),
    derived: derivedSchema([...switchDerivedIds, ...derivedIds]),
  },
} as const satisfies Schema;
