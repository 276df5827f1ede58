import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The system's Chromium, or the one that LANEWRIGHT_CHROMIUM names; undefined where there is none. */
export function chromiumPath(): string | undefined {
  const named = process.env.LANEWRIGHT_CHROMIUM;
  if (named !== undefined) return named;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** Options for a start in a container, too; nothing is fetched but the page. */
export const launchOptions = {
  executablePath: chromiumPath() ?? "",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
};
