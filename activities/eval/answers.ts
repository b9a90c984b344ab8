import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../config/load.ts";
import type { Split, Tier } from "../../protocol/names.ts";

/** Folder of a prepared task: `<home>/answers/<tier>/<task>/<dataSha256>`; no other pool opens it. */
export function answersFolder(
  config: Config,
  data: { readonly tier: Tier; readonly task: string; readonly dataSha256: string },
): string {
  return join(config.home, "answers", data.tier, data.task, data.dataSha256);
}

/** What a split's folder holds: items with their answers, their prompts, and what charts are drawn from (where they are). */
export type SplitFile = "items" | "prompts" | "tables";

/**
 * Path of a split's file: each split lies in a folder of its own below the task's. Data that an earlier version prepared lie flat
 * there and are still found.
 */
export function splitFile(folder: string, split: Split, file: SplitFile): string {
  const path = join(folder, split, `${file}.jsonl`);
  const flat = join(folder, file === "items" ? `${split}.jsonl` : `${split}.${file}.jsonl`);
  return !existsSync(path) && existsSync(flat) ? flat : path;
}

/** The values of a JSONL file. */
export async function readJsonLines(path: string): Promise<unknown[]> {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** Values as JSONL. */
export function toJsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
