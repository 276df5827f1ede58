import type { LineRatePoint, LinkDesign } from "../design/link.ts";

type Wire = Pick<LinkDesign, "clockMHz" | "datapathBits" | "rateGbps">;

/** Smallest InfiniBand transport packet: LRH, BTH, ICRC and VCRC. */
export const smallestPacketBytes = 26;
/** LRH, BTH, ICRC and VCRC around a payload. */
export const plainHeaderBytes = 26;

/**
 * What the device carries of back-to-back packets of one size. The datapath takes ceil(bytes / beat) cycles a packet;
 * the wire takes start column, bytes and terminate, and starts are a beat's columns apart at least.
 * @param packetBytes LRH through VCRC.
 */
export function lineRatePoint(link: Wire, packetBytes: number): LineRatePoint {
  const { clockMHz, datapathBits, rateGbps } = link;
  const nsPerColumn = 64 / rateGbps;
  const columns = 1 + Math.ceil((packetBytes + 1) / 8);
  const wireNs = columns * nsPerColumn;
  const spacedNs = Math.max(columns, datapathBits / 64) * nsPerColumn;
  const datapathNs = (Math.ceil(packetBytes / (datapathBits / 8)) * 1000) / clockMHz;
  const ns = Math.max(spacedNs, datapathNs);
  return { packetBytes, achievableGbps: (packetBytes * 8) / ns, percent: (100 * wireNs) / ns };
}

/** Every packet size that the wire format allows up to `maxPacketBytes`: four bytes apart. */
export function legalPacketSizes(maxPacketBytes: number): readonly number[] {
  const sizes: number[] = [];
  for (let bytes = smallestPacketBytes; bytes <= maxPacketBytes; bytes += 4) sizes.push(bytes);
  return sizes;
}

/** Points for the sizes people ask for: powers of two with their VCRC, the full MTU, and the longest packet. */
export function lineRateCoverage(
  link: Wire & Pick<LinkDesign, "mtuBytes">,
  maxPacketBytes: number,
): LineRatePoint[] {
  const sizes = new Set([smallestPacketBytes, 34]);
  for (let bytes = 64; bytes < maxPacketBytes; bytes *= 2) sizes.add(bytes + 2);
  for (let payload = 256; payload <= link.mtuBytes; payload *= 2) sizes.add(payload + plainHeaderBytes);
  sizes.add(link.mtuBytes + plainHeaderBytes).add(maxPacketBytes);
  return [...sizes].sort((a, b) => a - b).map((bytes) => lineRatePoint(link, bytes));
}

/** How many of the legal sizes fall short of the wire, the worst of them, and the longest of them. */
export interface LineRateSummary {
  readonly sizes: number;
  readonly short: number;
  readonly worst: LineRatePoint | undefined;
  readonly longestShort: LineRatePoint | undefined;
}

export function lineRateSummary(link: Wire, maxPacketBytes: number): LineRateSummary {
  const points = legalPacketSizes(maxPacketBytes).map((bytes) => lineRatePoint(link, bytes));
  const short = points.filter((point) => point.percent < 99.995);
  const worst = short.reduce<LineRatePoint | undefined>(
    (least, point) => (least === undefined || point.percent < least.percent ? point : least),
    undefined,
  );
  return { sizes: points.length, short: short.length, worst, longestShort: short.at(-1) };
}
