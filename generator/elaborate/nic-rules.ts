import type { NicDerivedId } from "../design/nic.ts";
import { nextPow2 } from "./formula-functions.ts";
import { contextBits } from "./nic-tables.ts";
import { type Rule, rule } from "./rule.ts";

const { ceil, log2, max, min } = Math;

/** Time from a request on the wire to its answer that requests on their way should cover, ns. */
export const answerNs = 4000;

const wqeBytes = rule(
  "wqeBytes",
  {
    unit: "bytes",
    formula: "nextPow2(fixedBytes + pieceBytes * scatterGather)",
    source: "format of a work request: what all have, then a piece of local memory each; naturally aligned",
  },
  ["scatterGather"],
  { fixedBytes: [32, "bytes"], pieceBytes: [16, "bytes"] },
  (n) => nextPow2(n.fixedBytes + n.pieceBytes * n.scatterGather),
);

const inlineBytes = rule(
  "inlineBytes",
  {
    unit: "bytes",
    formula: "pieceBytes * scatterGather",
    source: "format of a work request: inline data stand in the place of the pieces of local memory",
  },
  ["scatterGather"],
  { pieceBytes: [16, "bytes"] },
  (n) => n.pieceBytes * n.scatterGather,
);

const outstandingRequests = rule(
  "outstandingRequests",
  {
    unit: "requests",
    formula: "min(most, max(least, nextPow2(answerNs * rateGbps / 8 / mtuBytes)))",
    source: "one queue pair fills the wire with requests of one packet, until the first one is answered",
  },
  ["rateGbps", "mtuBytes"],
  { answerNs: [answerNs, "ns"], least: [2, "requests"], most: [256, "requests"] },
  (n) => min(n.most, max(n.least, nextPow2((n.answerNs * n.rateGbps) / 8 / n.mtuBytes))),
);

const readBurstBeats = rule(
  "readBurstBeats",
  {
    unit: "beats",
    formula: "min(most, pageBytes / beatBytes)",
    source: "AXI4: a burst does not cross 4 KiB; more than 64 beats gain nothing and cost buffer",
  },
  ["beatBytes"],
  { most: [64, "beats"], pageBytes: [4096, "bytes"] },
  (n) => min(n.most, n.pageBytes / n.beatBytes),
);

const receivePacketBeats = rule(
  "receivePacketBeats",
  {
    unit: "beats",
    formula: "packets * ceil(mtuBytes / beatBytes)",
    source: "payload of the packets that are kept until their end is known to be good: four of the longest",
  },
  ["mtuBytes", "beatBytes"],
  { packets: [4, "packets"] },
  (n) => n.packets * ceil(n.mtuBytes / n.beatBytes),
);

const contextBitsPerQp = rule(
  "contextBitsPerQp",
  {
    unit: "bits",
    formula:
      "engineBits + log2(peerReads) + peerReads * peerReadBits + ahead * (8 * wqeBytes + 1) + outstandingRequests * begunBits + nextPow2(reads) * scatterGather * pieceBits",
    source:
      "what grows with the queue pairs: rows of the engines' tables, work requests kept ready, begun ones, READs of both sides; code bits left out",
  },
  ["wqeBytes", "outstandingRequests", "reads", "peerReads", "scatterGather"],
  {
    engineBits: [
      contextBits.stateCopies * contextBits.state +
        contextBits.failures +
        contextBits.receiver +
        contextBits.receiveWqe +
        contextBits.response +
        contextBits.sender,
      "bits",
    ],
    peerReadBits: [contextBits.peerRead, "bits"],
    ahead: [contextBits.ahead, "requests"],
    begunBits: [contextBits.begun, "bits"],
    pieceBits: [contextBits.target, "bits"],
  },
  (n) =>
    n.engineBits +
    log2(n.peerReads) +
    n.peerReads * n.peerReadBits +
    n.ahead * (8 * n.wqeBytes + 1) +
    n.outstandingRequests * n.begunBits +
    nextPow2(n.reads) * n.scatterGather * n.pieceBits,
);

/** What the numbers of an adapter add to those of its port. */
export const nicRules: readonly Rule<NicDerivedId>[] = [
  wqeBytes,
  inlineBytes,
  outstandingRequests,
  readBurstBeats,
  receivePacketBeats,
  contextBitsPerQp,
];
