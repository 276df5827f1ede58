export { type LoadOptions, loadDescription } from "./description/load.ts";
export type { Derived, DerivedId, LinkDesign } from "./design/link.ts";
export { defineLink } from "./dsl/define-link.ts";
export type { LinkDescription, LinkDescriptionOfKind } from "./dsl/link-description.ts";
export { elaborate } from "./elaborate/index.ts";
