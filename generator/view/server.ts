import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname } from "node:path";
import { LanewrightError } from "../diagnostics.ts";
import { pageOf, progressOf, type Source, stateOfResults } from "./source.ts";

/** The only address that is listened at: nobody but this machine can connect. */
export const loopback = "127.0.0.1";

/** How often results are looked for, ms. */
const interval = 400;

/** What a page may do: nothing that leaves this server. */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "script-src 'unsafe-inline'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export interface View {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves the datasheet of a device at the loopback address, its files beside it, and under `/events` what comes in.
 * @param port 0 for a free one
 * @throws LanewrightError LW_VIEW_PORT
 */
export async function serve(source: Source, port: number): Promise<View> {
  const listeners = new Set<ServerResponse>();
  const pages = pageKeeper(source);
  const server = createServer((request, response) => {
    if (!isLocal(request)) return refuse(response, 403, "this server answers to its own address only");
    if (request.method !== "GET" && request.method !== "HEAD")
      return refuse(response, 405, "only GET is answered");
    const path = pathOf(request);
    if (path === "/events") return listen(source, listeners, request, response);
    if (path === "/" || path === "/datasheet.html") return send(request, response, "text/html", pages());
    const file = source.files.find((one) => `/${one.path}` === path);
    if (file === undefined) return refuse(response, 404, "there is no such file");
    return send(request, response, types[extname(file.path)] ?? "text/plain", file.text);
  });
  const actual = await listening(server, port);
  const stop = watch(source, listeners);
  return {
    url: `http://${loopback}:${actual}/`,
    close: () => {
      stop();
      for (const response of listeners) response.end();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const types: Readonly<Record<string, string>> = { ".json": "application/json", ".html": "text/html" };

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === "EADDRINUSE" ? "is taken" : `cannot be listened at (${cause.code ?? cause.message})`;
      const message = `port ${port} ${reason}`;
      const remedy = "choose another one, or leave --port out: a free one is taken then";
      reject(new LanewrightError({ code: "LW_VIEW_PORT", severity: "error", message, remedy }, { cause }));
    });
    server.listen(port, loopback, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Whether a request names this server: pages of others, which lead a name of theirs here, do not. */
function isLocal({ headers, socket }: IncomingMessage): boolean {
  const port = String(socket.localPort);
  return headers.host === `${loopback}:${port}` || headers.host === `localhost:${port}`;
}

/** The path that was asked for; nothing where it is none. */
function pathOf({ url = "" }: IncomingMessage): string {
  try {
    return decodeURIComponent(url.split("?")[0] ?? "");
  } catch {
    return "";
  }
}

function send(request: IncomingMessage, response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, {
    "content-type": `${type}; charset=utf-8`,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  response.end(`${why}\n`);
}

/** The page, made anew only when results have come in. */
function pageKeeper(source: Source): () => string {
  let state: string | undefined;
  let page = "";
  return () => {
    const now = stateOfResults(source);
    if (now !== state) page = pageOf(source);
    state = now;
    return page;
  };
}

function listen(
  source: Source,
  listeners: Set<ServerResponse>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("retry: 2000\n\n");
  const progress = progressOf(source);
  if (progress !== undefined) response.write(event("progress", progress));
  listeners.add(response);
  request.on("close", () => listeners.delete(response));
}

/** An event of one line of data. */
function event(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}

/** Looks for progress and results and tells all who listen. @returns what stops it */
function watch(source: Source, listeners: ReadonlySet<ServerResponse>): () => void {
  const tell = (name: string, data: string): void => {
    for (const response of listeners) response.write(event(name, data));
  };
  let results = stateOfResults(source);
  let progress: string | undefined;
  const timer = setInterval(() => {
    const found = stateOfResults(source);
    const now = progressOf(source);
    if (now !== undefined && now !== progress) tell("progress", now);
    if (now === undefined && progress !== undefined) tell("idle", "{}");
    if (found !== results) tell("changed", "{}");
    results = found;
    progress = now;
  }, interval);
  return () => clearInterval(timer);
}
