import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, closeSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/load.ts";
import { snapshotConfig } from "../config/snapshot.ts";
import { isAlive, waitUntilGone } from "./process-identity.ts";
import { hashStackConfig } from "./stack-config.ts";
import { StackError } from "./stack-error.ts";
import { readStackState, type StackState } from "./stack-state.ts";
import { openLog } from "./supervised-process.ts";
import type { SupervisorReply, SupervisorRequest } from "./supervisor-messages.ts";
import { findTemporalCli } from "./temporal-cli.ts";

/** A stack that runs, and whether this call started it. */
export interface StartedStack {
  readonly state: StackState;
  readonly started: boolean;
  /** false: it ran already, with another configuration than the one that was asked for. */
  readonly sameConfig: boolean;
}

/**
 * Starts the embedded stack of a home unless it runs; resolves when every pool polls. Two callers at once get the same stack.
 * Throws {@link StackError}; then nothing is left running.
 */
export async function startStack(
  config: Config,
  options: { readonly say: (message: string) => void },
): Promise<StartedStack> {
  if (config.temporal.address !== null) {
    throw new StackError(
      "bad-input",
      `Temporal is at ${config.temporal.address} (from ${config.origin("temporal.address")}): unset TEMPORAL_ADDRESS to use the embedded stack`,
    );
  }
  requireWritable(config.home);
  const running = await settledStack(config);
  if (running !== null) {
    const sameConfig = running.configSha256 === hashStackConfig(snapshotConfig(config));
    return { state: running, started: false, sameConfig };
  }
  await findTemporalCli(config);
  options.say(`starting the embedded stack in ${config.home}`);
  const reply = await launch(config, options.say);
  if (reply.kind === "failed") throw new StackError(reply.reason, reply.message);
  const state = reply.kind === "busy" ? await othersStack(config) : await settledStack(config);
  if (state === null) {
    throw new StackError("failed", `the stack ended at once; see ${supervisorLog(config)}`);
  }
  return { state, started: reply.kind === "ready", sameConfig: true };
}

/** The stack of a supervisor that holds the home but may not have written its state yet. */
async function othersStack(config: Config): Promise<StackState | null> {
  const deadline = performance.now() + config.supervisor.startDeadlineMs;
  while (performance.now() < deadline) {
    const state = await settledStack(config);
    if (state !== null) return state;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return null;
}

/** The state of the stack that runs in a home, whatever its phase; null when its supervisor is gone. */
export function livingStack(home: string): StackState | null {
  const state = readStackState(home);
  return state !== null && isAlive(state.supervisor) ? state : null;
}

/** Waits while the stack is starting or stopping; null when none runs. */
async function settledStack(config: Config): Promise<StackState | null> {
  const deadline = performance.now() + config.supervisor.startDeadlineMs;
  for (;;) {
    const state = livingStack(config.home);
    if (state === null) return null;
    if (state.phase === "running") return state;
    if (state.phase !== "starting") {
      await waitUntilGone(state.supervisor, config.supervisor.stopGraceMs * 3);
      return null;
    }
    if (performance.now() > deadline) {
      throw new StackError(
        "failed",
        `the stack has been starting for long; see ${supervisorLog(config)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function requireWritable(home: string): void {
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new StackError(
      "bad-input",
      `the folder ${home} can't be written (${code}); DOJO_HOME or --home names another`,
    );
  }
}

/** Starts the supervisor, detached, and resolves to its last answer. */
async function launch(
  config: Config,
  say: (message: string) => void,
): Promise<Exclude<SupervisorReply, { kind: "progress" }>> {
  const log = openLog(supervisorLog(config), config.supervisor.logBytes);
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "supervisor.ts")],
    { cwd: config.repository, detached: true, stdio: ["ignore", log, log, "ipc"] },
  );
  closeSync(log);
  const request: SupervisorRequest = {
    config: snapshotConfig(config),
    origins: {
      port: config.origin("temporal.port"),
      uiPort: config.origin("temporal.uiPort"),
    },
  };
  child.send(request);
  try {
    const reply = await lastReply(child, config, say);
    // One that is not ready is about to exit: afterwards nothing of it is left.
    if (reply.kind !== "ready" && child.exitCode === null && child.signalCode === null) {
      await once(child, "exit");
    }
    return reply;
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function lastReply(
  child: ChildProcess,
  config: Config,
  say: (message: string) => void,
): Promise<Exclude<SupervisorReply, { kind: "progress" }>> {
  return new Promise((resolve) => {
    child.on("message", (message) => {
      const reply = message as SupervisorReply;
      if (reply.kind === "progress") say(reply.message);
      else resolve(reply);
    });
    const gone = (how: string): void =>
      resolve({
        kind: "failed",
        reason: "failed",
        message: `the supervisor ended (${how}); see ${supervisorLog(config)}`,
      });
    child.once("error", (error) => gone(error.message));
    child.once("exit", (code, signal) => gone(signal ?? `exit code ${code}`));
  });
}

function supervisorLog(config: Config): string {
  return join(config.home, "logs", "supervisor.log");
}
