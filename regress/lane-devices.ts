/** Links of the nightly regression that end in lanes: with the FEC of 200 and 400 Gb/s, with that of 25 Gb/s, without. */
import link400 from "../examples/link-400g-pcs.ts";
import type { LinkDescription } from "../generator/dsl/link-description.ts";
import { lanes200 } from "../test/pcs/link-pcs-device.ts";

import { lane25, lane25WithFec, lanes40 } from "../test/pcs/small-lanes.ts";

export interface LaneSoakDevice {
  readonly description: LinkDescription;
  /** Packets of one seed, both directions together. */
  readonly packets: number;
}

/** 200 Gb/s on four lanes with the long code; the markers are as far apart as is short, and the words wide. */
const lanes200long: LinkDescription = {
  ...lanes200,
  name: "lanes_200g_rs544",
  clockMHz: 402.83,
  datapathBits: 512,
  mtuBytes: 1024,
  lanes: { count: 4, gbps: 50 },
  fec: "rs544",
  derived: { symbolsPerClock: 16, markerPeriodCodewords: 32 },
};

/** The third one is the example, with markers as far apart as the standard says. */
export const laneSoakDevices: readonly LaneSoakDevice[] = [
  { description: lanes200, packets: 2000 },
  { description: lanes200long, packets: 2000 },
  { description: link400, packets: 2000 },
  { description: lane25, packets: 2000 },
  { description: lanes40, packets: 2000 },
  { description: lane25WithFec, packets: 2000 },
];
