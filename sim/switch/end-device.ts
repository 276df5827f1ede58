/** What stands at the other end of a switch port's cable: a link port of the same kind, as a device of its own. */
import { inspect } from "../../generator/check/index.ts";
import type { LinkDesign } from "../../generator/design/link.ts";
import type { SwitchDesign } from "../../generator/design/switch.ts";
import { LanewrightError } from "../../generator/diagnostics.ts";
import type { LinkDescription } from "../../generator/dsl/link-description.ts";

/**
 * The device at the end of a cable: width, clock, rate, lanes, MTU, cable and retry are those of the port. Its name is the
 * same for every switch, so that switches with like ports share one model of it.
 */
export function endDevice(design: SwitchDesign): LinkDescription {
  const { port } = design;
  const { high, low, highLimit, data } = port.virtualLanes;
  const base = {
    name: "end_device",
    clockMHz: design.clockMHz,
    datapathBits: design.datapathBits as LinkDescription["datapathBits"],
    rateGbps: port.rateGbps,
    mtuBytes: design.mtuBytes,
    cableMeters: port.cableMeters,
    phyLatencyNs: port.phyLatencyNs,
    retry: port.retry,
    virtualLanes: { data, arbitration: { high, low, highLimit } },
  } satisfies LinkDescription;
  // Both ends of a link count credit in blocks of one size.
  const blockBytes = port.derived.creditBlockBytes.value;
  const own = soundDesign(base).derived.creditBlockBytes.value;
  return own === blockBytes ? base : { ...base, derived: { creditBlockBytes: blockBytes } };
}

/** The design of {@link endDevice}. */
export function endDesign(design: SwitchDesign): LinkDesign {
  return soundDesign(endDevice(design));
}

function soundDesign(description: LinkDescription): LinkDesign {
  const { design, diagnostics } = inspect(description);
  if (design === undefined) throw new LanewrightError(diagnostics);
  return design;
}
