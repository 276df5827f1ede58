import type { Problem } from "../description/index.ts";
import type { LinkDesign } from "../design/link.ts";
import type { Lanes, PcsFormat } from "../design/pcs.ts";
import { legalLanes, pcsFormats } from "../elaborate/index.ts";
import { leastClocks, round } from "./rate.ts";

/** How much faster than its own clock says the peer may send, and slower the lanes run: two clocks of 100 ppm. */
const tolerance = 1 + 200e-6;

/** Rules between rate, lanes, FEC, width and clock of a PCS. */
export function checkPcs(design: LinkDesign): readonly Problem[] {
  const { lanes, fec } = design;
  if (design.phy !== "pcs" || lanes === null || fec === null) return [];
  if (design.role === "switchPort") return [ofSwitchPort()];
  const format = pcsFormats.find((one) => one.rateGbps === design.rateGbps && one.fec === fec);
  return [
    ...checkLanes(design, lanes),
    ...(format === undefined ? [withoutFormat(design)] : checkWidth(design, format)),
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
  const ofRate = pcsFormats.filter((one) => one.rateGbps === rateGbps).map((one) => `"${one.fec}"`);
  const known = pcsFormats.map((one) => `${one.rateGbps} Gb/s with "${one.fec}"`).join(", ");
  return {
    code: "LW_PCS_FORMAT",
    severity: "error",
    message: `there is no PCS for ${rateGbps} Gb/s with the FEC "${fec}"`,
    value: `${rateGbps} Gb/s, "${fec}"`,
    limit: known,
    remedy:
      ofRate.length > 0
        ? `write fec: ${ofRate.join(" or ")}`
        : 'take one of those rates, or write phy: "mii" and use a PCS of your own',
    path: ofRate.length > 0 ? ["fec"] : ["rateGbps"],
    uses: ["rateGbps", "fec", "phy", "lanes"],
  };
}

function checkLanes({ rateGbps }: LinkDesign, lanes: Lanes): readonly Problem[] {
  const format = pcsFormats.find((one) => one.rateGbps === rateGbps);
  const uses = ["rateGbps", "lanes", "phy"];
  const legal = format === undefined ? [] : legalLanes(format);
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
  if (format === undefined || legal.some((one) => one.count === lanes.count)) return [];
  return [
    {
      code: "LW_PCS_LANES",
      severity: "error",
      message: `${format.pcsLanes} PCS lanes cannot be shared out to ${value}: there is no such lane, or not the same number on each`,
      ...{ value, ...limit, ...remedy, uses },
      path: ["lanes"],
    },
  ];
}

function checkWidth(design: LinkDesign, format: PcsFormat): readonly Problem[] {
  const { datapathBits, clockMHz, rateGbps } = design;
  const uses = ["datapathBits", "clockMHz", "rateGbps", "phy", "lanes", "fec"];
  const widest = 256 * format.markerGroups;
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
