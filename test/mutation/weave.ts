/**
 * All mutants of a module in one text: each place that is mutated chooses by `lw_mutant`, which a run sets by
 * `+lanewright_mutant=N`. Without it the module does what the original does.
 */
import { type Alternative, alternativesOf, isConstant, type MutantKind, type Names } from "./alternatives.ts";
import { type Expression, readExpression } from "./expressions.ts";
import { walkModule } from "./modules.ts";
import { Cursor, tokensOf } from "./tokens.ts";

export interface Mutant {
  /** 1 … of its module. */
  readonly id: number;
  /** The same for other configurations of the module, as long as the place reads the same there. */
  readonly name: string;
  /** Line of the emitted module, and what stands there. */
  readonly line: number;
  readonly source: string;
  readonly kind: MutantKind;
  readonly from: string;
  /** What takes its place; "" for an assignment that is left out. */
  readonly to: string;
}

export interface Woven {
  readonly text: string;
  readonly mutants: readonly Mutant[];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const variable = "lw_mutant";

/** Weaves all mutants into the text of a module. */
export function weave(text: string): Woven {
  const mutants: Mutant[] = [];
  const edits: Edit[] = [];
  const names = namesIn(text);
  const lines = text.split("\n");
  const sourceOf = (part: { start: number; end: number }): string => text.slice(part.start, part.end);

  const add = (part: { start: number; end: number }, kind: MutantKind, to: string): string => {
    const line = text.slice(0, part.start).split("\n").length;
    const source = lines[line - 1]?.trim() ?? "";
    const id = mutants.length + 1;
    const [from, into] = [oneLine(sourceOf(part)), oneLine(to)];
    const same = mutants.filter((one) => one.from === from && one.to === into && one.kind === kind).length;
    const name = `${kind}: ${from} -> ${into} #${same + 1}`;
    mutants.push({ id, name, line, source, kind, from, to: into });
    return `${variable} == 32'd${id}`;
  };
  const choose = (part: Expression, inner: string, others: readonly Alternative[]): string => {
    if (others.length === 0) return inner;
    const tests = others.map(({ kind, text: other }) => `${add(part, kind, other)} ? ${other} : `);
    return `(${tests.join("")}${inner})`;
  };
  /** The text of an expression with the mutants of all of its parts. */
  const woven = (node: Expression, others: readonly Alternative[] = []): string => {
    const own = alternativesOf(node, names, sourceOf);
    const inner = replaced(sourceOf(node), node.start, partsOf(node, names).map(partEdit(node)));
    return choose(node, inner, [...others, ...own]);
  };
  const partEdit = (whole: Expression) => (part: Expression) => {
    const field = whole.kind === "concat" && (part.kind === "name" || part.kind === "select");
    const others = field && !isConstant(part, names) ? [nothing(sourceOf(part))] : [];
    return { start: part.start, end: part.end, text: woven(part, others) };
  };

  walkModule(new Cursor(tokensOf(text)), {
    header: (end) => edits.push({ start: end, end, text: declaration }),
    readExpression,
    value: (node, driven) => {
      const others = driven && !isConstant(node, names) ? [nothing(sourceOf(node))] : [];
      edits.push({ start: node.start, end: node.end, text: woven(node, others) });
    },
    condition: (node) => {
      if (isConstant(node, names)) return;
      const others = ["1'b1", "1'b0"].map((one): Alternative => ({ kind: "stuck", text: one }));
      edits.push({ start: node.start, end: node.end, text: woven(node, others) });
    },
    statement: (start, end) => {
      edits.push({ start, end: start, text: `begin if (!(${add({ start, end }, "dropped", "")})) ` });
      edits.push({ start: end, end, text: " end" });
    },
  });
  return { text: replaced(text, 0, edits), mutants };
}

const declaration = `
    reg [31:0] ${variable};
    initial begin
        if (!$value$plusargs("lanewright_mutant=%d", ${variable})) begin
            ${variable} = 32'd0;
        end
    end
`;

/** Zeros, as many as the expression has bits. */
function nothing(text: string): Alternative {
  return { kind: "dropped", text: `((${text}) & 1'b0)` };
}

/** Parts of an expression that may be mutated: widths and counts stay as they are. */
function partsOf(node: Expression, names: Names): readonly Expression[] {
  switch (node.kind) {
    case "select": {
      if (node.how.kind === "range") return [];
      const at = node.how.kind === "bit" ? node.how.at : node.how.from;
      return isConstant(at, names) ? partsOf(node.base, names) : [...partsOf(node.base, names), at];
    }
    case "call":
      return node.name.startsWith("$") ? [] : node.parts;
    case "unary":
    case "group":
      return [node.of];
    case "binary":
      return [node.left, node.right];
    case "choice":
      return [...(isConstant(node.test, names) ? [] : [node.test]), node.yes, node.no];
    case "concat":
    case "repeat":
      return node.parts;
    default:
      return [];
  }
}

/** `text`, which stands at `offset` of its source, with places of the source replaced. */
function replaced(text: string, offset: number, edits: readonly Edit[]): string {
  let at = offset;
  let out = "";
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    out += text.slice(at - offset, edit.start - offset) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at - offset);
}

function oneLine(text: string): string {
  return text
    .replace(/\s*\/\/[^\n]*/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
}

function namesIn(text: string): Names {
  const code = text.replace(/\/\/[^\n]*/gu, "");
  const parameters = [...code.matchAll(/\b(?:localparam|parameter)\b(?:\s*\[[^\]]*\])?\s*(\w+)\s*=/gu)];
  const counters = [...code.matchAll(/\b(?:genvar|integer)\b\s+([^;]+);/gu)];
  return {
    parameters: new Set(parameters.map(([, name = ""]) => name)),
    counters: new Set(counters.flatMap(([, list = ""]) => list.split(",").map((name) => name.trim()))),
  };
}
