import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Opens a page in the user's browser, where there is a screen and a program that does so. @returns whether it was tried */
export function openBrowser(url: string): boolean {
  const command = commandOf(process.platform);
  if (command === undefined) return false;
  const [program = "", ...args] = command;
  const child = spawn(program, [...args, url], { detached: true, stdio: "ignore" });
  child.on("error", () => {}); // the address is on the terminal
  child.unref();
  return true;
}

function commandOf(platform: NodeJS.Platform): readonly string[] | undefined {
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["cmd", "/c", "start", ""];
  const screen = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY ?? "";
  return screen !== "" && inPath("xdg-open") ? ["xdg-open"] : undefined;
}

function inPath(program: string): boolean {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => existsSync(join(folder, program)));
}
