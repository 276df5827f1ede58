// @ts-nocheck: the mistake is the point
import { defineLink } from "lanewright";

import { arbitration } from "./arbitration.ts";

export default defineLink(arbitration);
