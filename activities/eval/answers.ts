import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Config } from "../../config/load.ts";
import type { Split, Tier } from "../../protocol/names.ts";

/** Folder of a prepared task: `<home>/answers/<tier>/<task>/<dataSha256>`; no other pool opens it. */
export function answersFolder(
  config: Config,
  data: { readonly tier: Tier; readonly task: string; readonly dataSha256: string },
): string {
  return join(config.home, "answers", data.tier, data.task, data.dataSha256);
}

const itemSchema = z.object({
  id: z.string(),
  subtask: z.string(),
  cluster: z.string().nullable().default(null),
  gold: z.unknown(),
});
export type Item = z.infer<typeof itemSchema>;

/** Items of a split by id, without what prompts are rendered from. */
export async function readItems(folder: string, split: Split): Promise<Map<string, Item>> {
  const items = (await readJsonLines(join(folder, `${split}.jsonl`))).map((line) =>
    itemSchema.parse(line),
  );
  return new Map(items.map((item) => [item.id, item]));
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
