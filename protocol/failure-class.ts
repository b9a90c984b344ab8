import { z } from "zod";

/**
 * Ways in which a candidate (the submission, not the infrastructure) can fail. Each is a result that the agent learns from;
 * none is retried.
 */
export const FAILURE_CLASSES = {
  "invalid-config": "train.yaml does not parse, has unknown keys or values out of bounds",
  "syntax-error": "process_data.py does not compile",
  "forbidden-import": "process_data.py imports a module or uses a name that is not allowed",
  "escaping-path": "the submission holds a link, a device or a path that leaves its folder",
  "too-large": "the submission or its output is larger than allowed",
  "code-raised": "process_data.py ended with an exception or a non-zero exit status",
  "bad-rows": "the curated rows are not JSONL objects with the strings prompt and completion",
  "no-rows": "curation produced no usable row",
  "token-limit": "the curated data holds more tokens than allowed",
  "cpu-limit": "the job used up its CPU time",
  "memory-limit": "the job needed more memory than allowed",
  "output-limit": "the job wrote more bytes than allowed",
  "process-limit": "the job started more processes than allowed",
  "out-of-memory": "training does not fit into the device's memory",
  "non-finite-loss": "the loss became infinite or not a number",
  diverged: "the loss rose far above where it began",
  "constraint-violated": "too many rows hold what the card's constraints forbid",
  contaminated: "a large share of the data copies dev, validation or test items",
  "killed-repeatedly":
    "the job died without a reason of the infrastructure's and without progress, time after time",
  "agent-failed": "the agent gave no usable strategy or submission (refusal, invalid output)",
} as const;
export type FailureClass = keyof typeof FAILURE_CLASSES;
export const failureClassSchema = z.enum(
  Object.keys(FAILURE_CLASSES) as [FailureClass, ...FailureClass[]],
);

/** A candidate's failure: what went wrong, in words that an agent can act on. */
export const candidateFailureSchema = z.object({
  class: failureClassSchema,
  message: z.string(),
  exitCode: z.number().int().nullable().default(null),
  /** The last lines that the job wrote to stderr, at most 4,000 characters. */
  traceback: z.string().nullable().default(null),
});
export type CandidateFailure = Readonly<z.infer<typeof candidateFailureSchema>>;
