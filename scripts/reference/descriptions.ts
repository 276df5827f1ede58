import { nicSchema } from "../../generator/description/nic-schema.ts";
import type { Schema } from "../../generator/description/schema.ts";
import { linkSchema } from "../../generator/description/schema.ts";
import { switchSchema } from "../../generator/description/switch-schema.ts";
import { derivedIds } from "../../generator/design/link.ts";
import {
  baseRFormats,
  baseRRulesOf,
  fec91Formats,
  fec91RulesOf,
  nicRules,
  pcsChoices,
  pcsFormats,
  pcsRulesOf,
  rules,
  switchRules,
} from "../../generator/elaborate/index.ts";
import type { Rule } from "../../generator/elaborate/rule.ts";
import { table } from "./markdown.ts";

const intro = `# Descriptions

<!-- Written by \`npm run reference\` from the JSON Schema and from the rules of elaborate/; do not edit. -->

A description is the one file from which everything else follows: TypeScript that exports what \`defineLink({ ... })\`,
\`defineSwitch({ ... })\` or \`defineNic({ ... })\` returns, or the same keys in JSON with \`"kind": "link"\`, \`"switch"\` or
\`"nic"\` among them. Both give the same bytes. Units stand in the names of the keys; a key that is not known is refused. \`lanewright schema\` prints
the JSON Schema, for editors: \`"$schema": "./lanewright.schema.json"\` in a JSON description turns on completion there.
\`lanewright schema link\`, \`switch\` and \`nic\` print that of one kind.

\`lanewright check FILE\` says all that is wrong with a description, with file, line and column; [errors.md](errors.md)
has every message's code. \`lanewright init\` and \`lanewright init --kind switch\` write commented examples.
`;

/** Key suffixes and the units that they stand for. */
const units: readonly (readonly [suffix: string, unit: string])[] = [
  ["MHz", "MHz"],
  ["Gbps", "Gb/s"],
  ["Bits", "bits"],
  ["Bytes", "bytes"],
  ["Meters", "m"],
  ["Ns", "ns"],
];

/** Defaults that are rules rather than values, as \`description/defaults.ts\` applies them. */
const ruleDefaults: Readonly<Record<string, string>> = {
  "virtualLanes.arbitration": "the defaults of its keys",
  "virtualLanes.arbitration.high": "empty",
  "virtualLanes.arbitration.low": "every data VL, weight 64",
  derived: "nothing is overridden",
  fec: "`rs544` from 200 Gb/s on, else `none`",
  "ports.fec": "`rs544` from 200 Gb/s on, else `none`",
  "port.fec": "`rs544` from 200 Gb/s on, else `none`",
  host: "the defaults of its keys",
  requester: "the defaults of its keys",
  responder: "the defaults of its keys",
  "host.dataBits": "`datapathBits`",
  "requester.outstandingRequests": "its formula",
  scheduler: "the defaults of its keys",
  tables: "the defaults of its keys",
  pipeline: "the defaults of its keys",
};

const heads = ["key", "unit", "legal", "default", "meaning"];

/** `docs/descriptions.md`. */
export function descriptionsPage(): string {
  const { properties } = linkSchema as Schema;
  const lanes = rowsOf("virtualLanes.", properties?.virtualLanes ?? {});
  const arbitration = properties?.virtualLanes?.properties?.arbitration ?? {};
  const tables = rowsOf("virtualLanes.arbitration.", arbitration);
  const pcsLanes = rowsOf("lanes.", properties?.lanes ?? {});
  const row = rowsOf("virtualLanes.arbitration.low[].", arbitration.properties?.low?.items ?? {});
  return `${intro}
## The link

${table(heads, [...rowsOf("", linkSchema as Schema), ...rowsOf("pipeline.", properties?.pipeline ?? {})])}

## Lanes

${table(heads, pcsLanes)}

With \`phy: "pcs"\` the wire side of a link is lanes: 64B/66B coding, scrambler, and where there are several lanes alignment
markers stand behind the MII; with FEC, 256B/257B coding and a Reed-Solomon code as well. These rates and codes of IEEE Std
802.3 exist (PCS lanes are the FEC lanes in clauses 91 and 108):

${formatsTable()}

${switchSection()}
${nicKeys()}
## Virtual lanes

${table(heads, [...lanes, ...tables, ...row])}

The rows of \`high\` are built like those of \`low\`. A table is walked row by row: a row may send until its weight is used
up, then the next row has its turn. A lane may stand in several rows, which brings its turns closer together.

## Derived numbers

Each of these is computed unless \`derived\` sets it. An override that would lose data, or stop the link, is refused with
the reason; one that only costs rate is a warning with the figure. \`lanewright explain FILE\` prints them with the values
of that description.

${rulesTable(rules)}

### Of a PCS

A link with \`phy: "pcs"\` has numbers beside the others. With FEC these; \`symbolsPerClock\`, \`markerPeriodCodewords\`,
\`deskewWords\` and \`crossingWords\` may be set in \`derived\`. At 25 and 100 Gb/s \`symbolsPerClock\` follows
\`${formulaOf91()}\`.

${rulesTable(ofLast(pcsFormats, pcsRulesOf))}

Without FEC these; \`laneBits\`, \`markerPeriodBlocks\`, \`berWindowClocks\`, \`deskewWords\` and \`crossingWords\` may be set.

${rulesTable(ofLast(baseRFormats, baseRRulesOf))}

${switchNumbers()}
${nicNumbers()}`;
}

