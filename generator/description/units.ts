/** What people write instead of the unit that a key asks for: suffix and factor to that unit. */
const quantities: Readonly<Record<string, { readonly stems: readonly string[]; readonly units: Units }>> = {
  clockMHz: {
    stems: ["clock", "clk", "frequency", "freq"],
    units: [
      ["GHz", 1000],
      ["kHz", 1e-3],
      ["Hz", 1e-6],
    ],
  },
  datapathBits: { stems: ["datapath", "width", "data"], units: [["Bytes", 8]] },
  rateGbps: {
    stems: ["rate", "speed", "bandwidth"],
    units: [
      ["Tbps", 1000],
      ["GBps", 8],
      ["Mbps", 1e-3],
      ["kbps", 1e-6],
      ["bps", 1e-9],
    ],
  },
  mtuBytes: {
    stems: ["mtu"],
    units: [
      ["KiB", 1024],
      ["KB", 1024],
      ["Bits", 1 / 8],
    ],
  },
  cableMeters: {
    stems: ["cable", "cableLength", "length"],
    units: [
      ["Mm", 1e-3],
      ["Cm", 0.01],
      ["Feet", 0.3048],
      ["Km", 1000],
      ["Kilometers", 1000],
      ["Ns", 0.2],
    ],
  },
  phyLatencyNs: {
    stems: ["phyLatency", "latency"],
    units: [
      ["Ms", 1e6],
      ["Us", 1000],
      ["Ps", 1e-3],
    ],
  },
};

type Units = readonly (readonly [suffix: string, factor: number])[];

/** A key that says the same thing in another unit, or in none. */
export interface UnitSlip {
  /** The key that is right. */
  readonly key: string;
  /** The value in the right unit, or undefined when the slip leaves it open. */
  readonly value: number | undefined;
}

/** Recognizes `clockGHz: 0.4`, `mtu: 4096`, `cableKm: 2` and the like; undefined for any other key. */
export function unitSlip(key: string, value: unknown): UnitSlip | undefined {
  const lower = key.toLowerCase();
  for (const [right, { stems, units }] of Object.entries(quantities)) {
    if (stems.some((stem) => stem.toLowerCase() === lower)) {
      return { key: right, value: typeof value === "number" ? value : undefined };
    }
    for (const [suffix, factor] of units) {
      if (!stems.some((stem) => lower === `${stem}${suffix}`.toLowerCase())) continue;
      return { key: right, value: typeof value === "number" ? tidy(value * factor) : undefined };
    }
  }
  return undefined;
}

/** What an out-of-range value would be if it were meant in another unit, when that lands inside `fits`. */
export function otherUnit(
  key: string,
  value: number,
  fits: (value: number) => boolean,
): { readonly unit: string; readonly value: number } | undefined {
  for (const [unit, factor] of quantities[key]?.units ?? []) {
    const converted = tidy(value * factor);
    if (fits(converted)) return { unit: written.get(unit) ?? unit, value: converted };
  }
  return undefined;
}

/** Suffixes of keys as units are written by themselves. */
const written: ReadonlyMap<string, string> = new Map(
  ["Mm", "Cm", "Km", "Kilometers", "Feet", "Ms", "Us", "Ps", "Ns", "Bytes", "Bits"].map((unit) => [
    unit,
    unit.toLowerCase(),
  ]),
);

/** Nine significant digits: takes away what the conversion added. */
function tidy(value: number): number {
  return Number(value.toPrecision(9));
}
