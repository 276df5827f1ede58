import { Ajv } from "ajv";
import { type Problem, pathText } from "./problem.ts";
import type { Schema } from "./schema.ts";
import { problemsOf, type Report } from "./validate.ts";

/** Seeds of one entry at most; items of a plan at most are so many times more. */
const mostSeeds = 100_000;

const names = (description: string): Schema => ({
  type: "array",
  items: { type: "string", minLength: 1 },
  minItems: 1,
  description,
});

const entrySchema: Schema = {
  type: "object",
  additionalProperties: false,
  required: ["descriptions", "packets"],
  properties: {
    descriptions: {
      type: "array",
      minItems: 1,
      items: {},
      description: "Paths of descriptions, relative to the plan, or descriptions themselves.",
    },
    scenarios: names("Names of scenarios, or paths of modules that export one by default."),
    faults: names("Kinds of trouble; the first that a scenario knows unless given."),
    seeds: {
      type: "integer",
      minimum: 1,
      maximum: mostSeeds,
      default: 1,
      description: "How many seeds are drawn from the plan's.",
    },
    seedList: {
      type: "array",
      minItems: 1,
      items: { type: "integer", minimum: 0, maximum: 0xffffffff },
      description: "Seeds themselves, instead of so many drawn ones.",
    },
    packets: { type: "integer", minimum: 1, maximum: 1e9, description: "Packets of one run." },
    minimumPackets: {
      type: "integer",
      minimum: 1,
      maximum: 1e12,
      description: "Packets that all runs of one description together must carry.",
    },
    timeoutSeconds: {
      type: "number",
      minimum: 0.1,
      maximum: 1e6,
      default: 3600,
      description: "A run that takes longer is given up, s.",
    },
  },
};

/** JSON Schema of a plan, as `lanewright schema regression` prints it. */
export const regressionSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Lanewright regression plan",
  type: "object",
  additionalProperties: false,
  required: ["kind", "name", "entries"],
  properties: {
    $schema: { type: "string", description: "Where the schema lies, for editors." },
    kind: { type: "string", enum: ["regression"], description: "What the file holds." },
    name: {
      type: "string",
      pattern: "^[a-z][a-z0-9_]*$",
      maxLength: 40,
      description: "Names the folder of the results.",
    },
    seed: {
      type: "integer",
      minimum: 0,
      maximum: 0xffffffff,
      default: 1,
      description: "Decides every seed that is drawn.",
    },
    attempts: {
      type: "integer",
      minimum: 1,
      maximum: 10,
      default: 3,
      description: "How often a run is begun whose worker dies.",
    },
    entries: { type: "array", minItems: 1, items: entrySchema, description: "What is run with what." },
  },
} as const satisfies Schema;

const validator = new Ajv({ strict: true, allErrors: true, verbose: true }).compile(regressionSchema);

/** Every problem of shape, type and range of what claims to be a plan; paths are in the plan. */
export function validateRegression(plan: unknown): readonly Problem[] {
  if (validator(plan)) return [];
  const errors = (validator.errors ?? []) as readonly Report[];
  const shape = errors.filter(({ keyword }) => keyword !== "minItems" && keyword !== "minLength");
  return [...problemsOf(shape), ...errors.filter((one) => !shape.includes(one)).map(emptyProblem)];
}

function emptyProblem({ instancePath }: Report): Problem {
  const path = instancePath
    .split("/")
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return {
    code: "LW_PLAN_EMPTY",
    severity: "error",
    message: `${pathText(path)} is empty: there would be nothing to run`,
    limit: "at least one",
    remedy: "add what is to be run, or take the key out where it has a default",
    path,
  };
}
