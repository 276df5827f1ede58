import type { Position } from "../diagnostics.ts";

/** Keys and indices from the top of a description down to one value of it. */
export type DescriptionPath = readonly (string | number)[];

/** Where a description was written down, able to point at its parts. */
export interface Origin {
  /** The call of the builder, where there was one. */
  readonly call?: Position;
  /**
   * Position of the value at `path`, or of its key with `part: "key"`; of the nearest enclosing value when the
   * path leads nowhere; undefined when nothing is known.
   */
  locate(path: DescriptionPath, part: "key" | "value"): Position | undefined;
}

const origins = new WeakMap<object, Origin>();

/** Remembers where `subject` (a description or a design made of one) came from. */
export function setOrigin(subject: object, origin: Origin | undefined): void {
  if (origin) origins.set(subject, origin);
}

export function originOf(subject: object): Origin | undefined {
  return origins.get(subject);
}
