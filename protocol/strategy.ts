import { z } from "zod";

/** What an agent proposes for one iteration. */
export const strategySchema = z.strictObject({
  /** What should improve the score, in a sentence. */
  hypothesis: z.string().min(1).max(600),
  /** Why: the evidence in feedback, profile or history that speaks for it. */
  reason: z.string().min(1).max(2000),
  /** Iteration whose submission this one starts from; null: from nothing. */
  parent: z.number().int().positive().nullable(),
  focus: z.enum(["data", "training", "both"]),
  /** Steps of the data plan, in order, in words. */
  dataPlan: z.array(z.string().max(600)).max(20),
  /** Steps of the training plan, in words. */
  trainingPlan: z.array(z.string().max(600)).max(20),
  /**
   * The agent's own notation of the plan, opaque to the environment, handed back in history; at most 8,000 characters.
   * `builtin` keeps its machine-readable plan here.
   */
  notation: z.string().max(8000).nullable(),
});
export type Strategy = Readonly<z.infer<typeof strategySchema>>;

/** The files that implement a strategy. */
export const submissionFilesSchema = z.strictObject({
  /** Text of process_data.py. */
  processData: z.string().min(1).max(200_000),
  /** Text of train.yaml. */
  trainYaml: z.string().min(1).max(20_000),
});
export type SubmissionFiles = Readonly<z.infer<typeof submissionFilesSchema>>;

/** What an agent learned from one iteration; never lost, handed to all later proposals. */
export const diagnosisSchema = z.strictObject({
  /** What happened and why, in a few sentences. */
  summary: z.string().max(2000),
  /** Lessons worth keeping, each on its own. */
  lessons: z.array(z.string().max(600)).max(12),
  /** What to try next. */
  suggestions: z.array(z.string().max(600)).max(12),
});
export type Diagnosis = Readonly<z.infer<typeof diagnosisSchema>>;
