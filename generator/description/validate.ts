import { Ajv, type ErrorObject } from "ajv";
import { closest, distance } from "fastest-levenshtein";
import type { NicDescriptionOfKind } from "../dsl/nic-description.ts";
import type { DescriptionPath } from "../dsl/origin.ts";
import type { AnyDescription, SwitchDescription } from "../dsl/switch-description.ts";
import { nicSchema } from "./nic-schema.ts";
import { keysOfPcs } from "./pcs-keys.ts";
import { type Problem, pathText } from "./problem.ts";
import { linkSchema, type Schema } from "./schema.ts";
import { switchSchema } from "./switch-schema.ts";
import { otherUnit, unitSlip } from "./units.ts";
import {
  article,
  identifierLike,
  inSentence,
  inside,
  kindOf,
  limitOf,
  nearest,
  rightType,
  show,
} from "./wording.ts";

const ajv = new Ajv({ strict: true, allErrors: true, verbose: true });
const validators = {
  link: ajv.compile(linkSchema),
  switch: ajv.compile(switchSchema),
  nic: ajv.compile(nicSchema),
} as const;

/** The kind whose schema a description is held against: the one that it names, or else the one that it looks like. */
export function kindOfDescription(description: unknown): AnyDescription["kind"] {
  if (typeof description !== "object" || description === null) return "link";
  if ("kind" in description && typeof description.kind === "string" && description.kind in validators)
    return description.kind as AnyDescription["kind"];
  return "ports" in description ? "switch" : "queuePairs" in description ? "nic" : "link";
}

const kinds = '"link", "switch", "nic"';

export type Report = ErrorObject<string, Readonly<Record<string, unknown>>, unknown>;

/** Every problem of shape, type and range of what claims to be a description. Empty when there is none. */
export function validate(description: unknown): readonly Problem[] {
  const validator = validators[kindOfDescription(description)];
  if (validator(description))
    return [...iterationsOfWavefront(description), ...ethernet(description), ...keysOfPcs(description)];
  return problemsOf((validator.errors ?? []) as readonly Report[]);
}

/** What ajv found, in words. */
export function problemsOf(errors: readonly Report[]): readonly Problem[] {
  const reports = leastMany(errors);
  const found = reports.filter((one) => one.keyword !== "required").map(problemOf);
  const meant = new Set(found.map((one) => one.meant));
  const missing = reports
    .filter((one) => one.keyword === "required")
    .map(missingKey)
    .filter((one) => !meant.has(pathText(one.path)));
  return [...found, ...missing].map(({ meant: _meant, ...problem }) => problem);
}

/** A rule between keys that a design does not show any more: there its iterations are 1 in either case. */
function iterationsOfWavefront(description: unknown): readonly Problem[] {
  const { scheduler } = description as Partial<SwitchDescription>;
  if (scheduler?.kind !== "wavefront" || scheduler.iterations === undefined) return [];
  return [
    {
      code: "LW_SCHEDULER_ITERATIONS",
      severity: "error",
      message: "the wavefront has no iterations: it looks at every pair of ports once a cycle",
      value: `scheduler.iterations: ${scheduler.iterations}`,
      limit: 'only with kind: "islip"',
      remedy: 'take iterations out, or write scheduler.kind: "islip"',
      path: ["scheduler", "iterations"],
      part: "key",
    },
  ];
}

/** Keys of an adapter that go with one framing only; a design does not show them. */
function ethernet(description: unknown): readonly Problem[] {
  const { kind, frame, retry, port, ...rest } = description as Partial<NicDescriptionOfKind>;
  if (kind !== "nic") return [];
  const problem = (message: string, value: string, limit: string, path: DescriptionPath): Problem => ({
    ...{ code: "LW_NIC_FRAME", severity: "error", message, value, limit, path, part: "key" },
    remedy: `take ${pathText(path)} out, or change frame`,
  });
  if (frame !== "ethernet") {
    if (rest.ethernet === undefined) return [];
    const message = "native frames have no use for what is said of an Ethernet network";
    return [problem(message, "ethernet", 'only with frame: "ethernet"', ["ethernet"])];
  }
  const found: Problem[] = [];
  if (port?.phy === "pcs")
    found.push(
      problem(
        "an adapter with Ethernet frames ends in an MII, which a PCS of its own is put behind",
        'port.phy: "pcs"',
        '"mii"',
        ["port", "phy"],
      ),
    );
  if (rest.management === "window")
    found.push(
      problem("Ethernet has no VL15, and no management packets on it", 'management: "window"', '"none"', [
        "management",
      ]),
    );
  if (retry === "llr")
    found.push(
      problem("Ethernet has no retry of the link", 'retry: "llr"', 'only with frame: "infiniband"', [
        "retry",
      ]),
    );
  return found;
}

