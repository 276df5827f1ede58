import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspect } from "../../generator/check/index.ts";
import { renderDesign } from "../../generator/emit/generate.ts";
import { proofsOf } from "../../generator/prove/index.ts";
import { breakDevices } from "./break.ts";

const root = join(import.meta.dirname, "../..");
const proofs = ["credit_tx", "credit_rx", "credit_loop", "tx_scheduler", "port_state"].concat(
  ...["llr_tx", "llr_rx", "llr_session", "llr_control", "llr_loop", "llr_delivery"],
);
const { design } = inspect(breakDevices.link);
if (design === undefined) throw new Error("the device of the breaks is not sound");
const files = renderDesign(design);

/** Labels of the assumptions of a module; a start in reset and choices of the proof (`any_...`) are none. */
function assumed(module: string): readonly string[] {
  const text = files.find(({ path }) => path.endsWith(`/${design?.name}_${module}.v`))?.text ?? "";
  const labels = [...text.matchAll(/(\w+): assume/gu)].map((match) => match[1] ?? "");
  return [...new Set(labels)].filter((label) => label !== "starts_in_reset" && !label.startsWith("any_"));
}

/** Rows of the table in docs/proofs.md: proof, assumption, what shows it. */
const rows = readFileSync(join(root, "docs/proofs.md"), "utf8")
  .split("## What is assumed, and where it is shown")[1]!
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, proof = "", label = "", shown = ""]) => ({ proof, label, shown }));
const quoted = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/gu)].map((m) => m[1] ?? "");

describe("the table of what is assumed", () => {
  it("has a row for each assumption, and no other", () => {
    const wanted = proofs.flatMap((proof) => assumed(proof).map((label) => `\`${proof}\` \`${label}\``));
    expect(rows.map(({ proof, label }) => `${proof} ${label}`).toSorted()).toEqual(wanted.toSorted());
    expect(wanted.length).toBeGreaterThan(20);
  });

  it("names what there is: properties, assumptions shown in a larger proof, files", () => {
    const known = proofsOf(design).flatMap(({ name, properties }) =>
      properties.map(({ label }) => `${name}.${label}`),
    );
    const inner = ["tx", "rx"].flatMap((side) =>
      assumed(`credit_${side}`).map((label) => `credit_loop.${side}.${label}`),
    );
    const there = (name: string): boolean =>
      known.includes(name) || inner.includes(name) || (name.includes("/") && existsSync(join(root, name)));
    for (const { proof, label, shown } of rows) {
      expect(shown, `${proof} ${label}`).not.toBe("");
      expect(
        quoted(shown).filter((name) => !there(name)),
        `${proof} ${label}`,
      ).toEqual([]);
    }
  });
});
