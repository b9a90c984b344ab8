/**
 * Writes the JSON Schemas of the files that people and other programs write and read, from the zod schemas:
 *
 *     node docs/schemas/generate.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { feedbackSchema } from "../../protocol/feedback.ts";
import { strategySchema } from "../../protocol/strategy.ts";
import { studyFileSchema } from "../../protocol/study-spec.ts";
import { sweepFileSchema } from "../../protocol/sweep-spec.ts";
import { taskCardSchema } from "../../protocol/task-card.ts";
import { trainConfigSchema } from "../../protocol/train-config.ts";

const SOURCES = {
  "train-yaml": { schema: trainConfigSchema, title: "train.yaml of a submission" },
  "task-card": { schema: taskCardSchema, title: "task.yaml: a task's card" },
  "study-file": { schema: studyFileSchema, title: "Study file: tasks x variants x seeds" },
  "sweep-file": { schema: sweepFileSchema, title: "Sweep file: a schedule, the study of each night, its gate" },
  strategy: { schema: strategySchema, title: "What an agent proposes for one iteration" },
  feedback: { schema: feedbackSchema, title: "Feedback report of one experiment, levels L0 to L4" },
} as const;

/** File name -> text of every schema. Defaults are optional: the schemas describe what is written by hand. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(SOURCES).map(([name, { schema, title }]) => [
      `${name}.schema.json`,
      `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: "input" }) }, null, 2)}\n`,
    ]),
  );
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(schemaFiles())) {
    writeFileSync(join(import.meta.dirname, name), text);
  }
}
