/** A moment of everything: small devices that the tests build anyway. */
import { defineRegression } from "lanewright";
import { narrow, plain } from "../test/link/devices.ts";

export default defineRegression({
  name: "smoke",
  entries: [
    { descriptions: [narrow], packets: 600, seeds: 4 },
    { descriptions: [narrow, plain], faults: ["none", "bits", "flaps", "sessions"], packets: 300 },
    { descriptions: [plain], packets: 300, seeds: 4, minimumPackets: 1200 },
  ],
});
