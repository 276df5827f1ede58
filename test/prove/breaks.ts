import type { Break } from "./break.ts";
import { creditBreaks } from "./breaks-credit.ts";
import { llrBreaks } from "./breaks-llr.ts";

/** All of them; each list in its file, `breaks-*.ts`. */
export const breaks: readonly Break[] = [...creditBreaks, ...llrBreaks];
