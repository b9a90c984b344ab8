// Entry of the detached process that keeps an embedded stack alive. start-stack.ts starts it and hands the configuration over
// its channel; it answers there until the stack runs, and from then on is reached by signals alone: SIGTERM ends the stack.
import { mkdirSync } from "node:fs";
import { lockHome } from "./home-lock.ts";
import { runStack } from "./run-stack.ts";
import { StackError } from "./stack-error.ts";
import type { SupervisorReply, SupervisorRequest } from "./supervisor-messages.ts";

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
process.on("SIGHUP", () => {});

process.once("message", (message) => {
  void supervise(message as SupervisorRequest);
});

async function supervise({ config, origins }: SupervisorRequest): Promise<void> {
  mkdirSync(config.home, { recursive: true });
  const lock = lockHome(config.home);
  if (lock === null) {
    await reply({ kind: "busy" });
    process.exit(0);
  }
  let exitCode = 0;
  try {
    await runStack({ request: config, origins, stop: stop.signal, reply });
  } catch (error) {
    if (!stop.signal.aborted) {
      exitCode = 1;
      const known = error instanceof StackError;
      console.error(error);
      await reply({
        kind: "failed",
        reason: known ? error.reason : "failed",
        message: (error as Error).message,
      });
    }
  }
  lock.release();
  process.exit(exitCode);
}

/** Tells whoever started us, if it still listens; resolves when the message is on its way. */
function reply(message: SupervisorReply): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) return resolve();
    // A starter that has gone away meanwhile is no fault of the stack: the error is dropped.
    process.send(message, undefined, undefined, () => {
      if (message.kind === "ready" && process.connected) process.disconnect();
      resolve();
    });
  });
}
