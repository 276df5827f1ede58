/** What a template is given: text and switches, nothing to compute with. */
export type ViewValue = string | boolean | View | readonly ViewValue[];
export interface View {
  readonly [name: string]: ViewValue;
}
