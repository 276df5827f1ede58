/** First module of the thread that loads a TypeScript description: installs the loaders, then hands over. */
import { register as registerHooks } from "node:module";
import { register } from "tsx/esm/api";

register();
registerHooks("./load-hooks.mjs", import.meta.url);
await import("./load-thread.ts");
