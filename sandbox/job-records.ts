import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isAlive, type ProcessIdentity, processIdentitySchema } from "./process-identity.ts";
import type { JobExit, JobState } from "./sandbox.ts";

/** Where the process driver keeps its jobs: `<home>/jobs`. */
export interface JobFolders {
  readonly jobs: string;
  records(name: string): string;
  out(name: string): string;
  temporary(name: string): string;
}

export function jobFolders(home: string): JobFolders {
  const jobs = join(home, "jobs");
  return {
    jobs,
    records: (name) => join(jobs, "records", name),
    out: (name) => join(jobs, "out", name),
    temporary: (name) => join(jobs, "tmp", name),
  };
}

const specRecordSchema = z.object({
  digest: z.string(),
  owner: z.string(),
  device: z.string().nullable(),
  incarnation: z.number().int().positive(),
  startedAt: z.string(),
});
/** What was started: written before the keeper, so that nothing else counts without it. */
export type SpecRecord = Readonly<z.infer<typeof specRecordSchema>>;

const tagged = { incarnation: z.number().int() };
const keeperRecordSchema = processIdentitySchema.extend(tagged);
const stateRecordSchema = z.object({
  ...tagged,
  state: z.enum(["waiting-for-device", "running"]),
  job: processIdentitySchema.nullable(),
});
/** How a job ended, as it is written beside its other records. */
export const jobExitSchema = z.object({
  outcome: z.enum(["exited", "limit", "stopped", "killed", "lost"]),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  limit: z.enum(["memory", "cpu", "deadline", "output", "processes"]).nullable(),
  detail: z.string(),
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  maxMemoryBytes: z.number(),
  stderrTail: z.string(),
  protection: z.enum(["docker", "bubblewrap", "unprotected", "none"]),
});
const exitRecordSchema = jobExitSchema.extend(tagged);

/** Null when the record is not there or belongs to an earlier incarnation. Throws on anything else. */
async function readRecord<T extends { readonly incarnation: number }>(
  path: string,
  schema: z.ZodType<T>,
  incarnation: number | null,
): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const record = schema.parse(JSON.parse(text));
  return incarnation === null || record.incarnation === incarnation ? record : null;
}

/** Null when there is no such job. */
export function readSpec(folder: string): Promise<SpecRecord | null> {
  return readRecord(join(folder, "spec.json"), specRecordSchema, null);
}

/** Null while the job has no exit record, also when it is gone without one. */
export async function readExit(folder: string, incarnation: number): Promise<JobExit | null> {
  const record = await readRecord(join(folder, "exit.json"), exitRecordSchema, incarnation);
  if (record === null) return null;
  const { incarnation: _, ...exit } = record;
  return exit;
}

/** The keeper where it lives, else null. */
export async function livingKeeper(
  folder: string,
  incarnation: number,
): Promise<ProcessIdentity | null> {
  const keeper = await readRecord(join(folder, "keeper.json"), keeperRecordSchema, incarnation);
  return (await isAlive(keeper)) ? keeper : null;
}

/** State of the incarnation; `finished` says nothing about whether there is an exit record; `unknown` when records can't be read. */
export async function readState(folder: string, spec: SpecRecord): Promise<JobState> {
  try {
    if ((await readExit(folder, spec.incarnation)) !== null) return "finished";
    const keeper = await livingKeeper(folder, spec.incarnation);
    const record = await readRecord(
      join(folder, "state.json"),
      stateRecordSchema,
      spec.incarnation,
    );
    if (keeper !== null)
      return record?.state ?? (spec.device === null ? "running" : "waiting-for-device");
    return (await isAlive(record?.job ?? null)) ? "running" : "finished";
  } catch {
    return "unknown";
  }
}

/** Asks the keeper of that incarnation, by a file, to end the job. */
export async function writeStopRequest(
  folder: string,
  request: { readonly incarnation: number; readonly graceMs: number },
): Promise<void> {
  const path = join(folder, "stop.json");
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(request));
  await rename(temporary, path);
}
