import type { Problem } from "../description/index.ts";
import { anyPcsDerivedIds } from "../design/any-pcs.ts";
import { derivedIds, type LinkDesign } from "../design/link.ts";
import { type AnyDerivedId, type SwitchDesign, switchDerivedIds } from "../design/switch.ts";
import {
  basisOf,
  deriveAll,
  elaborateAnyPcs,
  rules,
  switchBasisOf,
  switchRules,
} from "../elaborate/index.ts";
import { type Numbers, numbersOf, type OverrideRule, toProblem } from "./numbers.ts";
import { checkForm } from "./override-form.ts";
import { pcsOverrides } from "./override-pcs.ts";
import { sizeOverrides } from "./override-sizes.ts";
import { switchOverrides } from "./override-switch.ts";
import { timingOverrides } from "./override-timing.ts";

const overrideRules: Readonly<Partial<Record<AnyDerivedId, OverrideRule>>> = {
  ...timingOverrides,
  ...sizeOverrides,
  ...switchOverrides,
  ...pcsOverrides,
};

/**
 * Overrides feed the formulas behind them. So that a refused one does not spoil the figures that another message gives,
 * each is looked at once more without the other refused ones.
 */
export function checkOverrides(design: LinkDesign | SwitchDesign): readonly Problem[] {
  const numbers = numbersOfDesign(design);
  const overridden = [...switchDerivedIds, ...derivedIds, ...anyPcsDerivedIds].filter(
    (id) => numbers.derived[id]?.overridden,
  );
  const first = overridden.flatMap((id) => checkOverride(id, numbers));
  const refused = new Set(first.filter(({ severity }) => severity === "error").map(({ path }) => path[1]));
  if (refused.size === 0) return first;
  const second = overridden.flatMap((id) => {
    const kept = overridden.filter((other) => other === id || !refused.has(other));
    return checkOverride(id, deriveAgain(design, kept));
  });
  return second.some(({ severity }) => severity === "error") ? second : first;
}

function numbersOfDesign(design: LinkDesign | SwitchDesign): Numbers {
  return design.kind === "link"
    ? numbersOf(design, { ...design.derived, ...design.pcs?.derived })
    : numbersOf(design.port, { ...design.derived, ...design.port.derived });
}

/** The numbers of a design with some of its overrides only. */
function deriveAgain(design: LinkDesign | SwitchDesign, kept: readonly AnyDerivedId[]): Numbers {
  const { derived } = numbersOfDesign(design);
  const overrides = Object.fromEntries(kept.map((id) => [id, derived[id]?.value]));
  return design.kind === "link"
    ? numbersOf(design, {
        ...deriveAll(rules, basisOf(design), overrides),
        ...(design.pcs &&
          elaborateAnyPcs({ ...design, ...design.pcs, fec: design.pcs.format.fec }, overrides)?.derived),
      })
    : numbersOf(design.port, deriveAll(switchRules, switchBasisOf(design), overrides));
}

function checkOverride(id: AnyDerivedId, numbers: Numbers): readonly Problem[] {
  const value = numbers.value(id);
  const verdict = checkForm(id, value, numbers) ?? overrideRules[id]?.(value, numbers);
  return verdict ? [toProblem(id, verdict, numbers)] : [];
}
