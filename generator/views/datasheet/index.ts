/** The view of `datasheet.html`: everything that a page says about a device. */
import { portOf } from "../../design/port-of.ts";
import type { AnyDesign } from "../../design/switch.ts";
import type { View } from "../../render/view.ts";
import type { FileOfDesign } from "../files.ts";
import { innerStyle, tipDefs } from "../pictures/svg.ts";
import { arbitrationSection } from "./arbitration.ts";
import { conformanceSection, limitsSection } from "./claims.ts";
import { formatsSection } from "./formats.ts";
import { esc, type Section } from "./html.ts";
import { interfacesSection } from "./interfaces.ts";
import { isEthernet } from "./nic-claims.ts";
import { numbersSection, parametersSection } from "./numbers.ts";
import { overviewSection, titleOf } from "./overview.ts";
import { latencySection, lineRateSection, memorySection } from "./performance.ts";
import { interfacesOf } from "./ports.ts";
import { registersView } from "./registers.ts";
import type { Results } from "./results.ts";
import { proofsSection, simulationSection, synthesisSection } from "./runs.ts";
import { waveBricks } from "./wavedrom.ts";

export { type Results, resultsOf } from "./results.ts";

export const datasheetName = "datasheet.html";

export interface DatasheetOptions {
  /** Of the generator. */
  readonly version: string;
  /** What runs left behind. */
  readonly results?: Results;
  /** The page listens for results that come in; for a page that is served. */
  readonly live?: boolean;
}

/**
 * The datasheet of a device. The same design and results give the same bytes.
 * @param texts the emitted modules by their names, from which ports and diagrams are read
 */
export function datasheetFile(
  design: AnyDesign,
  texts: ReadonlyMap<string, string>,
  options: DatasheetOptions,
): FileOfDesign {
  return {
    path: datasheetName,
    template: "datasheet/page.html.hbs",
    view: datasheetView(design, texts, options),
  };
}

function datasheetView(
  design: AnyDesign,
  texts: ReadonlyMap<string, string>,
  { version, results = {}, live = false }: DatasheetOptions,
): View {
  const port = portOf(design);
  const top = texts.get(design.name);
  if (top === undefined) throw new Error(`${design.name} has no top module`);
  const interfaces = interfacesOf(top);
  const { simulation, proofs, synthesis } = results;
  const interfacesPart = interfacesSection(interfaces, design.kind === "switch" ? design.ports : 0);
  const sections: readonly Section[] = [
    overviewSection(design, texts, interfaces),
    interfacesPart,
    formatsSection(design),
    parametersSection(design),
    numbersSection(design),
    latencySection(design),
    memorySection(design),
    ...(isEthernet(design) ? [] : [lineRateSection(port), arbitrationSection(port)]),
    { id: "registers", title: "Registers", parts: [] },
    ...(synthesis === undefined ? [] : [synthesisSection(synthesis)]),
    ...(simulation === undefined ? [] : [simulationSection(simulation)]),
    ...(proofs === undefined ? [] : [proofsSection(proofs)]),
    conformanceSection(design),
    limitsSection(design),
  ];
  const { subtitle, lead, facts } = titleOf(design);
  return {
    device: esc(design.name),
    subtitle: esc(subtitle),
    lead: esc(lead),
    facts: facts.map(({ value, unit, label }) => ({ value: esc(value), unit: esc(unit), label: esc(label) })),
    version: esc(version),
    live,
    picture_style: scoped(innerStyle),
    tips: tipDefs,
    bricks: waveBricks(drawingsOf(interfacesPart)),
    sections: sections.map(({ id, title, parts }, at) => ({
      id,
      title: esc(title),
      number: String(at + 1),
      registers: id === "registers",
      parts,
    })),
    registers: registersView(design),
  };
}

/** Rules of the pictures, kept to them. */
function scoped(style: string): string {
  return style.replace(/(?<=^\s*|\} )([.\w-][\w.-]*)(?= \{)/gmu, ".picture $1");
}

function drawingsOf({ parts }: Section): readonly string[] {
  return parts.flatMap(({ figure }) =>
    typeof figure === "object" && "svg" in figure && typeof figure.svg === "string" ? [figure.svg] : [],
  );
}
