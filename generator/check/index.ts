export { assertSound, check, type Inspection, inspect } from "./check.ts";
