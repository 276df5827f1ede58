/** Address of this package's programming interface: descriptions import it as "lanewright" from any folder. */
const api = new URL("../index.ts", import.meta.url).href;
/** And of the simulation, for scenarios. */
const simulation = new URL("../../sim/index.ts", import.meta.url).href;
const own = { lanewright: api, "lanewright/sim": simulation };

/**
 * Module resolution for descriptions: "lanewright" is this package also where it is not installed, and a description is
 * an ES module whatever the nearest package.json says.
 */
export async function resolve(specifier, context, next) {
  const found = await next(own[specifier] ?? specifier, context);
  const script = /^file:.*\.[jt]s(\?|$)/.test(found.url) && !found.url.includes("/node_modules/");
  return script ? { ...found, format: "module" } : found;
}
