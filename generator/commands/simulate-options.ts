import { type Command, Option } from "commander";
import { type WorkloadPattern, workloadPatterns } from "../../sim/nic/workload-flow.ts";
import type { AnyDesign } from "../design/switch.ts";
import { type Diagnostic, LanewrightError } from "../diagnostics.ts";
import * as values from "./simulate-values.ts";

export const linkPatterns = ["saturate", "random", "capture", "idle"] as const;
export type LinkPattern = (typeof linkPatterns)[number];

export const switchPatterns = [
  "uniform",
  "permutation",
  "hotspot",
  "shift",
  "multicast",
  "capture",
  "idle",
] as const;
export type SwitchPattern = (typeof switchPatterns)[number];

export const nicPatterns = workloadPatterns;
export type NicPattern = WorkloadPattern;

const patternsOf: Readonly<Record<AnyDesign["kind"], readonly string[]>> = {
  link: linkPatterns,
  switch: switchPatterns,
  nic: nicPatterns,
};
const allPatterns = [...new Set([...linkPatterns, ...switchPatterns, ...nicPatterns])];

/** What a description is called that has a kind. */
const called: Readonly<Record<AnyDesign["kind"], string>> = {
  link: "a link",
  switch: "a switch",
  nic: "an adapter",
};

/** The options of `simulate` as commander hands them over. */
export interface SimulateOptions {
  readonly pcap?: string;
  readonly pattern?: LinkPattern | SwitchPattern | NicPattern;
  readonly load?: number;
  readonly ber?: number;
  readonly burst?: number;
  readonly burstEvery?: number;
  readonly cycles?: number;
  readonly packets?: number;
  readonly payload?: number;
  readonly qps?: number;
  readonly vls?: readonly number[];
  readonly size?: values.SizeOption;
  readonly sweep?: readonly number[];
  readonly arrivals?: values.ArrivalsOption;
  readonly hotspot?: number;
  readonly share?: number;
  readonly shift?: number;
  readonly groups?: number;
  readonly seed?: number;
  readonly trace?: string;
  readonly tracePorts?: readonly number[];
  readonly traceFrom: number;
  readonly traceCycles: number;
  readonly pcapngFrames: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Beats between bursts on average, unless said otherwise. */
const usualBurstEvery = 5000;

/** An option, the kinds of devices it is for where it is not for all, and the option that it does nothing without. */
interface Entry {
  readonly option: Option;
  readonly kinds?: readonly AnyDesign["kind"][];
  readonly needs?: keyof SimulateOptions;
  /** What to use instead with another kind. */
  readonly instead?: string;
}

function entries(): readonly Entry[] {
  const option = <T>(flags: string, text: string, parse: (value: string) => T, value?: T): Option => {
    const made = new Option(flags, text);
    made.argParser(values.remembered(made.attributeName(), parse));
    return value === undefined ? made : made.default(value);
  };
  const { integer, number, text, list } = values;
  const names = Object.entries(patternsOf)
    .map(([kind, patterns]) => `${kind}: ${patterns.join(", ")}`)
    .join("; ");
  const share = number("a number from 0 to 1", 0, 1);
  const onSwitch = { kinds: ["switch"] } as const;
  const onPackets = { kinds: ["link", "switch"] } as const;
  return [
    { option: option("--pattern <name>", names, values.oneOf(allPatterns)) },
    {
      option: option(
        "--pcap <file>",
        "RoCE v2 capture (Ethernet, classic pcap) to send as native InfiniBand",
        text,
      ),
      ...onPackets,
    },
    { option: option("--load <share>", "offered part of the wire's time, 0 to 1", share), ...onPackets },
    {
      option: option(
        "--payload <bytes>",
        "link: payload of each packet; nic: bytes of each message, up to 1 MiB",
        integer(0, 2 ** 20),
      ),
      ...{ kinds: ["link", "nic"], instead: "give --size" },
    },
    {
      option: option("--qps <n>", "nic: queue pairs that ask in both directions", integer(1, 16_382)),
      ...{ kinds: ["nic"] },
    },
    {
      option: option(
        "--size <bytes>",
        "switch: packets on the wire: 256, 64-1500 (all sizes alike), rdma (64 and 4096), imix",
        values.sizes,
      ),
      ...{ kinds: ["switch"], instead: "give --payload" },
    },
    {
      option: option(
        "--sweep <from:to[:step]>",
        "switch: one load after the other, as 0.1:1.0:0.1",
        values.sweep,
      ),
      ...onSwitch,
    },
    {
      option: option(
        "--arrivals <how>",
        "switch: poisson, paced, bursty (8 packets a burst) or bursty:N",
        values.arrivals,
      ),
      ...onSwitch,
    },
    {
      option: option("--hotspot <port>", "switch: the port that all send to (default 1)", integer(1, 80)),
      ...onSwitch,
    },
    {
      option: option(
        "--share <part>",
        "switch: part of the packets that goes to --hotspot, the rest to all",
        share,
      ),
      ...onSwitch,
    },
    {
      option: option(
        "--shift <packets>",
        "switch: packets to one port before the next (default 4)",
        integer(1, 1e6),
      ),
      ...onSwitch,
    },
    {
      option: option("--groups <n>", "switch: multicast groups, drawn at random (default 4)", integer(1, 64)),
      ...onSwitch,
    },
    {
      option: option(
        "--packets <n>",
        "packets of each port, messages of each queue pair each way; the phase ends when all have come",
        integer(1, 1e9),
      ),
    },
    { option: option("--vls <list>", "virtual lanes to use, as 0,1,15", values.lanes), ...onPackets },
    {
      option: option(
        "--ber <rate>",
        "bit error rate of the cables, both ways",
        number("a rate from 0 to below 1", 0, 1),
      ),
    },
    {
      option: option(
        "--burst <bits>",
        "bursts of bit errors of this length on the cables",
        integer(1, 1_000_000),
      ),
    },
    {
      option: option(
        "--burst-every <beats>",
        `beats from burst to burst on average (default: ${usualBurstEvery})`,
        integer(1, 1e9),
      ),
      needs: "burst",
    },
    { option: option("--cycles <n>", "cycles of offered traffic in each phase", integer(1, 1e10)) },
    {
      option: option(
        "--seed <n>",
        "seed of everything random, decimal or 0x… (default: another one each time)",
        values.seed,
      ),
    },
    {
      option: option(
        "--trace <file.fst>",
        "write waves: of a link or a nic FILE.p0.fst and FILE.p1.fst, of a switch FILE.fst (builds a slower model)",
        text,
      ),
    },
    {
      option: option(
        "--trace-ports <list>",
        "switch: also the hosts at these ports: FILE.p3.fst …",
        list("ports", 1, 80),
      ),
      ...{ kinds: ["switch"], needs: "trace" },
    },
    {
      option: option("--trace-from <cycle>", "first cycle in the waves", integer(0, 1e10), 0),
      needs: "trace",
    },
    { option: option("--trace-cycles <n>", "cycles in the waves", integer(1, 1e9), 20_000), needs: "trace" },
    {
      option: option(
        "--pcapng-frames <n>",
        "frames in each port's pcapng file at most, 0 writes none; a switch writes none unless asked to",
        integer(0, 1e9),
        20_000,
      ),
    },
    {
      option: option(
        "-o, --out <dir>",
        "folder of results.json and the other files (default: out/NAME)",
        text,
      ),
    },
    { option: new Option("--json", "print the results as JSON") },
  ];
}

/** Adds the options of `simulate` to its command. */
export function addOptions(command: Command): Command {
  for (const { option } of entries()) command.addOption(option);
  return command;
}

/** Options that the user gave. */
function given(command: Command): readonly Entry[] {
  return entries().filter(({ option }) => command.getOptionValueSource(option.attributeName()) === "cli");
}

/**
 * Refuses options that are for another kind of device, or that do nothing without one that is missing.
 * @throws LanewrightError with every one of them
 */
export function checkOptions(kind: AnyDesign["kind"], command: Command): void {
  const problems: Diagnostic[] = [];
  const there = new Set(given(command).map(({ option }) => option.attributeName()));
  for (const { option, kinds, needs, instead } of given(command)) {
    const flag = option.long ?? option.flags;
    if (kinds !== undefined && !kinds.includes(kind)) {
      problems.push({
        ...{ code: "LW_OPTION_KIND", severity: "error" },
        message: `${flag} is for ${kinds.map((one) => called[one]).join(" or ")}, and the description is that of ${called[kind]}`,
        remedy: instead === undefined || kind === "nic" ? "leave it out" : `leave it out, or ${instead}`,
      });
    } else if (needs !== undefined && !there.has(needs)) {
      problems.push({
        ...{ code: "LW_OPTION_ALONE", severity: "error" },
        message: `${flag} does nothing without --${needs}`,
        remedy: `give --${needs} as well, or leave it out`,
      });
    }
  }
  const pattern = command.getOptionValue("pattern") as string | undefined;
  const known = patternsOf[kind];
  if (pattern !== undefined && !known.includes(pattern)) {
    problems.push({
      ...{ code: "LW_OPTION_KIND", severity: "error" },
      message: `there is no --pattern ${pattern} for ${called[kind]}`,
      limit: known.join(", "),
      remedy: "choose one of these",
    });
  }
  if (problems.length > 0) throw new LanewrightError(problems);
}

/** Whether the user gave an option, and it is not the default. */
export function isGiven(command: Command, key: keyof SimulateOptions): boolean {
  return command.getOptionValueSource(key) === "cli";
}

/** Faults that the options ask for. */
export function faultsOf({
  ber,
  burst,
  burstEvery,
}: SimulateOptions): { ber?: number; burst?: { bits: number; perBeat: number } } | undefined {
  if (ber === undefined && burst === undefined) return undefined;
  return {
    ...(ber !== undefined && { ber }),
    ...(burst !== undefined && { burst: { bits: burst, perBeat: 1 / (burstEvery ?? usualBurstEvery) } }),
  };
}
