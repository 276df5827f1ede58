import type { SwitchDerivedId } from "../design/switch.ts";
import { isPow2, type OverrideRule, refuse, warn } from "./numbers.ts";

/** Inputs of a multiplexer between two registers, above which it is told to be slow. */
const wantedFanIn = 8;

const crossbarStages: OverrideRule = (value, n) => {
  if (value < 1 || value > 3) {
    const message = "a crossbar has one, two or three registers on its way";
    return refuse("LW_OVERRIDE_RANGE", message, "1 ... 3 cycles");
  }
  if (value >= n.computed("crossbarStages")) return undefined;
  const inputs = n.value("internalPorts");
  const fanIn = value === 1 ? inputs : Math.ceil(inputs / wantedFanIn);
  const message = `puts a multiplexer of ${fanIn} inputs between two registers, which limits the clock`;
  return warn(
    "LW_CROSSBAR_FAN_IN",
    message,
    `${n.computed("crossbarStages")} cycles for ${wantedFanIn} inputs`,
  );
};

const starvationCycles: OverrideRule = (value, n) => {
  if (!isPow2(value)) {
    const message = "the starvation timer wraps at a power of two";
    return refuse("LW_OVERRIDE_STARVATION", message, "a power of two");
  }
  const round = n.value("internalPorts") * n.value("maxPacketBeats");
  if (value >= round) return undefined;
  const message = `is shorter than one round of longest packets (${round} cycles): inputs starve that only wait their turn`;
  const least = 2 ** Math.ceil(Math.log2(round));
  return warn("LW_SHORT_STARVATION", message, `at least ${least} cycles`);
};

const voqHeadroomPackets: OverrideRule = (value, n) => {
  const computed = n.computed("voqHeadroomPackets");
  if (value >= computed) return undefined;
  const message = `a lane of an input stops after ${value} longest packet${value === 1 ? "" : "s"} for busy outputs, though others are idle`;
  return warn("LW_SMALL_HEADROOM", message, `${computed} packets`);
};

const multicastCopies: OverrideRule = (value, n) => {
  const ports = n.value("internalPorts");
  const most = 64 * ports;
  if (value < 1 || value > most) {
    const message =
      value < 1 ? "no multicast packet could ever leave" : "is more than the places for copies are built for";
    return refuse("LW_OVERRIDE_COPIES", message, `1 ... ${most} copies`);
  }
  if (value >= ports) return undefined;
  const message = `a packet to all ports waits until the first ${value} copies leave, and its lane's multicasts wait with it`;
  return warn("LW_FEW_COPIES", message, `at least ${ports} copies (internalPorts)`);
};

const managementPages: OverrideRule = (value, n) => {
  const least = Math.ceil(n.value("maxPacketBeats") / n.value("pageBeats"));
  const most = Math.ceil(n.value("vlBufferBeats") / n.value("pageBeats"));
  if (value >= least && value <= most) return undefined;
  const message =
    value < least ? "a longest packet would never fit" : "is more than a lane of the other ports has";
  return refuse("LW_OVERRIDE_RANGE", message, `${least} ... ${most} pages`);
};

/** Rules of the numbers that only a switch has. */
export const switchOverrides: Partial<Record<SwitchDerivedId, OverrideRule>> = {
  crossbarStages,
  starvationCycles,
  voqHeadroomPackets,
  managementPages,
  multicastCopies,
};