function formatsTable(): string {
  return table(
    ["rate", "FEC", "code", "clause", "PCS lanes", "physical lanes"],
    pcsChoices.map(({ rateGbps, fec, code, clause, pcsLanes, lanes }) => [
      `${rateGbps} Gb/s`,
      `\`${fec}\``,
      code,
      clause,
      String(pcsLanes),
      lanes.map(({ count, gbps }) => `${count} of ${gbps}`).join(", "),
    ]),
  );
}

/** Latencies are sums over the stages: their rules are made with a format, here the last one. */
function ofLast<Format>(
  formats: readonly Format[],
  rulesOf: (format: Format) => readonly Rule[],
): readonly Rule[] {
  const format = formats.at(-1);
  return format === undefined ? [] : rulesOf(format);
}

function formulaOf91(): string {
  return ofLast(fec91Formats, fec91RulesOf).find(({ id }) => id === "symbolsPerClock")?.formula ?? "";
}

function switchSection(): string {
  const { properties = {} } = switchSchema as Schema;
  const parts = ["ports", "scheduler", "tables", "pipeline"].flatMap((key) =>
    rowsOf(`${key}.`, properties[key] ?? {}),
  );
  return `## The switch

${table(heads, [...rowsOf("", switchSchema as Schema), ...parts])}

Every port is the link of above, with its options \`pass\` for \`icrc\`, \`infiniband\` for \`frame\` and \`ib\` for
\`flowControl\`. \`lanewright explain FILE\` prints the numbers of the switch, those of a port, the latency from port to
port stage by stage, and the memories of the whole device.
`;
}

function nicKeys(): string {
  const { properties = {} } = nicSchema as Schema;
  const parts = ["host", "requester", "responder", "port", "pipeline"].flatMap((key) =>
    rowsOf(`${key}.`, properties[key] ?? {}),
  );
  return `## The network adapter

${table(heads, [...rowsOf("", nicSchema as Schema), ...parts])}

The port is the link of above with \`endpoint\` for \`icrc\`: the adapter's packets end with their padding, and the port
makes and checks the ICRC. \`derived\` sets numbers of the port.
`;
}

function nicNumbers(): string {
  return `### Of an adapter

An adapter has these beside those of its port. \`requester.outstandingRequests\` sets the number of that name.

${rulesTable(nicRules)}
`;
}

function switchNumbers(): string {
  const ofSwitch = switchRules.filter(({ id }) => !derivedIds.some((other) => other === id));
  const changed = switchRules.filter((one) => rules.some((other) => other.id === one.id && other !== one));
  return `### Of a switch

A switch has numbers of its own, beside those of its ports. \`derived\` may name either.

${rulesTable(ofSwitch)}

A port of a switch has a crossbar at its back in place of packet streams. These of its numbers have other formulas than
those of a link by itself:

${rulesTable(changed)}
`;
}

function rulesTable(list: readonly Rule[]): string {
  return table(
    ["id", "unit", "formula", "source"],
    list.map(({ id, unit, formula, source }) => [`\`${id}\``, unit, `\`${formula}\``, source]),
  );
}

function rowsOf(prefix: string, schema: Schema): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const needed = schema.required?.includes(key) === true;
    const fallback = value.default === undefined ? ruleDefaults[`${prefix}${key}`] : show(value.default);
    return [
      `\`${prefix}${key}\``,
      unitOf(key, prefix),
      legalOf(value),
      needed ? "**required**" : (fallback ?? "none"),
      value.description ?? "",
    ];
  });
}

function unitOf(key: string, prefix: string): string {
  const unit = units.find(([suffix]) => key.endsWith(suffix))?.[1];
  if (unit !== undefined) return unit;
  if (key === "weight") return "64 bytes";
  if (key === "highLimit") return "4096 bytes";
  if (key === "count") return prefix === "lanes." ? "lanes" : "ports";
  if (key.endsWith("Entries")) return "rows";
  if (prefix === "pipeline.") return "cycles";
  return key === "data" ? "lanes" : "";
}

function legalOf(schema: Schema): string {
  if (schema.const !== undefined) return show(schema.const);
  if (schema.enum) return schema.enum.map(show).join(", ");
  if (schema.type === "object") return "an object";
  if (schema.type === "array") return `up to ${schema.maxItems} rows`;
  if (schema.pattern !== undefined) return `\`${schema.pattern}\`, at most ${schema.maxLength} characters`;
  const step = schema.multipleOf === undefined ? "" : `, a multiple of ${schema.multipleOf}`;
  if (schema.minimum !== undefined && schema.maximum !== undefined) {
    return `${schema.minimum} ... ${schema.maximum}${step}`;
  }
  return `a ${schema.type}`;
}

function show(value: string | number): string {
  return `\`${JSON.stringify(value)}\``;
}
