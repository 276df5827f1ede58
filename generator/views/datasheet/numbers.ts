import { nicSchema } from "../../description/nic-schema.ts";
import { linkSchema } from "../../description/schema.ts";
import { switchSchema } from "../../description/switch-schema.ts";
import { type Derived, type DerivedId, derivedIds, type LinkDesign } from "../../design/link.ts";
import type { NicDesign } from "../../design/nic.ts";
import { portOf } from "../../design/port-of.ts";
import type { AnyDesign } from "../../design/switch.ts";
import { retryOnlyIds } from "../../elaborate/index.ts";
import type { View } from "../../render/view.ts";
import { code, esc, heading, note, num, type Section, table, text } from "./html.ts";
import { isEthernet } from "./nic-claims.ts";

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** What the description says or leaves to its defaults, by its keys. */
function parameters(design: AnyDesign): readonly (readonly [key: string, value: string])[] {
  const port = portOf(design);
  const { virtualLanes, lanes, fec } = port;
  const wire = design.kind === "switch" ? "ports." : design.kind === "nic" ? "port." : "";
  const words = (value: unknown): string => (typeof value === "string" ? value : String(value));
  const own: [string, unknown][] = [
    ["name", design.name],
    ["clockMHz", design.clockMHz],
    ["datapathBits", design.datapathBits],
    ["mtuBytes", design.mtuBytes],
    ...(design.kind === "switch" ? ([["ports.count", design.ports]] as [string, unknown][]) : []),
    ...(design.kind === "nic" ? ownOfNic(design) : []),
    [`${wire}rateGbps`, port.rateGbps],
    [`${wire}cableMeters`, port.cableMeters],
    [`${wire}phyLatencyNs`, port.phyLatencyNs],
    [`${wire}phy`, port.phy],
    ...(lanes === null
      ? []
      : ([
          [`${wire}lanes`, `${lanes.count} × ${lanes.gbps} Gb/s`],
          [`${wire}fec`, fec ?? "none"],
        ] as [string, unknown][])),
    ...(isEthernet(design)
      ? ([
          ["frame", "ethernet"],
          ["ethernet.ipMtuBytes", design.ethernet.ipMtuBytes],
        ] as [string, unknown][])
      : ([
          ["frame", port.frame],
          ["flowControl", port.flowControl],
          ["retry", port.retry],
          ["forwarding", port.forwarding],
          ["icrc", port.icrc],
        ] as [string, unknown][])),
    ["memoryProtection", design.memoryProtection],
    ["virtualLanes.data", virtualLanes.data],
    ...(design.kind === "switch"
      ? ([
          ["scheduler.kind", design.scheduler.kind],
          ["scheduler.iterations", design.scheduler.iterations],
          ["tables.unicastEntries", design.tables.unicastEntries],
          ["tables.multicastEntries", design.tables.multicastEntries],
          ["tables.partitionKeys", design.tables.partitionKeys],
        ] as [string, unknown][])
      : []),
  ];
  return own.map(([key, value]) => [key, words(value)] as const);
}

/** Keys that only an adapter has. */
function ownOfNic(design: NicDesign): readonly [string, unknown][] {
  const { host, requester, responder } = design;
  return [
    ["queuePairs", design.queuePairs],
    ["completionQueues", design.completionQueues],
    ["memoryRegions", design.memoryRegions],
    ["host.dataBits", host.dataBits],
    ["host.outstandingReads", host.outstandingReads],
    ["requester.outstandingReads", requester.outstandingReads],
    ["requester.outstandingRequests", requester.outstandingRequests],
    ["requester.scatterGather", requester.scatterGather],
    ["responder.outstandingReads", responder.outstandingReads],
  ];
}

function described(schema: Schema, key: string): string {
  let at: Schema | undefined = schema;
  for (const part of key.split(".")) at = at?.properties?.[part];
  return at?.description ?? "";
}

/** Keys that a description need not have for a switch or an adapter are those of its ports. */
function meaningOf(design: AnyDesign, key: string): string {
  const schemas = { link: undefined, switch: switchSchema, nic: nicSchema };
  const own = described((schemas[design.kind] ?? {}) as Schema, key);
  return own === "" ? described(linkSchema as Schema, key.replace(/^ports?\./u, "")) : own;
}

export function parametersSection(design: AnyDesign): Section {
  return {
    id: "parameters",
    title: "Parameters",
    parts: [
      text(
        `What the description ${code(design.name)} says, defaults filled in. Everything else follows from it by the formulas of the next chapter.`,
      ),
      table({
        caption: "Parameters of the description",
        quiet: true,
        stack: true,
        columns: [{ head: "key" }, { head: "value" }, { head: "meaning" }],
        rows: parameters(design).map(([key, value]) => [
          code(key),
          `<strong>${esc(value)}</strong>`,
          esc(meaningOf(design, key)),
        ]),
      }),
    ],
  };
}

/** The numbers of a port; without retry those of the replay buffer mean nothing. */
function numbersOfPort({ derived, retry }: LinkDesign): readonly Derived[] {
  const all = derivedIds.map((id) => derived[id]);
  return retry === "llr" ? all : all.filter(({ id }) => !retryOnlyIds.has(id as DerivedId));
}

export function numbersSection(design: AnyDesign): Section {
  const port = portOf(design);
  const several = design.kind === "switch";
  const own = design.kind === "switch" ? "The switch" : "The adapter";
  return {
    id: "numbers",
    title: "Derived numbers",
    parts: [
      text(
        "Each number that the description does not say, with the formula that gives it, the inputs of the formula and what it rests on. The emitted Verilog carries the same as commented <code>localparam</code>s.",
      ),
      ...(design.kind === "link" ? [] : numbers(own, design.kind, Object.values(design.derived))),
      ...(isEthernet(design)
        ? numbers("The Ethernet port", "port", Object.values(design.ethernet.derived))
        : numbers(several ? "Each port" : "The port", "port", numbersOfPort(port))),
      ...(port.pcs === null ? [] : numbers("The PCS", "pcs", Object.values(port.pcs.derived))),
    ],
  };
}

function numbers(title: string, id: string, list: readonly Derived[]): readonly View[] {
  const set = list.some(({ overridden }) => overridden);
  return [
    heading(title, `numbers-${id}`),
    table({
      caption: `Derived numbers: ${title}`,
      quiet: true,
      stack: true,
      columns: [
        { head: "number" },
        { head: "value", number: true },
        { head: "formula and inputs" },
        { head: "source" },
      ],
      rows: list.map(({ id: name, value, unit, formula, inputs, source, overridden, computed }) => [
        `<code id="n-${esc(name)}-${id}">${esc(name)}</code>${overridden ? " *" : ""}`,
        `<strong>${num(value, 3)}</strong> <span class="unit">${esc(unit)}</span>`,
        `<code class="formula">${esc(formula)}</code>${overridden ? `<span class="inputs">set in the description; the formula gives ${num(computed, 3)}</span>` : ""}<span class="inputs">${inputsText(inputs)}</span>`,
        esc(source),
      ]),
    }),
    ...(set ? [note("* set in the description")] : []),
  ];
}

function inputsText(inputs: Derived["inputs"]): string {
  return Object.entries(inputs)
    .map(([name, { value, unit }]) => `<span>${esc(name)} = ${num(value, 3)} ${esc(unit)}</span>`)
    .join(" ");
}
