import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { activityInfo } from "@temporalio/activity";
import { z } from "zod";
import { type CandidateFailure, failureClassSchema } from "../protocol/failure-class.ts";
import { fault } from "./faults.ts";
import type { FinishedJob } from "./run-job.ts";

/** Bytes of a `result.json` at most. */
const MAX_RESULT_BYTES = 4_000_000;

/** Attempts after which a script of ours that ends with an error is a bug and not bad luck. */
const MOST_CRASHES = 3;

const resultSchema = z.union([
  z.looseObject({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    failure: z.object({ class: failureClassSchema, message: z.string() }),
  }),
]);

/**
 * What one of our scripts reported in `result.json`: its value, checked by `schema`, or the candidate's failure. A crash is a
 * fault: the retry starts the job again over its output. So is a missing result: the job is removed and runs anew.
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
  const { exit } = job;
  if (exit.exitCode !== 0) {
    const message = `${job.handle.name} ended with ${exit.exitCode ?? exit.signal}: ${lastLine(exit.stderrTail)}`;
    if (activityInfo().attempt >= MOST_CRASHES)
      throw fault("ScriptCrashed", `${message}\n${exit.stderrTail}`);
    throw fault("JobDied", message);
  }
  const folder = await mkdtemp(join(tmpdir(), "dojo-result-"));
  try {
    const path = join(folder, "result.json");
    await job.handle.collect("result.json", path, MAX_RESULT_BYTES);
    const result = resultSchema.parse(JSON.parse(await readFile(path, "utf8")));
    if (!result.ok) {
      return {
        ok: false,
        failure: {
          ...result.failure,
          message: result.failure.message.slice(0, 2000),
          exitCode: exit.exitCode,
          traceback: null,
        },
      };
    }
    return { ok: true, value: schema.parse(result) };
  } catch (error) {
    await job.release();
    throw fault(
      "JobResultMissing",
      `${job.handle.name} left no result that can be read: ${String(error)}`,
      { cause: error },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
