import type { z } from "zod";
import { StoreDamagedError } from "./store-damaged-error.ts";

/**
 * Parses a JSON column and checks its shape.
 * @param where table, key and column, for the message: `runs run/x best_model`
 * @throws StoreDamagedError
 */
export function readJsonColumn<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  where: string,
): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StoreDamagedError(where, "not JSON", { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const at = issue === undefined ? "" : `${issue.path.join(".") || "value"}: ${issue.message}`;
  throw new StoreDamagedError(where, at, { cause: parsed.error });
}

/** {@link readJsonColumn} for a column that may be null. */
export function readNullableJsonColumn<Schema extends z.ZodType>(
  schema: Schema,
  text: string | null,
  where: string,
): z.infer<Schema> | null {
  return text === null ? null : readJsonColumn(schema, text, where);
}

/** JSON text of a value, null for null. */
export function writeNullableJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
