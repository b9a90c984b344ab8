import { NativeConnection } from "@temporalio/worker";
import type { Config } from "../config/load.ts";

/** The embedded server takes two seconds to come up: look often at first, then rarely. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Connects to Temporal, as often as it takes; null when `stop` was aborted first. Says once that it waits. */
export async function connectPatiently(
  config: Config,
  stop: AbortSignal,
): Promise<NativeConnection | null> {
  const address = config.temporal.address ?? "127.0.0.1:7233";
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempt = 1; !stop.aborted; attempt++) {
    try {
      return await NativeConnection.connect({ address });
    } catch (error) {
      if (attempt === 1)
        console.error(`waiting for Temporal at ${address}: ${(error as Error).message}`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
  return null;
}
