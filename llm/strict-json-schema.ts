import { z } from "zod";

/** Keywords that strict structured output does not take; zod still checks what they say. */
const DROPPED = new Set(["$schema", "default", "minLength", "maxLength", "format", "id", "title"]);

type Json = Readonly<Record<string, unknown>>;

/**
 * JSON Schema of a zod schema in the subset that strict structured output takes: every property required, no others allowed,
 * string lengths and defaults left out (zod checks them afterwards). The root must be an object.
 */
export function strictJsonSchema(schema: z.ZodType): Json {
  const converted = z.toJSONSchema(schema, { io: "output", target: "draft-7" }) as Json;
  const strict = tighten(converted) as Json;
  if (strict.type !== "object") throw new TypeError("a structured reply must be an object");
  return strict;
}

function tighten(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(tighten);
  if (node === null || typeof node !== "object") return node;
  const entries = Object.entries(node).filter(([key]) => !DROPPED.has(key));
  const result: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    result[key] =
      key === "properties"
        ? Object.fromEntries(Object.entries(value as Json).map(([name, of]) => [name, tighten(of)]))
        : tighten(value);
  }
  if (result.type === "object" && result.properties) {
    result.required = Object.keys(result.properties as Json);
    result.additionalProperties = false;
  }
  return result;
}