/** A value of the wrong type has no range to be out of. */
function leastMany(reports: readonly Report[]): readonly Report[] {
  const wrongType = new Set(reports.filter((one) => one.keyword === "type").map((one) => one.instancePath));
  return reports.filter((one) => one.keyword === "type" || !wrongType.has(one.instancePath));
}

/** A problem and, when it is about a wrong key, the path of the key that was meant. */
type Finding = Problem & { readonly meant?: string };

function problemOf(report: Report): Finding {
  const path = pathOf(report.instancePath);
  const schema = report.parentSchema as Schema;
  const value = show(report.data);
  const text = pathText(path) || "the description";
  switch (report.keyword) {
    case "additionalProperties":
      return unknownKey(report, path, schema);
    case "type": {
      const message = `${text} must be ${article(schema.type ?? "object")}, not ${kindOf(report.data)}`;
      const remedy = rightType(report.data, path, schema);
      return {
        code: "LW_WRONG_TYPE",
        severity: "error",
        message,
        value,
        limit: limitOf(schema),
        path,
        ...remedy,
      };
    }
    case "enum":
    case "minimum":
    case "maximum":
      return outOfRange(report, path, schema);
    case "multipleOf": {
      const step = schema.multipleOf ?? 1;
      const near = typeof report.data === "number" ? Math.floor(report.data / step) * step : step;
      const remedy = `write ${path.at(-1)}: ${near} or ${near + step}`;
      const message = `${text} must be a multiple of ${step}`;
      return {
        code: "LW_NOT_A_MULTIPLE",
        severity: "error",
        message,
        value,
        limit: limitOf(schema),
        remedy,
        path,
      };
    }
    case "pattern": {
      const message = `${text} must be a lower-case identifier`;
      const limit = "a letter a ... z, then letters, digits and underscores";
      const remedy = identifierLike(report.data);
      return { code: "LW_NAME_NOT_IDENTIFIER", severity: "error", message, value, limit, path, ...remedy };
    }
    case "maxLength": {
      const message = `${text} is too long: it becomes part of every module's name`;
      const limit = `${schema.maxLength} characters`;
      const short = String(report.data)
        .slice(0, schema.maxLength)
        .replace(/_[^_]*$/, "");
      const remedy = `write a shorter one, for example "${short}"`;
      return { code: "LW_NAME_TOO_LONG", severity: "error", message, value, limit, remedy, path };
    }
    case "maxItems": {
      const message = `${text} has too many rows`;
      const count = `${(report.data as readonly unknown[]).length} rows`;
      const remedy = "join rows of the same lane by adding up their weights";
      return {
        code: "LW_TABLE_TOO_LONG",
        severity: "error",
        message,
        value: count,
        limit: "64 rows",
        remedy,
        path,
      };
    }
    case "const": {
      const message = `kind ${value} is not one that this version generates`;
      const remedy = 'write "kind": "link", "kind": "switch" or "kind": "nic"';
      return { code: "LW_KIND_UNKNOWN", severity: "error", message, value, limit: kinds, remedy, path };
    }
    default:
      throw new Error(`no message for the schema keyword "${report.keyword}"`);
  }
}

