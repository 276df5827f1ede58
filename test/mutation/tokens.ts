/** A word of Verilog with its place in the text. */
export interface Token {
  readonly kind: "name" | "number" | "string" | "sign" | "end";
  readonly text: string;
  /** Offsets into the text: first character, and the one behind the last. */
  readonly start: number;
  readonly end: number;
}

const pattern = new RegExp(
  [
    /(?<blank>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/u,
    /(?<attribute>\(\*(?!\s*\))[\s\S]*?\*\))/u,
    /(?<guarded>`ifn?def\b)/u,
    /(?<directive>`[^\n]*)/u,
    /(?<string>"(?:[^"\\]|\\.)*")/u,
    /(?<number>\d*\s*'[sS]?[bBoOdDhH]\s*[0-9a-fA-FxXzZ_?]+|\d[\d_]*)/u,
    /(?<name>[A-Za-z_$][\w$]*)/u,
    /(?<sign><<<|>>>|===|!==|\+:|-:|\*\*|&&|\|\||==|!=|<=|>=|<<|>>|~&|~\||~\^|\^~|[-+*/%&|^~!<>=?:;,.()[\]{}@#])/u,
  ]
    .map((part) => part.source)
    .join("|"),
  "uy",
);

/** Words that say nothing to a mutator: blanks, comments, attributes, directives, and what stands under `ifdef. */
const silent = new Set(["blank", "attribute", "guarded", "directive"]);

/** The words of a Verilog text; throws on a character that Verilog-2005 as it is emitted here does not have. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    const found = Object.entries(groups ?? {}).find(([, word]) => word !== undefined);
    if (found === undefined) throw new Error(`no word of Verilog: "${text.slice(start, start + 20)}"`);
    const [kind, word = ""] = found;
    if (kind === "guarded") pattern.lastIndex = endOfGuarded(text, start);
    if (silent.has(kind)) continue;
    tokens.push({ kind: kind as Token["kind"], text: word, start, end: start + word.length });
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return tokens;
}

/** Offset behind the `endif of the `ifdef at `start`; others may stand inside. */
function endOfGuarded(text: string, start: number): number {
  const words = /`(ifn?def|endif)\b/gu;
  words.lastIndex = start;
  let depth = 0;
  for (let word = words.exec(text); word !== null; word = words.exec(text)) {
    depth += word[1] === "endif" ? -1 : 1;
    if (depth === 0) return words.lastIndex;
  }
  throw new Error("an `ifdef has no `endif");
}

/** A place in the words of a text. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The word `ahead` words further on, without taking it. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  /** The word that was taken last. */
  get last(): Token {
    return this.#tokens[Math.max(this.#at - 1, 0)]!;
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  is(...texts: readonly string[]): boolean {
    return texts.includes(this.peek().text);
  }

  /** Takes the next word if it is `text`. */
  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at += 1;
    return true;
  }

  need(text: string): Token {
    const token = this.next();
    if (token.text !== text)
      throw new Error(`"${text}" expected at offset ${token.start}, not "${token.text}"`);
    return token;
  }

  /** Goes on behind the next `text` that is not inside of brackets. */
  skipPast(text: string): void {
    let depth = 0;
    for (;;) {
      const token = this.next();
      if (token.kind === "end") throw new Error(`"${text}" is missing`);
      if (depth === 0 && token.text === text) return;
      if (/^[([{]$/u.test(token.text)) depth += 1;
      if (/^[)\]}]$/u.test(token.text)) depth -= 1;
    }
  }
}
