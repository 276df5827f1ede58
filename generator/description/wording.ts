import type { DescriptionPath } from "../dsl/origin.ts";
import type { Schema } from "./schema.ts";

/** The legal number that comes nearest. */
export function nearest(value: number, schema: Schema): number {
  const legal = schema.enum?.filter((one) => typeof one === "number");
  if (legal)
    return legal.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
  return schema.minimum !== undefined && value < schema.minimum ? schema.minimum : (schema.maximum ?? value);
}

/** A number in quotes or in brackets, or with a fraction: what was probably meant. */
export function rightType(
  data: unknown,
  path: DescriptionPath,
  schema: Schema,
): { readonly remedy?: string } {
  if (schema.type !== "number" && schema.type !== "integer") return {};
  const inner: unknown = Array.isArray(data) && data.length === 1 ? data[0] : data;
  const meant = typeof inner === "string" && inner.trim() !== "" ? Number(inner) : inner;
  if (typeof inner === "string" && Number.isNaN(meant))
    return { remedy: "write a plain number; its unit stands in the name of the key" };
  if (typeof meant !== "number" || !Number.isFinite(meant)) return {};
  if (schema.type === "number" || Number.isInteger(meant))
    return { remedy: `write ${path.at(-1)}: ${meant}` };
  return { remedy: `write ${path.at(-1)}: ${Math.floor(meant)} or ${Math.ceil(meant)}` };
}

/** A description of a key as part of a sentence. */
export function inSentence(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1).replace(/\.$/, "")}`;
}

/** Whether a number is in the range of a schema. */
export function inside(value: number, schema: Schema): boolean {
  return (
    value >= (schema.minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (schema.maximum ?? Number.POSITIVE_INFINITY)
  );
}

/** What would have been right, in words. */
export function limitOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(", ");
  if (schema.minimum !== undefined && schema.maximum !== undefined) {
    const steps = schema.multipleOf === undefined ? "" : `, a multiple of ${schema.multipleOf}`;
    return `${schema.type === "integer" ? "an integer, " : ""}${schema.minimum} ... ${schema.maximum}${steps}`;
  }
  if (schema.minimum !== undefined) return `at least ${schema.minimum}`;
  return schema.type ? article(schema.type) : "a value";
}

/** `a string`, `an integer`. */
export function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "number") return Number.isFinite(value) ? "a fraction" : String(value);
  return article(Array.isArray(value) ? "array" : typeof value);
}

/** A value in at most 60 characters. */
export function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The identifier that comes nearest to a text. */
export function identifierLike(value: unknown): { readonly remedy?: string } {
  const text = String(value)
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_")
    .replace(/^[^a-z]+/, "");
  return text === "" ? {} : { remedy: `write name: "${text}"` };
}
