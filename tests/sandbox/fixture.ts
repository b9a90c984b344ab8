import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inject, onTestFinished, test } from "vitest";
import { probeBubblewrap } from "../../sandbox/bubblewrap.ts";
import type { JobSpec, Sandbox } from "../../sandbox/sandbox.ts";
import { missingTool } from "../support/missing-tool.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type Driver, openSandbox, type SandboxPlace } from "./drivers.ts";
import { processesWith } from "./processes-of.ts";

const engine = inject("engine");
const found = "missing" in engine ? null : engine;
const bubblewrap = probeBubblewrap().works;

/** The drivers that can run jobs on this host; the same tests run over each of them. */
export const DRIVERS: readonly Driver[] = [
  ...(bubblewrap ? (["bubblewrap"] as const) : []),
  "process",
  ...(found === null ? [] : (["docker"] as const)),
];

/** Names the drivers that a suite could not run over. Called once in each file. */
export function missingDrivers(suite: string): void {
  if (!bubblewrap) missingTool(`${suite}, bubblewrap`, "bubblewrap does not work on this host");
  if (!("missing" in engine)) return;
  const { missing, installable } = engine;
  if (installable) missingTool(`${suite}, docker`, missing);
  else test.skip(`${suite}, docker (not run: ${missing})`, () => {});
}

/** The engine of these tests; throws where there is none. */
export function testEngine() {
  if (found === null) throw new Error("there is no container engine");
  return found;
}

export interface Fixture extends SandboxPlace {
  readonly sandbox: Sandbox;
  /** A sandbox of the same driver with a home of its own. */
  another(): Sandbox;
  /** Host pids of all that a job started and that still lives. */
  living(name: string): number[];
  /** Kills a job as an outsider would, without a word to the driver. */
  killJob(name: string): void;
  /** Host pid of the process that keeps a job's limits. */
  keeper(name: string): number;
}

/** A sandbox with a home and locks of its own; whatever still runs in it is stopped when the test ends. */
export function fixture(driver: Driver): Fixture {
  const place = (lockFolder: string): SandboxPlace => ({
    ...{ driver, home: temporaryFolder(), lockFolder, engine: found },
  });
  const own = place(temporaryFolder());
  const open = (where: SandboxPlace): Sandbox => {
    const sandbox = openSandbox(where);
    onTestFinished(async () => {
      for (const { name } of await sandbox.list()) {
        await (await sandbox.attach(name))?.stop(0);
        if (driver === "docker") await sandbox.remove(name);
      }
    });
    return sandbox;
  };
  const living = (name: string) => processesWith(markOf(own, name));
  return {
    ...own,
    sandbox: open(own),
    another: () => open(place(own.lockFolder)),
    living,
    killJob: (name) => {
      const jobs = living(name).filter((pid) => /python/.test(commandOf(pid)));
      for (const pid of jobs) {
        if (!/guard\.py/.test(commandOf(pid))) process.kill(pid, "SIGKILL");
      }
    },
    keeper: (name) =>
      driver === "docker"
        ? Number(
            living(name).find((pid) => /^python3\0.*guard\.py/.test(commandOf(pid))) ?? Number.NaN,
          )
        : (record(own.home, name, "keeper.json")?.pid as number),
  };
}

function markOf({ driver, home }: SandboxPlace, name: string): string {
  if (driver === "docker") return `DOJO_JOB=${name}`;
  return record(home, name, "spec.json")?.marker as string;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

const MEBIBYTE = 2 ** 20;

/** Other files' jobs are on the same engine. */
const STACK = `t${randomBytes(4).toString("hex")}`;

/** A name that no other file's job has. */
export const named = (name: string): string => `${STACK}.${name}`;

/** A job that runs Python code; `code` finds its output folder in its working directory. */
export function job(code: string, changes: Partial<JobSpec> = {}): JobSpec {
  return {
    name: named("run.it01.train-model-1"),
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

/** A record of the process driver about a job. */
export function record(home: string, name: string, file: string): Record<string, unknown> | null {
  try {
    return JSON.parse(readFileSync(join(home, "jobs", "records", name, file), "utf8"));
  } catch {
    return null;
  }
}
