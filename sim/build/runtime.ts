import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cacheFolder, contentKey, withLock } from "../../generator/cache.ts";
import { makeTempFolder } from "../../generator/emit/temp-folder.ts";
import { modelHeader, modelHeaderText, printHeader, printHeaderText } from "./wrapper.ts";

/** What the objects of Verilator's runtime depend on: versions of the tools, and every flag of the compiler. */
export type RuntimeKey = readonly string[];

/** Runs `make` in the folder of the objects. */
export type RunMake = (...arguments_: string[]) => Promise<void>;

const makefile = "lanewright_shared.mk";
const compiledHeader = `${modelHeader}.gch`;

/**
 * Makes what is the same for all models with the same flags, beside the makefile that Verilator wrote: the objects of its
 * runtime, and the header of the model as the compiler has read it, once for each level of optimisation. Reading it takes
 * longer than compiling most files of a model.
 */
const makefileText = `include Vtop.mk

.PHONY: shared
shared: $(VK_GLOBAL_OBJS) ${compiledHeader}/fast ${compiledHeader}/slow

HEADER_FLAGS = $(CXXFLAGS) $(CPPFLAGS) -x c++-header -o $@ ${modelHeader}

${compiledHeader}/fast: ${modelHeader}
	$(CXX) $(filter-out -include ${modelHeader},$(OPT_FAST)) $(HEADER_FLAGS)

${compiledHeader}/slow: ${modelHeader}
	$(CXX) $(filter-out -include ${modelHeader},$(OPT_SLOW)) $(HEADER_FLAGS)
`;

/**
 * Places what all models with the same flags share where `make` finds it up to date; the first that needs it makes it,
 * and keeps it for the next.
 */
export async function shareRuntime(object: string, key: RuntimeKey, make: RunMake): Promise<void> {
  writeFileSync(join(object, printHeader), printHeaderText);
  writeFileSync(join(object, modelHeader), modelHeaderText);
  const texts = [printHeaderText, modelHeaderText, makefileText];
  const kept = join(cacheFolder(), "runtime", contentKey([...key, ...texts]));
  const shared = [...objectsIn(object), compiledHeader];
  const missing = () => shared.filter((name) => !existsSync(join(kept, name)));
  if (missing().length > 0) {
    await withLock(kept, async () => {
      if (missing().length > 0) await makeShared(kept, object, missing(), make);
    });
  }
  for (const name of objectsIn(object)) copyFileSync(join(kept, name), join(object, name));
  symlinkSync(join(kept, compiledHeader), join(object, compiledHeader));
}

async function makeShared(
  kept: string,
  object: string,
  names: readonly string[],
  make: RunMake,
): Promise<void> {
  writeFileSync(join(object, makefile), makefileText);
  mkdirSync(join(object, compiledHeader));
  await make("-f", makefile, "shared");
  mkdirSync(kept, { recursive: true });
  const temp = makeTempFolder(kept, ".new-");
  for (const name of names) {
    renameSync(join(object, name), join(temp, name));
    renameSync(join(temp, name), join(kept, name));
  }
  rmSync(temp, { recursive: true });
  rmSync(join(object, compiledHeader), { recursive: true, force: true });
}

/** Names of the runtime's objects, as Verilator lists them for `make`. */
function objectsIn(object: string): string[] {
  const text = readFileSync(join(object, "Vtop_classes.mk"), "utf8");
  const lists = text.matchAll(/^VM_GLOBAL_(?:FAST|SLOW) \+= \\\n((?:\t.*\\\n)*)/gmu);
  return [...lists]
    .flatMap(([, names]) => (names ?? "").split(/[\s\\]+/u).filter((name) => name !== ""))
    .map((name) => `${name}.o`);
}
