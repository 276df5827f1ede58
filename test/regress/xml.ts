/** A strict reader of XML without namespaces, doctypes and entities of its own: throws where the text is not well-formed. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  text: string;
}

const legal = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export function parseXml(source: string): XmlNode {
  if (!legal.test(source)) throw new Error("there is a character that XML does not have");
  const text = source.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/u, "");
  const top: XmlNode = { name: "", attributes: {}, children: [], text: "" };
  const open = [top];
  const piece = /<(\/?)([a-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/giu;
  for (const [whole, close, name = "", attributes = "", empty, words, stray] of text.matchAll(piece)) {
    const inner = open.at(-1)!;
    if (stray !== undefined) throw new Error(`a stray < near ${JSON.stringify(text.slice(0, 40))}`);
    if (words !== undefined) inner.text += plainText(words);
    else if (close === "/") {
      if (inner.name !== name) throw new Error(`${whole} closes ${inner.name}`);
      open.pop();
    } else {
      const node: XmlNode = { name, attributes: attributesOf(attributes), children: [], text: "" };
      inner.children.push(node);
      if (empty === "") open.push(node);
    }
  }
  if (open.length !== 1) throw new Error(`${open.at(-1)?.name} is never closed`);
  if (top.children.length !== 1 || top.text.trim() !== "")
    throw new Error("there is not one element at the top");
  return top.children[0]!;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(/([\w:-]+)="([^"]*)"/gu)) {
    if (name in found) throw new Error(`${name} stands twice`);
    found[name] = plainText(value);
  }
  return found;
}

function plainText(text: string): string {
  return text.replace(/&(\w*);?/gu, (whole, name: string) => {
    const value = entities[name];
    if (value === undefined || !whole.endsWith(";")) throw new Error(`${whole} is no entity`);
    return value;
  });
}
