import type { Problem } from "../description/index.ts";

/** Keys of a link that stand within `port` in the description of an adapter. */
const keysOfPort: readonly string[] = ["rateGbps", "cableMeters", "phyLatencyNs", "phy", "lanes", "fec"];

/** A problem of an adapter's port, with its place and its words those of the adapter's description. */
export function ofNic({ path, uses, ...problem }: Problem): Problem {
  const inPort = keysOfPort.includes(String(path[0]));
  const texts = Object.entries(problem).map(([key, text]) => [
    key,
    ["message", "value", "limit", "remedy"].includes(key) ? inWordsOfNic(String(text)) : text,
  ]);
  return {
    ...(Object.fromEntries(texts) as typeof problem),
    path: inPort ? ["port", ...path] : path,
    ...(uses && { uses: uses.map((key) => (keysOfPort.includes(key) ? "port" : key)) }),
  };
}

function inWordsOfNic(text: string): string {
  return text
    .replace(/(?<![.\w])(rateGbps|cableMeters|phyLatencyNs)\b/g, "port.$1")
    .replace("and this link has no such lane", "and this adapter has no such lane");
}
