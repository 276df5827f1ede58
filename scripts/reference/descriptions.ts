import type { Schema } from "../../generator/description/schema.ts";
import { linkSchema } from "../../generator/description/schema.ts";
import { rules } from "../../generator/elaborate/index.ts";
import { table } from "./markdown.ts";

const intro = `# Descriptions

<!-- Written by \`npm run reference\` from the JSON Schema and from the rules of elaborate/; do not edit. -->

A description is the one file from which everything else follows: TypeScript that exports what \`defineLink({ ... })\`
returns, or the same keys in JSON with \`"kind": "link"\` among them. Both give the same bytes. Units stand in the names
of the keys; a key that is not known is refused. \`lanewright schema\` prints the JSON Schema, for editors:
\`"$schema": "./link.schema.json"\` in a JSON description turns on completion there.

\`lanewright check FILE\` says all that is wrong with a description, with file, line and column; [errors.md](errors.md)
has every message's code.
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
};

/** `docs/descriptions.md`. */
export function descriptionsPage(): string {
  const { properties } = linkSchema as Schema;
  const link = rowsOf("", linkSchema as Schema);
  const lanes = rowsOf("virtualLanes.", properties?.virtualLanes ?? {});
  const arbitration = properties?.virtualLanes?.properties?.arbitration ?? {};
  const tables = rowsOf("virtualLanes.arbitration.", arbitration);
  const row = rowsOf("virtualLanes.arbitration.low[].", arbitration.properties?.low?.items ?? {});
  const heads = ["key", "unit", "legal", "default", "meaning"];
  return `${intro}
## The link

${table(heads, link)}

## Virtual lanes

${table(heads, [...lanes, ...tables, ...row])}

The rows of \`high\` are built like those of \`low\`. A table is walked row by row: a row may send until its weight is used
up, then the next row has its turn. A lane may stand in several rows, which brings its turns closer together.

## Derived numbers

Each of these is computed unless \`derived\` sets it. An override that would lose data, or stop the link, is refused with
the reason; one that only costs rate is a warning with the figure. \`lanewright explain FILE\` prints them with the values
of that description.

${table(
  ["id", "unit", "formula", "source"],
  rules.map(({ id, unit, formula, source }) => [`\`${id}\``, unit, `\`${formula}\``, source]),
)}
`;
}

function rowsOf(prefix: string, schema: Schema): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const needed = schema.required?.includes(key) === true;
    const fallback = value.default === undefined ? ruleDefaults[`${prefix}${key}`] : show(value.default);
    return [
      `\`${prefix}${key}\``,
      unitOf(key),
      legalOf(value),
      needed ? "**required**" : (fallback ?? "none"),
      value.description ?? "",
    ];
  });
}

function unitOf(key: string): string {
  const unit = units.find(([suffix]) => key.endsWith(suffix))?.[1];
  if (unit !== undefined) return unit;
  if (key === "weight") return "64 bytes";
  if (key === "highLimit") return "4096 bytes";
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
