import { createRequire } from "node:module";
import type { ElkNode } from "elkjs/lib/elk-api.js";

/** What elkjs runs in a worker thread of a browser: messages in, answers out. */
interface Worker {
  readonly dispatcher: { saveDispatch(message: { readonly data: object }): void };
  onmessage: (message: { readonly data: { readonly data?: ElkNode; readonly error?: unknown } }) => void;
}

let shared: Worker | undefined;

/** Loaded with the first picture: the layouter is 1.6 MB of JavaScript. */
function worker(): Worker {
  if (shared !== undefined) return shared;
  const load = createRequire(import.meta.url);
  const { Worker } = load("elkjs/lib/elk-worker.min.js") as { readonly Worker: new () => Worker };
  shared = new Worker();
  shared.onmessage = () => {};
  shared.dispatcher.saveDispatch({ data: { id: 0, cmd: "register", algorithms: ["layered"] } });
  return shared;
}

/**
 * Lays a graph out with elkjs, here and now: its own interface answers later, through a timer, so that a device could not be
 * rendered in one go. The same graph gives the same places.
 */
export function layOut(graph: ElkNode): ElkNode {
  const elk = worker();
  let answer: { readonly data?: ElkNode; readonly error?: unknown } | undefined;
  elk.onmessage = ({ data }) => {
    answer = data;
  };
  elk.dispatcher.saveDispatch({ data: { id: 1, cmd: "layout", graph, layoutOptions: {}, options: {} } });
  if (answer?.data === undefined)
    throw new Error("elkjs could not lay the picture out", { cause: answer?.error });
  return answer.data;
}
