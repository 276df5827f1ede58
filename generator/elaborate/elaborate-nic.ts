import { type CompleteNic, nicWithDefaults, toDiagnostic, validate } from "../description/index.ts";
import { ethernetDerivedIds } from "../design/ethernet.ts";
import { type NicDerivedId, type NicDesign, nicDerivedIds } from "../design/nic.ts";
import { LanewrightError } from "../diagnostics.ts";
import type { NicDescription, NicDescriptionOfKind } from "../dsl/nic-description.ts";
import { originOf, setOrigin } from "../dsl/origin.ts";
import { deepFreeze, deriveAll, elaborateCompleteLink, pick, rules } from "./elaborate.ts";
import { ethernetRules } from "./ethernet.ts";
import { nicLatency } from "./nic-latency.ts";
import { nicRules } from "./nic-rules.ts";
import { nicMemories } from "./nic-tables.ts";
import { type Basis, basisOf } from "./rule.ts";

/** The numbers that formulas of an adapter start from. */
function nicBasisOf(device: Pick<CompleteNic, "requester" | "responder"> & Pick<NicDesign, "port">): Basis {
  const { scatterGather, outstandingReads: reads } = device.requester;
  return { ...basisOf(device.port), scatterGather, reads, peerReads: device.responder.outstandingReads };
}

/** Makes the design model of an adapter: its port is a stand-alone link that makes and checks the ICRC. */
export function elaborateNic(description: NicDescription | NicDescriptionOfKind): NicDesign {
  const origin = originOf(description);
  const problems = validate(origin ? description : { kind: "nic", ...description });
  if (problems.length > 0)
    throw new LanewrightError(problems.map((problem) => toDiagnostic(problem, origin)));
  const { outstandingRequests, port, ethernet: network, ...rest } = nicWithDefaults(description);
  const link = elaborateCompleteLink(port);
  const derived = ownNumbers(rest, outstandingRequests, link);
  const requester = { ...rest.requester, outstandingRequests: derived.outstandingRequests.value };
  const ethernet = network && {
    ...network,
    derived: pick(
      ethernetDerivedIds,
      deriveAll(ethernetRules, { ...basisOf(link), addressHandles: network.addressHandles }, {}),
    ),
  };
  const device = { ...rest, requester, ethernet, port: link, derived };
  const design: NicDesign = {
    ...device,
    latencyBudget: nicLatency(device),
    memories: nicMemories(device),
  };
  setOrigin(design, origin);
  return deepFreeze(design);
}

function ownNumbers(
  device: Pick<CompleteNic, "requester" | "responder">,
  outstandingRequests: number | null,
  port: NicDesign["port"],
): NicDesign["derived"] {
  const basis = nicBasisOf({ ...device, port });
  const ofPort = Object.fromEntries(
    Object.values(port.derived)
      .filter((one) => one.overridden)
      .map((one) => [one.id, one.value]),
  );
  const set = outstandingRequests === null ? {} : { outstandingRequests };
  const all = deriveAll<NicDerivedId | (typeof rules)[number]["id"]>([...rules, ...nicRules], basis, {
    ...ofPort,
    ...set,
  });
  return Object.fromEntries(nicDerivedIds.map((id) => [id, all[id]])) as NicDesign["derived"];
}
