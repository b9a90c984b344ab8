import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config/load.ts";
import { endProcess, identify, type ProcessIdentity } from "./process-identity.ts";

/** What to run, and where its output goes. */
export interface ProcessSpec {
  /** Name in messages and of the log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly logPath: string;
  /** Opens a channel on which the process says `ready`; it learns there that its supervisor is gone. */
  readonly channel: boolean;
}

/** A process that is started again when it dies, after a pause that doubles up to a limit. */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  /** Times that it was started again. */
  restarts = 0;
  startedAt = "";
  identity: ProcessIdentity | null = null;
  readonly #policy: Config["supervisor"];
  readonly #changed: () => void;
  #child: ChildProcess | null = null;
  #stopping = false;
  #pauseMs: number;
  #timer: NodeJS.Timeout | null = null;
  #bornAt = 0;
  #ready = Promise.withResolvers<void>();

  /** @param changed called after every start and every death */
  constructor(spec: ProcessSpec, policy: Config["supervisor"], changed: () => void) {
    this.spec = spec;
    this.#policy = policy;
    this.#changed = changed;
    this.#pauseMs = policy.restartInitialMs;
  }

  /** Resolves when the process has said that it is ready, for the first time since it was last started. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  start(): void {
    const log = openLog(this.spec.logPath, this.#policy.logBytes);
    writeSync(log, `--- ${new Date().toISOString()} start ${this.spec.name}\n`);
    const child = spawn(this.spec.command, this.spec.args, {
      cwd: this.spec.cwd,
      env: this.spec.env,
      // A group of its own: a Ctrl-C in the terminal of `dojo up` is not for it.
      detached: true,
      stdio: ["ignore", log, log, ...(this.spec.channel ? (["ipc"] as const) : [])],
    });
    closeSync(log);
    this.#child = child;
    this.#bornAt = performance.now();
    this.startedAt = new Date().toISOString();
    this.identity = child.pid === undefined ? null : identify(child.pid);
    child.on("message", (message) => {
      if (message === "ready") this.#ready.resolve();
    });
    child.once("error", (error) => this.#died(child, error.message));
    child.once("exit", (code, signal) => this.#died(child, signal ?? `exit code ${code}`));
    this.#changed();
  }

  /** Ends it for good: SIGTERM, then SIGKILL after the grace. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.identity !== null) await endProcess(this.identity, graceMs);
  }

  #died(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.identity = null;
    if (this.#stopping) return;
    if (performance.now() - this.#bornAt >= this.#policy.healthyAfterMs) {
      this.#pauseMs = this.#policy.restartInitialMs;
    }
    console.error(
      `${new Date().toISOString()} ${this.spec.name} ended (${how}); again in ${this.#pauseMs} ms`,
    );
    this.#timer = setTimeout(() => {
      this.restarts += 1;
      this.start();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#policy.restartMaximumMs);
    this.#changed();
  }
}

/** Opens a log for appending; one that has grown too long is set aside first (one generation is kept). */
export function openLog(path: string, maximumBytes: number): number {
  mkdirSync(dirname(path), { recursive: true });
  try {
    if (statSync(path).size > maximumBytes) renameSync(path, `${path}.1`);
  } catch {
    // There is none yet.
  }
  return openSync(path, "a");
}
