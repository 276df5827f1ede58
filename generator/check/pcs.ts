import type { Problem } from "../description/index.ts";
import type { LinkDesign } from "../design/link.ts";
import type { Lanes } from "../design/pcs.ts";
import { type PcsChoice, pcsChoices, pcsFormats } from "../elaborate/index.ts";
import { leastClocks, round } from "./rate.ts";

/** How much faster than its own clock says the peer may send, and slower the lanes run: two clocks of 100 ppm. */
const tolerance = 1 + 200e-6;

/** Rules between rate, lanes, FEC, width and clock of a PCS. */
export function checkPcs(design: LinkDesign): readonly Problem[] {
  const { lanes, fec } = design;
  if (design.phy !== "pcs" || lanes === null || fec === null) return [];
  if (design.role === "switchPort") return [ofSwitchPort()];
  const ofRate = pcsChoices.filter((one) => one.rateGbps === design.rateGbps);
  const choice = ofRate.find((one) => one.fec === fec);
  return [
    ...checkLanes(design, lanes, choice ?? ofRate[0]),
    ...(choice === undefined ? [withoutFormat(design)] : checkWidth(design)),
  ];
}

function ofSwitchPort(): Problem {
  return {
    code: "LW_PCS_SWITCH",
    severity: "error",
    message: "ports of a switch have no PCS yet: only links do",
    value: 'phy: "pcs"',
    limit: 'phy: "mii"',
    remedy: "take phy, lanes and fec out, and put the PCS of the device's maker behind each MII",
    path: ["phy"],
  };
}

function withoutFormat({ rateGbps, fec }: LinkDesign): Problem {
  const fecsOf = (rate: number): string =>
    pcsChoices
      .filter((one) => one.rateGbps === rate)
      .map((one) => `"${one.fec}"`)
      .join(" or ");
  const rates = [...new Set(pcsChoices.map((one) => one.rateGbps))];
  const known = rates.map((rate) => `${rate} Gb/s with ${fecsOf(rate)}`).join(", ");
  const ofRate = fecsOf(rateGbps);
  return {
    code: "LW_PCS_FORMAT",
    severity: "error",
    message: `there is no PCS for ${rateGbps} Gb/s with the FEC "${fec}"`,
    value: `${rateGbps} Gb/s, "${fec}"`,
    limit: known,
    remedy:
      ofRate !== ""
        ? `write fec: ${ofRate}`
        : 'take one of those rates, or write phy: "mii" and use a PCS of your own',
    path: ofRate !== "" ? ["fec"] : ["rateGbps"],
    uses: ["rateGbps", "fec", "phy", "lanes"],
  };
}

function checkLanes(
  { rateGbps }: LinkDesign,
  lanes: Lanes,
  choice: PcsChoice | undefined,
): readonly Problem[] {
  const uses = ["rateGbps", "lanes", "phy", "fec"];
  const legal = choice?.lanes ?? [];
  const choices = legal.map(({ count, gbps }) => `${count} of ${gbps} Gb/s`).join(", ");
  const limit = choices === "" ? {} : { limit: choices };
  const sum = lanes.count * lanes.gbps;
  const value = `${lanes.count} lanes of ${lanes.gbps} Gb/s`;
  const suggestion = legal.at(-1);
  const remedy =
    suggestion === undefined
      ? { remedy: `make lanes.count * lanes.gbps ${rateGbps}` }
      : { remedy: `write lanes: { count: ${suggestion.count}, gbps: ${suggestion.gbps} }` };
  if (sum !== rateGbps) {
    return [
      {
        code: "LW_PCS_LANE_SUM",
        severity: "error",
        message: `the lanes carry ${round(sum)} Gb/s together, and the link is one of ${rateGbps} Gb/s`,
        ...{ value, ...limit, ...remedy, uses },
        path: ["lanes"],
      },
    ];
  }
  if (choice === undefined || legal.some((one) => one.count === lanes.count)) return [];
  const { pcsLanes } = choice;
  const shared = pcsLanes === 1 ? "1 PCS lane" : `${pcsLanes} PCS lanes`;
  return [
    {
      code: "LW_PCS_LANES",
      severity: "error",
      message: `${shared} cannot be shared out to ${value}: there is no such lane, or not the same number on each`,
      ...{ value, ...limit, ...remedy, uses },
      path: ["lanes"],
    },
  ];
}

function checkWidth(design: LinkDesign): readonly Problem[] {
  const { datapathBits, clockMHz, rateGbps, fec } = design;
  const uses = ["datapathBits", "clockMHz", "rateGbps", "phy", "lanes", "fec"];
  // of clause 119 only: without interleaved codewords, columns do not make way for markers beat by beat
  const interleaved = pcsFormats.find((one) => one.rateGbps === rateGbps && one.fec === fec);
  const widest = interleaved === undefined ? Number.POSITIVE_INFINITY : 256 * interleaved.markerGroups;
  const carried = (datapathBits * clockMHz) / 1000;
  const needed = rateGbps * tolerance;
  const pairs = leastClocks(needed).filter(({ bits }) => bits <= widest);
  const limit = pairs.map(({ bits, least }) => `${bits} bits from ${least} MHz`).join(", ");
  if (datapathBits > widest) {
    return [
      {
        code: "LW_PCS_WIDTH",
        severity: "error",
        message: `a beat of ${datapathBits} bits is longer than a group of alignment markers (${widest}), and beats make way for those`,
        value: `${datapathBits} bits`,
        limit,
        remedy: `set datapathBits to ${widest} or less`,
        path: ["datapathBits"],
        uses,
      },
    ];
  }
  if (carried >= needed || carried < rateGbps) return [];
  const sameWidth = pairs.find(({ bits }) => bits === datapathBits);
  return [
    {
      code: "LW_PCS_WIDTH_CLOCK",
      severity: "error",
      message: `${datapathBits} bits at ${clockMHz} MHz carry ${carried.toFixed(3)} Gb/s: lanes whose clocks are 200 ppm off run the MII dry, or over, within a packet`,
      value: `${carried.toFixed(3)} Gb/s`,
      limit: `${needed.toFixed(3)} Gb/s: ${limit}`,
      remedy: sameWidth === undefined ? "take a wider datapath" : `raise clockMHz to ${sameWidth.least}`,
      path: ["clockMHz"],
      uses,
    },
  ];
}
