import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type CandidateFailure, failureClassSchema } from "../protocol/failure-class.ts";
import { UnsafeOutputError } from "../sandbox/unsafe-output-error.ts";
import { fault } from "./faults.ts";
import type { FinishedJob } from "./run-job.ts";
import { withTemporaryFolder } from "./with-temporary-folder.ts";

/** Bytes of a `result.json` at most. */
const MAX_RESULT_BYTES = 4_000_000;

/** Characters of a failure's message at most: results stay small. */
const MAX_MESSAGE = 2000;

const resultSchema = z.union([
  z.looseObject({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    failure: z.object({ class: failureClassSchema, message: z.string() }),
  }),
]);

/**
 * What one of our scripts reported in `result.json`: its value, checked by `schema`, or the candidate's failure.
 * @throws ApplicationFailure (JobResultMissing, ScriptCrashed)
 */
export async function readScriptResult<Schema extends z.ZodType>(
  job: FinishedJob,
  schema: Schema,
): Promise<
  | { readonly ok: true; readonly value: z.infer<Schema> }
  | { readonly ok: false; readonly failure: CandidateFailure }
> {
  if (job.failure !== null) return { ok: false, failure: job.failure };
  return readOutput(job, async (folder) => {
    const path = join(folder, "result.json");
    await job.handle.collect("result.json", path, MAX_RESULT_BYTES);
    const result = resultSchema.parse(JSON.parse(await readFile(path, "utf8")));
    if (result.ok) return { ok: true as const, value: schema.parse(result) };
    const { class: kind, message } = result.failure;
    const failure: CandidateFailure = {
      class: kind,
      message: message.slice(0, MAX_MESSAGE),
      exitCode: job.exit.exitCode,
      traceback: null,
    };
    return { ok: false as const, failure };
  });
}

/**
 * Takes a job's output into a folder that is removed afterwards. Output that is not as our scripts write it (torn, missing) makes
 * the next attempt run the job anew.
 * @throws ApplicationFailure (JobResultMissing, ScriptCrashed)
 */
export async function readOutput<T>(
  job: FinishedJob,
  take: (folder: string) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder(async (folder) => {
    try {
      return await take(folder);
    } catch (error) {
      const unreadable =
        error instanceof UnsafeOutputError ||
        error instanceof SyntaxError ||
        error instanceof z.ZodError;
      if (!unreadable) throw error;
      const kind = (await job.discard()) ? "ScriptCrashed" : "JobResultMissing";
      const message = `${job.handle.name} left no result that can be read: ${error.message}`;
      throw fault(kind, message, { cause: error });
    }
  });
}
