import { setTimeout as delay } from "node:timers/promises";
import { Context } from "@temporalio/activity";
import type { JobProgress } from "../protocol/progress.ts";
import { EngineUnavailableError } from "../sandbox/engine-unavailable-error.ts";

/** Pauses before a container engine that gave no answer is asked again. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Milliseconds between two heartbeats while it is away: well below any heartbeat timeout. */
const HEARTBEAT_EVERY_MS = 1000;

/**
 * Asks again and again, with growing pauses, while the container engine gives no answer, and says so with each heartbeat: what
 * nobody can tell is no failure.
 * @throws CancelledFailure; whatever `request` throws besides
 */
export async function whenEngineAnswers<T>(job: string, request: () => Promise<T>): Promise<T> {
  const context = Context.current();
  let message = "nothing is known of the job yet";
  const beat = () => {
    const details: JobProgress = { job, state: "unknown", done: 0, total: null, message };
    context.heartbeat(details);
  };
  // From the start: an engine that hangs gives not even an error for a while.
  const timer = setInterval(beat, HEARTBEAT_EVERY_MS);
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof EngineUnavailableError)) throw error;
        message = `${error.message}; nothing is known of the job, asking again`;
        beat();
        await Promise.race([delay(pauseMs), context.cancelled]);
      }
    }
  } finally {
    clearInterval(timer);
  }
}
