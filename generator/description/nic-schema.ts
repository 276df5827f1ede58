import { derivedIds } from "../design/link.ts";
import { common, derivedSchema, pipelineSchema, portStages, type Schema } from "./schema.ts";

/** Powers of two from `least` to `most`. */
const powers = (least: number, most: number): number[] =>
  Array.from({ length: Math.log2(most / least) + 1 }, (_, at) => least * 2 ** at);

const host: Schema = {
  type: "object",
  description: "Host memory: an AXI4 master.",
  additionalProperties: false,
  properties: {
    dataBits: {
      type: "integer",
      enum: powers(128, 1024),
      description: "Width of the AXI4 master; that of the datapath unless given.",
    },
    outstandingReads: {
      type: "integer",
      enum: powers(1, 64),
      default: 16,
      description: "Read bursts on their way at a time.",
    },
  },
};

const requester: Schema = {
  type: "object",
  description: "What the adapter asks of its peers.",
  additionalProperties: false,
  properties: {
    outstandingReads: {
      type: "integer",
      enum: powers(1, 128),
      default: 16,
      description: "READs and atomics of one queue pair on their way.",
    },
    outstandingRequests: {
      type: "integer",
      enum: powers(2, 256),
      description: "Work requests of one queue pair that are sent and not complete; derived unless given.",
    },
    scatterGather: {
      type: "integer",
      enum: [2, 6],
      default: 2,
      description: "Pieces of local memory of a work request, which takes 64 or 128 bytes.",
    },
    pushBytes: {
      type: "integer",
      enum: [0, 64, 128],
      default: 0,
      description: "Bytes of a work request that can come with its doorbell, through registers.",
    },
  },
};

const responder: Schema = {
  type: "object",
  description: "What peers ask of the adapter.",
  additionalProperties: false,
  properties: {
    outstandingReads: {
      type: "integer",
      enum: powers(1, 128),
      default: 16,
      description: "READs and atomics of one peer that are kept for its repeats.",
    },
  },
};

const port: Schema = {
  type: "object",
  description: "The wire.",
  additionalProperties: false,
  required: ["rateGbps", "cableMeters"],
  properties: {
    rateGbps: common.rateGbps,
    cableMeters: common.cableMeters,
    phyLatencyNs: common.phyLatencyNs,
    phy: common.phy,
    lanes: common.lanes,
    fec: common.fec,
  },
};

/** JSON Schema of an adapter's description, as `lanewright schema nic` prints it. */
export const nicSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Lanewright network adapter",
  description: "A network adapter with reliable transport in hardware. Units stand in the key names.",
  type: "object",
  additionalProperties: false,
  required: [
    "kind",
    "name",
    "clockMHz",
    "datapathBits",
    "mtuBytes",
    "queuePairs",
    "completionQueues",
    "memoryRegions",
    "port",
    "virtualLanes",
  ],
  properties: {
    $schema: common.$schema,
    kind: { type: "string", const: "nic", description: "What is described." },
    name: common.name,
    clockMHz: common.clockMHz,
    datapathBits: {
      type: "integer",
      enum: powers(128, 1024),
      description: "Width of the datapath, of the MII and of host memory.",
    },
    mtuBytes: { type: "integer", enum: powers(256, 4096), description: "Largest path MTU." },
    queuePairs: {
      type: "integer",
      enum: powers(16, 16_384),
      description: "Queue pairs; 0 and 1 are for management.",
    },
    completionQueues: { type: "integer", enum: powers(2, 16_384), description: "Completion queues." },
    memoryRegions: {
      type: "integer",
      enum: powers(2, 65_536),
      description: "Memory regions at a time; index 0 stays unused.",
    },
    sharedReceiveQueues: {
      type: "integer",
      enum: [0, ...powers(2, 4096)],
      default: 0,
      description: "Shared receive queues.",
    },
    datagrams: {
      type: "string",
      enum: ["none", "ud"],
      default: "none",
      description: "ud: UD queue pairs and QP1 beside those of reliable connections.",
    },
    management: {
      type: "string",
      enum: ["none", "window"],
      default: "none",
      description: "window: packets of VL15, for queue pair 0, are received and sent through registers.",
    },
    host,
    requester,
    responder,
    port,
    virtualLanes: common.virtualLanes,
    retry: common.retry,
    frame: {
      type: "string",
      enum: ["infiniband", "ethernet"],
      default: "infiniband",
      description: "Framing of the packets.",
    },
    congestion: {
      type: "string",
      enum: ["none", "dcqcn"],
      description:
        "Marks of congestion are answered, and queue pairs keep to rates; unless given with Ethernet frames only.",
    },
    ethernet: {
      type: "object",
      description: 'The network of an adapter with frame: "ethernet".',
      additionalProperties: false,
      properties: {
        ipMtuBytes: {
          type: "integer",
          minimum: 576,
          maximum: 9600,
          default: 9000,
          description: "Longest IP packet that the network takes.",
        },
        addressHandles: {
          type: "integer",
          enum: [0, ...powers(2, 16_384)],
          description: "Peers that UD queue pairs can send to at a time; 64 with UD, else 0, unless given.",
        },
      },
    },
    memoryProtection: common.memoryProtection,
    pipeline: pipelineSchema(portStages),
    derived: derivedSchema(derivedIds),
  },
} as const satisfies Schema;
