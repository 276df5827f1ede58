/** What a line of the conformance plan is, and what its run finds. */
import type { LinkDesign } from "../../generator/design/link.ts";
import type { SwitchDescription } from "../../generator/dsl/switch-description.ts";
import type { BuiltDevice } from "../link/devices.ts";

/** One thing that was measured, and what it has to be. */
export interface Finding {
  readonly what: string;
  readonly value: string;
  /** As it stands behind the value: `= 1`, `90 ... 100`; empty where the value is a plain yes. */
  readonly required: string;
  readonly holds: boolean;
}

/** Collects the findings of a run; the numbers to compare with come from the design's derived parameters. */
export class Findings {
  readonly all: Finding[] = [];

  /** A number that has to be exactly this. @param name of the derived number that says so */
  is(what: string, value: number, required: number, name?: string): void {
    const wanted = name === undefined ? `= ${text(required)}` : `${name} = ${text(required)}`;
    this.#add(what, text(value), wanted, value === required);
  }

  /** A number within bounds, both included. */
  within(what: string, value: number, low: number, high: number): void {
    this.#add(what, text(value), `${text(low)} … ${text(high)}`, value >= low && value <= high);
  }

  atLeast(what: string, value: number, low: number): void {
    this.#add(what, text(value), `≥ ${text(low)}`, value >= low);
  }

  atMost(what: string, value: number, high: number): void {
    this.#add(what, text(value), `≤ ${text(high)}`, value <= high);
  }

  /** A number that nothing is required of, and that a reader wants to see. */
  note(what: string, value: number): void {
    this.#add(what, text(value), "noted", true);
  }

  /** A statement that has to hold. */
  yes(what: string, holds: boolean): void {
    this.#add(what, holds ? "yes" : "NO", "", holds);
  }

  #add(what: string, value: string, required: string, holds: boolean): void {
    this.all.push({ what, value, required, holds });
  }
}

/** Whole numbers as they are, others with two digits. */
function text(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/** The link device that a plan is run on. */
export interface LinkStage {
  readonly kind: "link";
  readonly device: BuiltDevice;
  readonly design: LinkDesign;
}

interface Line {
  /** `LLR-1`, `FC-1` …: name of the test and of the line. */
  readonly id: string;
  readonly title: string;
  /** The requirement in one sentence. */
  readonly required: string;
  /** Where it comes from, with the tags that the page explains. */
  readonly source: string;
  /** What is done to the device. */
  readonly stimulus: string;
}

/** A line that a link device at one end of a cable is put through. */
export interface LinkCase extends Line {
  readonly on: "link";
  readonly run: (stage: LinkStage, found: Findings) => Promise<void>;
}

/** A line that needs a switch with hosts. */
export interface SwitchCase extends Line {
  readonly on: "switch";
  readonly run: (description: SwitchDescription, found: Findings) => Promise<void>;
}

export type Case = LinkCase | SwitchCase;

/** What a line's run on a device gave. */
export interface Outcome {
  readonly findings: readonly Finding[];
  /** Why the run was broken off, as what was waited for did not come; null when it was not. */
  readonly failure: string | null;
}

export function passed({ findings, failure }: Outcome): boolean {
  return failure === null && findings.length > 0 && findings.every(({ holds }) => holds);
}
