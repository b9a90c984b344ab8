import { z } from "zod";
import { readJsonLines, splitFile } from "./answers.ts";

const itemSchema = z.object({ id: z.string(), gold: z.unknown() });
const promptSchema = z.object({ id: z.string(), prompt: z.string() });

/** Prompt and answer of a dev item, as feedback may show them. */
export interface DevExample {
  readonly prompt: string;
  readonly gold: unknown;
}

/**
 * Dev items by id. The only reader of answers outside the scorer and the audit, and it opens dev alone: what feedback shows comes
 * from here.
 */
export async function readDevExamples(folder: string): Promise<ReadonlyMap<string, DevExample>> {
  const prompts = new Map(
    (await readJsonLines(splitFile(folder, "dev", "prompts"))).map((line) => {
      const { id, prompt } = promptSchema.parse(line);
      return [id, prompt];
    }),
  );
  const items = await readJsonLines(splitFile(folder, "dev", "items"));
  return new Map(
    items.map((line) => {
      const { id, gold } = itemSchema.parse(line);
      return [id, { prompt: prompts.get(id) ?? "", gold }];
    }),
  );
}
