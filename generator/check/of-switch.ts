import type { Problem } from "../description/index.ts";

/** Keys of a link that stand within `ports` in the description of a switch. */
const keysOfPorts: readonly string[] = ["rateGbps", "cableMeters", "phyLatencyNs", "phy", "lanes", "fec"];

/** A problem of a switch's port, with its place and its words those of the switch's description. */
export function ofSwitch({ path, uses, ...problem }: Problem): Problem {
  const inPorts = keysOfPorts.includes(String(path[0]));
  const texts = Object.entries(problem).map(([key, text]) => [
    key,
    ["message", "value", "limit", "remedy"].includes(key) ? inWordsOfSwitch(String(text)) : text,
  ]);
  return {
    ...(Object.fromEntries(texts) as typeof problem),
    path: inPorts ? ["ports", ...path] : path,
    ...(uses && { uses: uses.map((key) => (keysOfPorts.includes(key) ? "ports" : key)) }),
  };
}

function inWordsOfSwitch(text: string): string {
  return text
    .replace(/(?<![.\w])(rateGbps|cableMeters|phyLatencyNs)\b/g, "ports.$1")
    .replace("and this link has no such lane", "and this switch has no such lane");
}
