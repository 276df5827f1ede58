import { nicSchema } from "./nic-schema.ts";
import { linkSchema, type Schema } from "./schema.ts";
import { switchSchema } from "./switch-schema.ts";

/** JSON Schema of any device, chosen by `kind`, as `lanewright schema` prints it. */
export const anySchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Lanewright description",
  description: "A link, a switch or a network adapter, as its kind says. Units stand in the key names.",
  type: "object",
  required: ["kind"],
  properties: {
    kind: { type: "string", enum: ["link", "switch", "nic"], description: "What is described." },
  },
  if: { properties: { kind: { const: "switch" } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { $ref: "#/definitions/switch" },
  else: {
    if: { properties: { kind: { const: "nic" } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { $ref: "#/definitions/nic" },
    else: { $ref: "#/definitions/link" },
  },
  definitions: {
    link: definition(linkSchema),
    switch: definition(switchSchema),
    nic: definition(nicSchema),
  },
} as const;

/** A schema as part of another one, which names the dialect. */
function definition({ $schema: _dialect, ...schema }: Schema): Schema {
  return schema;
}
