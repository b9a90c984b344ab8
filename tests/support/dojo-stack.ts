import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

/** What a verb answered. */
export interface DojoAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One stack of a test: its own home, its own configuration file, the real launcher. */
export interface DojoStack {
  readonly home: string;
  /** Runs `./dojo VERB …` to its end. */
  run(...args: readonly string[]): Promise<DojoAnswer>;
  /** Runs a verb with `--json` and parses its document. Throws, with stderr, when the verb fails. */
  json<T>(...args: readonly string[]): Promise<T>;
  /** Process id of a pool's worker, as `dojo status` tells it; null while there is none. */
  pid(pool: string): Promise<number | null>;
  /** Stops the stack with its jobs and removes the home. */
  close(): Promise<void>;
}

const launcher = fileURLToPath(new URL("../../dojo", import.meta.url));

/** Small data, short trainings, short deadlines: what a test can wait for. */
export const SMALL = {
  // A device of its own: the lock is the host's, and a stack of the user's may hold the first one.
  devices: [{ name: "cpu-7", threads: 1 }],
  limits: { maxSteps: 64, splits: { dev: 20, validation: 60, test: 60 } },
  timeouts: { heartbeatMs: 4000, retryInitialMs: 200, retryMaximumMs: 1000 },
};

/** A stack that is not started yet: the first verb that needs it does that. */
export function dojoStack(config: object = SMALL): DojoStack {
  const home = mkdtempSync(join(tmpdir(), "dojo-home-"));
  const file = join(home, "test-config.yaml");
  writeFileSync(file, stringify(config));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DOJO_HOME: home,
    DOJO_CONFIG: file,
    NO_COLOR: "1",
  };
  delete env.TEMPORAL_ADDRESS;

  const run = (...args: readonly string[]) =>
    new Promise<DojoAnswer>((resolve, reject) => {
      const child = spawn(launcher, args, { env, stdio: ["ignore", "pipe", "pipe"] });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (data) => {
        stdout += data;
      });
      child.stderr.on("data", (data) => {
        stderr += data;
      });
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
    });
  const json = async <T>(...args: readonly string[]): Promise<T> => {
    const answer = await run(...args, "--json");
    if (answer.code !== 0)
      throw new Error(`dojo ${args.join(" ")}: ${answer.code}\n${answer.stderr}`);
    return JSON.parse(answer.stdout) as T;
  };
  return {
    home,
    run,
    json,
    pid: async (pool) => {
      const status = await json<{ processes: { pool: string; pid: number }[] }>("status");
      return status.processes.find((each) => each.pool === pool)?.pid ?? null;
    },
    close: async () => {
      await run("down", "--stop-jobs");
      await rm(home, { recursive: true, force: true });
    },
  };
}
