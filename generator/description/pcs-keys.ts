import { type AnyPcsDerivedId, anyPcsDerivedIds } from "../design/any-pcs.ts";
import { baseRDerivedIds } from "../design/base-r.ts";
import type { FecKind } from "../design/pcs.ts";
import { pcsDerivedIds } from "../design/pcs.ts";
import type { DescriptionPath } from "../dsl/origin.ts";
import type { AnyDescription } from "../dsl/switch-description.ts";
import { usualFec } from "./defaults.ts";
import { type Problem, pathText } from "./problem.ts";

const baseRIds: readonly AnyPcsDerivedId[] = baseRDerivedIds;
const pcsIds: readonly AnyPcsDerivedId[] = pcsDerivedIds;

/** Keys that come with a PCS: those of another one, those that stand without one, and the one that it cannot do without. */
export function keysOfPcs(description: unknown): readonly Problem[] {
  const device = description as AnyDescription;
  const holder = device.kind === "switch" ? device.ports : device.kind === "nic" ? device.port : device;
  const place: DescriptionPath = device.kind === "switch" ? ["ports"] : device.kind === "nic" ? ["port"] : [];
  const set = (ids: readonly AnyPcsDerivedId[]): readonly AnyPcsDerivedId[] =>
    device.kind === "link" ? ids.filter((id) => id in (device.derived ?? {})) : [];
  if (holder.phy === "pcs") {
    const fec = holder.fec ?? usualFec(device.kind === "switch" ? 0 : holder.rateGbps);
    const [known, others] = fec === "none" ? [baseRIds, pcsIds] : [pcsIds, baseRIds];
    return [
      ...(holder.lanes === undefined ? [withoutLanes(place)] : []),
      ...set(others.filter((id) => !known.includes(id))).map((id) => ofOtherPcs(id, fec)),
    ];
  }
  const keys = (["lanes", "fec"] as const).filter((key) => holder[key] !== undefined);
  return [
    ...keys.map((key) => meaningless([...place, key])),
    ...set(anyPcsDerivedIds).map((id) => meaningless(["derived", id])),
  ];
}

/** A number that only a PCS of the other kind has: with FEC, or without. */
function ofOtherPcs(id: AnyPcsDerivedId, fec: FecKind): Problem {
  const other = fec === "none" ? "with FEC" : "without FEC";
  return {
    code: "LW_PCS_KEY",
    severity: "error",
    message: `derived.${id} belongs to a PCS ${other}, and this one has fec: "${fec}"`,
    limit: `only ${other}`,
    remedy: `take ${id} out`,
    path: ["derived", id],
    part: "key",
  };
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
