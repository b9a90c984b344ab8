import type { z } from "zod";
import type { Merged } from "./layers.ts";

/** One line for the first thing that is wrong: `file:line: path.to.key: what (what it got)`. */
export function explainIssue(error: z.ZodError, merged: Merged): string {
  const issue = error.issues[0];
  if (issue === undefined) return "the configuration is not valid";
  const unknownKey = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const path = unknownKey === undefined ? issue.path : [...issue.path, unknownKey];
  const layer = merged.layerOf(path);
  const line = layer?.lineOf?.(path) ?? null;
  const where = layer === null ? "configuration" : layer.origin + (line === null ? "" : `:${line}`);
  const value = unknownKey === undefined ? valueAt(merged.values, path) : undefined;
  const what =
    unknownKey !== undefined
      ? "no such key"
      : value === undefined && issue.code === "invalid_type"
        ? "is missing"
        : issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  const got = value === undefined ? "" : ` (got ${JSON.stringify(value).slice(0, 80)})`;
  return `${where}: ${path.join(".")}: ${what}${got}`;
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let value = values;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
