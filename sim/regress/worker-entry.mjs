/** First module of a worker's process: Node starts it without loaders, so it registers them, then hands over. */
import { register as registerHooks } from "node:module";
import { register } from "tsx/esm/api";

register();
registerHooks("../../generator/description/load-hooks.mjs", import.meta.url);
await import("./worker.ts");
