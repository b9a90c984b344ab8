import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { probeBubblewrap } from "../../sandbox/bubblewrap.ts";
import { createProcessSandbox } from "../../sandbox/process.ts";
import type { JobSpec, Sandbox } from "../../sandbox/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

export const PYTHON = process.env.DOJO_PYTHON ?? "python3";

export type Mode = "auto" | "off";
/** Both ways in which the driver runs jobs on this host. */
export const MODES: readonly Mode[] = probeBubblewrap().works ? ["auto", "off"] : ["off"];

export interface Fixture {
  readonly home: string;
  readonly lockFolder: string;
  readonly sandbox: Sandbox;
}

/** A sandbox with a home and locks of its own; whatever still runs in it is stopped when the test ends. */
export function fixture(mode: Mode): Fixture {
  const home = temporaryFolder();
  const lockFolder = temporaryFolder();
  const sandbox = createProcessSandbox({ home, python: PYTHON, bubblewrap: mode, lockFolder });
  onTestFinished(async () => {
    for (const { name } of await sandbox.list()) await (await sandbox.attach(name))?.stop(0);
  });
  return { home, lockFolder, sandbox };
}

const MEBIBYTE = 2 ** 20;

/** A job that runs Python code; `code` finds its output folder in its working directory. */
export function job(code: string, changes: Partial<JobSpec> = {}): JobSpec {
  return {
    name: "stack.run.it01.train-model-1",
    digest: "a".repeat(64),
    command: ["{{python}}", "-I", "-S", "-c", code],
    mounts: {},
    env: {},
    writtenBy: "ours",
    allowUnprotected: false,
    limits: {
      memoryBytes: 512 * MEBIBYTE,
      cpuSeconds: 30,
      processes: 16,
      outputBytes: 4 * MEBIBYTE,
      deadlineMs: 60_000,
    },
    device: null,
    threads: 1,
    owner: "run/local/aime25/ft-agent/s1",
    ...changes,
  };
}

/** Python that runs until the file `name` appears in the output folder. */
export const untilFile = (name: string): string =>
  `\nimport os, time\nwhile not os.path.exists(${JSON.stringify(name)}): time.sleep(0.01)\n`;

/** Text of a file in a job's output; null until it is there and ends with a line break. */
export function line(folder: string, name: string): string | null {
  try {
    const text = readFileSync(join(folder, name), "utf8");
    return text.endsWith("\n") ? text.trim() : null;
  } catch {
    return null;
  }
}

/** A record that the keeper wrote about a job. */
export function record(home: string, name: string, file: string): Record<string, unknown> | null {
  try {
    return JSON.parse(readFileSync(join(home, "jobs", "records", name, file), "utf8"));
  } catch {
    return null;
  }
}

export function keeperPid(home: string, name: string): number {
  return record(home, name, "keeper.json")?.pid as number;
}
