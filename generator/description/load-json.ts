import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { type Diagnostic, LanewrightError, type Position } from "../diagnostics.ts";
import { type Origin, setOrigin } from "../dsl/origin.ts";
import { descriptionWords, type FileWords } from "./file-words.ts";

/**
 * Reads a description in JSON (no comments, no trailing commas) and remembers where each key stands.
 * @throws LanewrightError with every syntax error and repeated key, or when the text is not one object
 */
export function parseJson(file: string, text: string, holds: FileWords = descriptionWords): object {
  const clean = text.replace(/^\uFEFF/, "");
  const lines = new Lines(file, clean);
  const errors: ParseError[] = [];
  const tree = parseTree(clean, errors, { disallowComments: true, allowTrailingComma: false });
  const places = new Set<number>();
  const firstOfPlace = errors.filter(({ offset }) => !places.has(offset) && places.add(offset));
  const problems: Diagnostic[] = firstOfPlace.map((error) => ({
    code: "LW_JSON_SYNTAX",
    severity: "error",
    message: `the file is not valid JSON: ${words(printParseErrorCode(error.error))}`,
    remedy: "correct the file; JSON has neither comments nor trailing commas",
    at: lines.at(error.offset),
  }));
  if (tree) problems.push(...repeatedKeys(tree, lines));
  if (problems.length > 0) throw new LanewrightError(problems);
  const value: unknown = tree && getNodeValue(tree);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new LanewrightError({
      code: "LW_NOT_A_DESCRIPTION",
      severity: "error",
      message: `the file does not hold ${holds.what}`,
      value: Array.isArray(value) ? "an array" : JSON.stringify(value),
      limit: holds.json,
      at: lines.at(tree?.offset ?? 0),
    });
  }
  setOrigin(value, jsonOrigin(tree as Node, lines));
  return value;
}

function jsonOrigin(tree: Node, lines: Lines): Origin {
  return {
    locate(path, part) {
      for (let length = path.length; length >= 0; length--) {
        const node = findNodeAtLocation(tree, path.slice(0, length));
        if (!node) continue;
        const whole = length === path.length;
        const key = node.parent?.type === "property" ? node.parent.children?.[0] : undefined;
        return lines.at((whole && part === "key" ? key : undefined)?.offset ?? node.offset);
      }
      return lines.at(tree.offset);
    },
  };
}

function repeatedKeys(node: Node, lines: Lines): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const child of node.children ?? []) {
    const key = child.type === "property" ? child.children?.[0] : undefined;
    if (key && node.type === "object") {
      const name = String(key.value);
      if (seen.has(name)) {
        found.push({
          code: "LW_DUPLICATE_KEY",
          severity: "error",
          message: `the key "${name}" stands twice in the same object`,
          remedy: "take one of them out",
          at: lines.at(key.offset),
        });
      }
      seen.add(name);
    }
    found.push(...repeatedKeys(child, lines));
  }
  return found;
}

/** "CommaExpected" -> "comma expected" */
function words(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

/** Lines and columns of offsets in one text. */
class Lines {
  readonly #file: string;
  readonly #starts: readonly number[];

  constructor(file: string, text: string) {
    this.#file = file;
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  }

  at(offset: number): Position {
    const line = this.#starts.filter((start) => start <= offset).length;
    return { file: this.#file, line, column: offset - (this.#starts[line - 1] ?? 0) + 1 };
  }
}
