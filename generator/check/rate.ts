import type { Problem } from "../description/index.ts";
import type { LinkDesign } from "../design/link.ts";
import { lineRatePoint, plainHeaderBytes } from "../elaborate/index.ts";
import { maxCreditBlockBytes } from "./limits.ts";

const widths = [64, 128, 256, 512, 1024, 2048] as const;
const highestClockMHz = 2000;
/** Longest MTU that PktLen (11 bits, words) can carry: 4 * 2047 - 124. */
const maxInfinibandMtu = 8064;
/** Share of the wire that packets of a full MTU must reach to go without a warning. */
const wantedPercent = 97;

/** Rules between rate, width, clock, MTU and cable. */
export function checkRate(design: LinkDesign): readonly Problem[] {
  return [...checkWidthClock(design), ...checkMtu(design), ...checkLineRate(design), ...checkCable(design)];
}

function checkWidthClock(design: LinkDesign): readonly Problem[] {
  const { datapathBits, clockMHz, rateGbps } = design;
  const carried = (datapathBits * clockMHz) / 1000;
  if (carried >= rateGbps) return [];
  const pairs = leastClocks(rateGbps);
  const sameWidth = pairs.find(({ bits }) => bits === datapathBits);
  const sameClock = pairs.find(({ least }) => least <= clockMHz);
  const ways = [
    sameWidth && `raise clockMHz to ${sameWidth.least}`,
    sameClock && `set datapathBits to ${sameClock.bits}`,
    `lower rateGbps to ${Math.floor(carried * 1000) / 1000}`,
  ];
  return [
    {
      code: "LW_WIDTH_CLOCK",
      severity: "error",
      message: `${datapathBits} bits at ${clockMHz} MHz carry ${round(carried)} Gb/s, less than the wire's ${rateGbps} Gb/s`,
      value: `${round(carried)} Gb/s`,
      limit: `for ${rateGbps} Gb/s: ${pairs.map(({ bits, least }) => `${bits} bits from ${least} MHz`).join(", ")}`,
      remedy: ways.filter((way) => way !== undefined).join(", or "),
      path: ["datapathBits"],
      uses: ["datapathBits", "clockMHz", "rateGbps"],
    },
  ];
}

/** The least clock for each width at which a datapath carries a rate, MHz; widths that would need too fast a one left out. */
export function leastClocks(gbps: number): readonly { readonly bits: number; readonly least: number }[] {
  return widths
    .map((bits) => ({ bits, least: Math.ceil(((gbps * 1000) / bits) * 1000) / 1000 }))
    .filter(({ least }) => least <= highestClockMHz);
}

function checkMtu(design: LinkDesign): readonly Problem[] {
  if (design.frame !== "infiniband" || design.mtuBytes <= maxInfinibandMtu) return [];
  return [
    {
      code: "LW_MTU_FRAME",
      severity: "error",
      message:
        "an InfiniBand packet cannot hold this MTU: PktLen counts at most 2047 words, 124 bytes are headers",
      value: `${design.mtuBytes} bytes`,
      limit: `${maxInfinibandMtu} bytes`,
      remedy: "set mtuBytes to 4096, the largest MTU of the standard, or to at most 8064",
      path: ["mtuBytes"],
      uses: ["mtuBytes", "frame"],
    },
  ];
}

function checkLineRate(design: LinkDesign): readonly Problem[] {
  const { mtuBytes, datapathBits, clockMHz, rateGbps } = design;
  const point = lineRatePoint(design, mtuBytes + plainHeaderBytes);
  if (point.percent >= wantedPercent || (datapathBits * clockMHz) / 1000 < rateGbps) return [];
  return [
    {
      code: "LW_SLOW_LINE_RATE",
      severity: "warning",
      message: `packets of a full MTU reach ${round(point.percent)} % of the wire: the last beat of each is mostly empty`,
      value: `${round(point.achievableGbps)} Gb/s with packets of ${point.packetBytes} bytes`,
      limit: `${wantedPercent} %`,
      remedy: `raise clockMHz to ${Math.ceil((clockMHz * wantedPercent) / point.percent)}, or take a narrower datapath at a higher clock, or accept it`,
      path: ["mtuBytes"],
      uses: ["mtuBytes", "datapathBits", "clockMHz", "rateGbps"],
    },
  ];
}

function checkCable(design: LinkDesign): readonly Problem[] {
  const { creditBlockBytes, creditLoopBytes, ackRoundTripNs } = design.derived;
  if (creditBlockBytes.overridden || creditBlockBytes.value <= maxCreditBlockBytes) return [];
  const fixedNs = ackRoundTripNs.value - 10 * design.cableMeters;
  const longestNs =
    (2048 * maxCreditBlockBytes - 6 * design.derived.maxPacketBytes.value) / (design.rateGbps / 8);
  return [
    {
      code: "LW_CABLE_TOO_LONG",
      severity: "error",
      message: `the credit loop of ${creditLoopBytes.value} bytes needs blocks of ${creditBlockBytes.value} bytes`,
      value: `${design.cableMeters} m`,
      limit: `2048 blocks of at most ${maxCreditBlockBytes} bytes: about ${Math.floor((longestNs - fixedNs) / 10)} m`,
      remedy: `shorten the cable, or set derived.creditBlockBytes to ${maxCreditBlockBytes} and accept the lower rate`,
      path: ["cableMeters"],
      uses: ["cableMeters", "rateGbps", "mtuBytes", "phyLatencyNs", "derived"],
    },
  ];
}

/** At most two digits after the point. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
