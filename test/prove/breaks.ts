import type { Break } from "./break.ts";
import { affineBreaks } from "./breaks-affine.ts";
import { bufferBreaks } from "./breaks-buffers.ts";
import { creditBreaks } from "./breaks-credit.ts";
import { deliveryBreaks } from "./breaks-delivery.ts";
import { llrBreaks } from "./breaks-llr.ts";
import { nicBreaks } from "./breaks-nic.ts";
import { portStateBreaks } from "./breaks-port-state.ts";
import { replayBreaks } from "./breaks-replay.ts";
import { streamBreaks } from "./breaks-streams.ts";
import { switchBreaks } from "./breaks-switch.ts";
import { txQueueBreaks } from "./breaks-tx-queue.ts";
import { voqBreaks } from "./breaks-voq.ts";

/** All of them; each list in its file, `breaks-*.ts`. */
export const breaks: readonly Break[] = [
  ...creditBreaks,
  ...portStateBreaks,
  ...llrBreaks,
  ...deliveryBreaks,
  ...replayBreaks,
  ...affineBreaks,
  ...streamBreaks,
  ...switchBreaks,
  ...bufferBreaks,
  ...txQueueBreaks,
  ...voqBreaks,
  ...nicBreaks,
];
