import { pcsDerivedIds } from "../design/pcs.ts";
import type { DescriptionPath } from "../dsl/origin.ts";
import type { AnyDescription } from "../dsl/switch-description.ts";
import { type Problem, pathText } from "./problem.ts";

/** Keys that come with a PCS: those that stand without one, and the one that it cannot do without. */
export function keysOfPcs(description: unknown): readonly Problem[] {
  const device = description as AnyDescription;
  const holder = device.kind === "switch" ? device.ports : device;
  const place: DescriptionPath = device.kind === "switch" ? ["ports"] : [];
  if (holder.phy === "pcs") return holder.lanes === undefined ? [withoutLanes(place)] : [];
  const keys = (["lanes", "fec"] as const).filter((key) => holder[key] !== undefined);
  const numbers = device.kind === "switch" ? [] : pcsDerivedIds.filter((id) => id in (device.derived ?? {}));
  return [
    ...keys.map((key) => meaningless([...place, key])),
    ...numbers.map((id) => meaningless(["derived", id])),
  ];
}

function meaningless(path: DescriptionPath): Problem {
  return {
    code: "LW_PCS_KEY",
    severity: "error",
    message: `${pathText(path)} belongs to a PCS, and this wire side is an MII`,
    limit: 'only with phy: "pcs"',
    remedy: `take ${String(path.at(-1))} out, or write phy: "pcs"`,
    path,
    part: "key",
  };
}

function withoutLanes(place: DescriptionPath): Problem {
  const path = [...place, "lanes"];
  return {
    code: "LW_MISSING_KEY",
    severity: "error",
    message: `"${pathText(path)}" is missing: a PCS has physical lanes`,
    limit: "an object: count and gbps",
    remedy: 'add lanes, for example lanes: { count: 4, gbps: 100 }, or write phy: "mii"',
    path,
  };
}
