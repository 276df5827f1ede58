import type { View, ViewValue } from "./view.ts";

/** Raised for a view or a template that cannot be rendered faithfully: a fault of the generator, never of its user. */
export class RenderError extends Error {
  override readonly name = "RenderError";
}

/**
 * A view behind a Proxy that throws where Handlebars would go on in silence: a missing name (also inside `if` and
 * `each`), a leaf that is neither string nor boolean (adjacent numbers would be added up), a record, list or switch
 * where text is wanted. Reads only.
 *
 * A switch comes out as a proxy too, empty list for false and empty record for true: those are what `if` takes for
 * false and true, and neither passes as text.
 */
export function guardView(view: View): object {
  checkLeaves(view, "view", new Set());
  return guardRecord(view, "view");
}

function guard(value: ViewValue, path: string): string | object {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return guardSwitch(value, path);
  return isList(value) ? guardList(value, path) : guardRecord(value, path);
}

function guardRecord(view: View, path: string): object {
  const guarded = Object.fromEntries(
    Object.entries(view).map(([name, value]) => [name, guard(value, `${path}.${name}`)]),
  );
  return new Proxy(guarded, {
    get(target, name) {
      if (typeof name === "symbol") return asText(name, path, "a record");
      if (!Object.hasOwn(target, name)) throw new RenderError(`${path}.${name} is not in the view`);
      return target[name];
    },
    has: () => true, // so that the lookup comes to `get`, which says what is missing and where
    ...readOnly,
  });
}

function guardList(list: readonly ViewValue[], path: string): object {
  const guarded = list.map((value, index) => guard(value, `${path}[${index}]`));
  return new Proxy(guarded, {
    get(target, name) {
      if (typeof name === "symbol") return asText(name, path, "a list");
      if (name === "length") return target.length;
      if (!Object.hasOwn(target, name)) throw new RenderError(`${path}.${name} is not in the view`);
      return target[Number(name)];
    },
    ...readOnly,
  });
}

function guardSwitch(value: boolean, path: string): object {
  return new Proxy(value ? {} : [], {
    get(_target, name) {
      if (name === "length" && !value) return 0;
      if (typeof name === "symbol") return asText(name, path, "a switch");
      throw new RenderError(`${path} is a switch: it has no ${name}`);
    },
    ...readOnly,
  });
}

const readOnly = {
  set(): never {
    throw new RenderError("a template cannot change its view");
  },
  defineProperty(): never {
    throw new RenderError("a template cannot change its view");
  },
  deleteProperty(): never {
    throw new RenderError("a template cannot change its view");
  },
};

/**
 * Symbols come from the language itself. Handlebars compares contexts loosely, which turns records into text on the
 * way, so the conversion itself must not throw: it leaves a mark that {@link checkText} finds if it is ever put out.
 */
function asText(name: symbol, path: string, what: string): (() => string) | undefined {
  return name === Symbol.toPrimitive ? () => `${mark}${path} is ${what}, not text${mark}` : undefined;
}

/** No text of a view holds it: control characters are refused. */
const mark = "\u0000";

/** Throws if a record, list or switch of a view was put out as text. */
export function checkText(text: string): void {
  if (text.includes(mark)) throw new RenderError(text.split(mark)[1]);
}

function isList(value: View | readonly ViewValue[]): value is readonly ViewValue[] {
  return Array.isArray(value);
}

/** Walks the whole view: a leaf that is no string or boolean is refused even where the template does not look. */
function checkLeaves(value: unknown, path: string, above: Set<object>): void {
  if (typeof value === "boolean") return;
  if (typeof value === "string") {
    if (hasControl(value)) throw new RenderError(`${path} holds a control character`);
    return;
  }
  if (typeof value !== "object" || value === null) {
    throw new RenderError(`${path} is ${describe(value)}; the leaves of a view are strings and booleans`);
  }
  if (above.has(value)) throw new RenderError(`${path} refers back to a record that it is part of`);
  above.add(value);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkLeaves(item, `${path}[${index}]`, above);
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new RenderError(`${path} is an object of a class; views are plain records and lists`);
    }
    for (const [name, item] of Object.entries(value)) checkLeaves(item, `${path}.${name}`, above);
  }
  above.delete(value);
}

function describe(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

/** Control characters other than tab and line feed. */
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a) || code === 0x7f) return true;
  }
  return false;
}
