import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { JobSpec } from "../../sandbox/sandbox.ts";
import type { SandboxPlace } from "./drivers.ts";

/** Starts a job from a worker process of its own, in a process group of its own. */
export function startWorker(
  { driver, home, lockFolder, engine }: SandboxPlace,
  spec: JobSpec,
): {
  readonly child: ChildProcess;
  readonly started: Promise<{ adopted: boolean; incarnation: number }>;
} {
  const place = { driver, home, lockFolder, engine };
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "worker-child.ts"), JSON.stringify({ place, spec })],
    { detached: true, stdio: ["ignore", "pipe", "inherit"] },
  );
  const started = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`worker ended with ${code}`)));
  }).then((text) => JSON.parse(text));
  return { child, started };
}

/** kill -9 of the worker and everything in its process group. */
export async function killWorker(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-(child.pid as number), "SIGKILL");
  await ended;
}
