/** Mutants that no bench can kill, each with the reason. */
export interface Equivalent {
  readonly module: string;
  /** The source of the place, and what takes it, as the campaign prints them. */
  readonly from: string;
  readonly to: string | readonly string[];
  /** Where the same text stands in several places: part of its line. */
  readonly line?: string;
  readonly why: string;
}

export const equivalents: readonly Equivalent[] = [];
