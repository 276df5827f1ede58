/** Switches coverage on for every model that this process builds, and gathers what they count. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentKey } from "../../generator/cache.ts";
import { setBuildHooks } from "../build/hooks.ts";
import { Model } from "../driver/model.ts";
import { addCoverage, type FileCoverage } from "./lines.ts";

/** A text of Verilog with what was counted in it. */
export interface CoveredText {
  readonly module: string;
  readonly text: string;
  readonly coverage: FileCoverage;
}

/** Starts to gather; the function that it gives ends that, and tells of every text of a model that was opened. */
export function collectCoverage(): () => readonly CoveredText[] {
  const texts = new Map<string, { module: string; text: string }>();
  const counted = new Map<string, FileCoverage>();
  const open = new Set<Model>();
  const folder = mkdtempSync(join(tmpdir(), "lanewright-coverage-"));
  const { step, edge, close } = Model.prototype;

  const write = (model: Model): void => {
    open.delete(model);
    const path = join(folder, "model.dat");
    model.writeCoverage(path);
    addCoverage(readFileSync(path, "utf8"), counted);
  };
  setBuildHooks({
    options: (options) => ({ ...options, coverage: true, quick: true }),
    // The name of a text is the hash of it: modules of one name differ from configuration to configuration
    source: (module, text) => {
      const name = `${contentKey([text])}.v`;
      texts.set(name, { module, text });
      return `\`line 1 "${name}" 0\n${text}`;
    },
  });
  Model.prototype.step = function counting(count = 1): void {
    open.add(this);
    step.call(this, count);
  };
  Model.prototype.edge = function counting(mask: number, timePs: number): void {
    open.add(this);
    edge.call(this, mask, timePs);
  };
  Model.prototype.close = function counting(): void {
    if (open.has(this)) write(this);
    close.call(this);
  };
  return () => {
    for (const model of [...open]) write(model);
    Object.assign(Model.prototype, { step, edge, close });
    setBuildHooks({});
    rmSync(folder, { recursive: true });
    return [...texts].flatMap(([name, text]) => {
      const coverage = counted.get(name);
      return coverage === undefined ? [] : [{ ...text, coverage }];
    });
  };
}
