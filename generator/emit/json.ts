/** Keys that say what a record is come first; the rest follows by name. */
const first = [
  "kind",
  "name",
  "id",
  "module",
  "what",
  "path",
  "value",
  "unit",
  "formula",
  "inputs",
  "source",
];

/**
 * JSON with two blanks of indentation and a line feed at its end. The order of keys does not depend on how the value
 * came about. Throws at what JSON would change in silence: undefined, NaN, infinities, functions.
 */
export function stableJson(value: unknown): string {
  return `${JSON.stringify(ordered(value, "value"), null, 2)}\n`;
}

function ordered(value: unknown, path: string): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item, index) => ordered(item, `${path}[${index}]`));
  if (typeof value === "object") {
    const entries = Object.entries(value).sort(([a], [b]) => compareKeys(a, b));
    return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item, `${path}.${key}`)]));
  }
  throw new TypeError(`${path} cannot be written as JSON: ${String(value)}`);
}

function compareKeys(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function rank(key: string): number {
  const place = first.indexOf(key);
  return place === -1 ? first.length : place;
}
