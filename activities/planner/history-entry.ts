import { z } from "zod";
import type { HistoryEntry } from "../../protocol/agent.ts";
import { feedbackSchema } from "../../protocol/feedback.ts";
import { diagnosisSchema, strategySchema, submissionFilesSchema } from "../../protocol/strategy.ts";

/** {@link HistoryEntry} as an artifact. */
export const historyEntrySchema = z.object({
  iteration: z.number().int(),
  strategy: strategySchema,
  submission: submissionFilesSchema.nullable(),
  repairs: z.number().int(),
  feedback: feedbackSchema.nullable(),
  decision: z.object({ accepted: z.boolean(), reason: z.string() }),
  diagnosis: diagnosisSchema.nullable(),
}) satisfies z.ZodType<HistoryEntry>;
