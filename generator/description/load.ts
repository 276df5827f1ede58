import { readFileSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { LanewrightError } from "../diagnostics.ts";
import type { LinkDescriptionOfKind } from "../dsl/link-description.ts";
import { originOf } from "../dsl/origin.ts";
import type { AnyDescription } from "../dsl/switch-description.ts";
import { descriptionWords, type FileWords } from "./file-words.ts";
import { parseJson } from "./load-json.ts";
import { loadScript } from "./load-script.ts";

export interface LoadOptions {
  /** A TypeScript description that has not been imported after this time is given up, ms; 10000 unless given. */
  readonly timeoutMs?: number;
}

const scripts = [".ts", ".mts", ".js", ".mjs"];

/**
 * Reads a description: TypeScript and JavaScript by their default export, JSON as it stands. What is loaded has not been
 * checked yet: `elaborate`, `check` and `inspect` do that, and point into the file.
 * @throws LanewrightError when there is no description to be had from the file
 */
export async function loadDescription(path: string, options: LoadOptions = {}): Promise<AnyDescription> {
  return (await loadObject(path, descriptionWords, options)) as AnyDescription;
}

/**
 * Reads a file of any kind that is written like a description.
 * @throws LanewrightError when there is no object to be had from the file
 */
export async function loadObject(path: string, words: FileWords, options: LoadOptions = {}): Promise<object> {
  const file = resolve(path);
  const extension = extname(file).toLowerCase();
  const stats = attempt(path, () => statSync(file, { throwIfNoEntry: false }));
  if (!stats?.isFile()) {
    throw new LanewrightError({
      code: "LW_FILE_MISSING",
      severity: "error",
      message: stats ? `${path} is not a file` : `there is no file ${path}`,
      remedy:
        words === descriptionWords
          ? "give the path of a description; `lanewright init FILE` writes an example"
          : `give the path of ${words.what}`,
    });
  }
  if (scripts.includes(extension)) {
    return await loadScript(file, options.timeoutMs ?? 10_000, words);
  }
  if (extension === ".json") {
    return parseJson(
      file,
      attempt(path, () => readFileSync(file, "utf8")),
      words,
    );
  }
  throw new LanewrightError({
    code: "LW_FILE_TYPE",
    severity: "error",
    message: `${path} is neither TypeScript nor JSON`,
    value: extension === "" ? "no extension" : extension,
    limit: [...scripts, ".json"].join(", "),
    remedy: "name the file by what it holds",
  });
}

/**
 * The same where only a link will do.
 * @throws LanewrightError LW_KIND_UNKNOWN for another kind of device
 */
export async function loadLinkDescription(
  path: string,
  options: LoadOptions = {},
): Promise<LinkDescriptionOfKind> {
  const description = await loadDescription(path, options);
  const { kind } = description as { readonly kind?: string };
  if (kind !== "switch" && kind !== "nic") return description as LinkDescriptionOfKind;
  const at = originOf(description)?.locate(["kind"], "value");
  throw new LanewrightError({
    code: "LW_KIND_UNKNOWN",
    severity: "error",
    message: `${path} describes ${kind === "nic" ? "an adapter" : "a switch"}, and only a link will do here`,
    value: JSON.stringify(kind),
    limit: '"link"',
    remedy: "give the description of a link",
    ...(at && { at }),
  });
}

function attempt<T>(path: string, access: () => T): T {
  try {
    return access();
  } catch (cause) {
    const message = `${path} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`;
    const remedy = "see to the file's path and permissions";
    throw new LanewrightError({ code: "LW_FILE_UNREADABLE", severity: "error", message, remedy }, { cause });
  }
}