function unknownKey(report: Report, holder: DescriptionPath, schema: Schema): Finding {
  const key = String(report.params.additionalProperty);
  const value = (report.data as Readonly<Record<string, unknown>>)[key];
  const path = [...holder, key];
  const keys = Object.keys(schema.properties ?? {}).filter((one) => one !== "$schema");
  const moved = holder.length === 0 ? homeOf(key, holder, schema) : undefined;
  if (moved !== undefined) {
    const message = `unknown key "${key}": it is one of the ${moved.startsWith("ports.") ? "ports'" : "port's"}`;
    const remedy = `write it as ${moved}`;
    return { code: "LW_UNKNOWN_KEY", severity: "error", message, remedy, path, part: "key", meant: moved };
  }
  const slip =
    holder.length === 0 || holder[0] === "ports" || holder[0] === "port" ? unitSlip(key, value) : undefined;
  const home = slip && homeOf(slip.key, holder, schema);
  if (slip && home !== undefined) {
    const message = `unknown key "${key}": units are part of the names, and this one is "${home}"`;
    const remedy = `write ${home}${slip.value === undefined ? "" : `: ${slip.value}`}`;
    const found = { code: "LW_WRONG_UNIT", severity: "error", message, value: show(value), remedy } as const;
    return { ...found, path, part: "key", meant: pathText([...holder, home]) };
  }
  const near = likeliest(key, keys);
  const where = holder.length === 0 ? "" : ` in ${pathText(holder)}`;
  const message = `unknown key "${key}"${where}`;
  const code = "LW_UNKNOWN_KEY";
  if (near !== undefined) {
    const remedy = `did you mean "${near}"?`;
    return {
      code,
      severity: "error",
      message,
      remedy,
      path,
      part: "key",
      meant: pathText([...holder, near]),
    };
  }
  const few = holder[0] === "derived" ? "the ids that `lanewright explain` lists" : keys.join(", ");
  return { code, severity: "error", message, limit: few, remedy: "take the key out", path, part: "key" };
}

/** A key as it is written in `holder`: itself, or within `ports` or `port` where that is its place. */
function homeOf(key: string, holder: DescriptionPath, schema: Schema): string | undefined {
  if (schema.properties?.[key] !== undefined) return key;
  if (holder.length > 0) return undefined;
  const home = ["ports", "port"].find((one) => schema.properties?.[one]?.properties?.[key] !== undefined);
  return home && `${home}.${key}`;
}

/** The key that was probably meant: one that begins alike, or one few letters away. */
function likeliest(key: string, keys: readonly string[]): string | undefined {
  const lower = key.toLowerCase();
  const begun = keys.find((one) => lower.length >= 4 && one.toLowerCase().startsWith(lower));
  if (begun !== undefined || keys.length === 0) return begun;
  const near = closest(key, keys);
  return distance(lower, near.toLowerCase()) <= Math.max(2, key.length / 3) ? near : undefined;
}

function missingKey(report: Report): Finding {
  const key = String(report.params.missingProperty);
  const holder = pathOf(report.instancePath);
  const path = [...holder, key];
  const schema = (report.parentSchema as Schema).properties?.[key] ?? {};
  if (path.length === 1 && key === "kind") {
    const message = 'the description does not say what it describes: "kind" is missing';
    const remedy =
      'add "kind": "link", "kind": "switch" or "kind": "nic", or call defineLink, defineSwitch or defineNic in TypeScript';
    return { code: "LW_KIND_MISSING", severity: "error", message, limit: kinds, remedy, path };
  }
  const message = `"${key}" is missing${holder.length === 0 ? "" : ` in ${pathText(holder)}`}`;
  const remedy = `add "${key}"${schema.description ? ` (${inSentence(schema.description)})` : ""}`;
  return { code: "LW_MISSING_KEY", severity: "error", message, limit: limitOf(schema), remedy, path };
}

function outOfRange(report: Report, path: DescriptionPath, schema: Schema): Finding {
  const { data } = report;
  const key = String(path.at(-1));
  const message = `${pathText(path)} is ${schema.enum ? "not one of the legal values" : "out of range"}`;
  const found = { severity: "error", message, value: show(data), limit: limitOf(schema), path } as const;
  if (typeof data === "number") {
    const fits = (value: number) => schema.enum?.includes(value) ?? inside(value, schema);
    const other =
      path.length === 1 || path[0] === "ports" || path[0] === "port" ? otherUnit(key, data, fits) : undefined;
    if (other) {
      const remedy = `${data} looks like ${other.unit}: write ${key}: ${other.value}`;
      return { ...found, code: "LW_OUT_OF_RANGE", remedy };
    }
    const code = schema.enum ? "LW_NOT_ALLOWED" : "LW_OUT_OF_RANGE";
    return { ...found, code, remedy: `the nearest legal value is ${nearest(data, schema)}` };
  } else if (schema.enum && typeof data === "string") {
    const words = schema.enum.map(String);
    const near = closest(data, words);
    const remedy = words.length === 1 ? `leave it out or write "${words[0]}"` : `did you mean "${near}"?`;
    return { ...found, code: "LW_NOT_ALLOWED", remedy };
  }
  return { ...found, code: schema.enum ? "LW_NOT_ALLOWED" : "LW_OUT_OF_RANGE" };
}

/** A JSON pointer as path; steps of digits are indices. */
function pathOf(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
