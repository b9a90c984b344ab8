import { spawn } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { SandboxError } from "./sandbox-error.ts";

const KEEPER = join(import.meta.dirname, "keeper", "keeper.py");

const answers = {
  start: z.object({ adopted: z.boolean(), incarnation: z.number().int().positive() }),
  sweep: z.object({ swept: z.boolean() }),
  remove: z.object({ removed: z.boolean() }),
} as const;
type Answers = { readonly [verb in keyof typeof answers]: z.infer<(typeof answers)[verb]> };

/** Where the keeper's script finds its interpreter and its jobs. */
export interface KeeperHost {
  readonly python: string;
  readonly jobs: string;
}

/**
 * Runs one verb of `keeper/keeper.py` to its end (some 100 ms). It is detached, so that a worker that is killed in the middle
 * leaves nothing half-done. Throws {@link SandboxError} with the keeper's own line.
 */
export async function askKeeper<Verb extends keyof Answers>(
  host: KeeperHost,
  verb: Verb,
  name: string,
  request?: unknown,
): Promise<Answers[Verb]> {
  const child = spawn(
    host.python,
    ["-I", "-S", KEEPER, verb, "--jobs", host.jobs, "--name", name],
    { detached: true, stdio: ["pipe", "pipe", "pipe"], env: { PATH: "/usr/bin:/bin" } },
  );
  const chunks = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    chunks.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    chunks.err += text;
  });
  // A keeper that dies before it has read says why through its exit code.
  child.stdin.on("error", () => {});
  child.stdin.end(request === undefined ? "" : JSON.stringify(request));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (cause) =>
      reject(
        new SandboxError(`${host.python} can't be run: ${cause.message}`, { job: name, cause }),
      ),
    );
    child.on("close", resolve);
  });
  if (code !== 0) {
    const reason = chunks.err.trim().split("\n").at(-1) || `exit code ${code}`;
    throw new SandboxError(reason, { job: name });
  }
  return answers[verb].parse(JSON.parse(chunks.out)) as Answers[Verb];
}
