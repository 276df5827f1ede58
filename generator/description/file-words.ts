/** How messages about a file call what it should hold. */
export interface FileWords {
  readonly what: string;
  /** The call as it is written, the functions that make one, a whole example up to its end. */
  readonly call: string;
  readonly builder: string;
  readonly example: string;
  readonly json: string;
}

export const descriptionWords: FileWords = {
  what: "a description",
  call: "defineLink({ ... }), or defineSwitch",
  builder: "defineLink or defineSwitch",
  example: "defineLink({ ... })`, or defineSwitch",
  json: '{ "kind": "link", ... } or { "kind": "switch", ... }',
};

export const regressionWords: FileWords = {
  what: "a regression plan",
  call: "defineRegression({ ... })",
  builder: "defineRegression",
  example: "defineRegression({ ... })`",
  json: '{ "kind": "regression", ... }',
};
