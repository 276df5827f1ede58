export type { Change } from "./change.ts";
export { compare, type Difference } from "./diff.ts";
export type { NumberChange } from "./numbers.ts";
export { readSide, type Side } from "./side.ts";
