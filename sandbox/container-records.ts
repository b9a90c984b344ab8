import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { jobExitSchema } from "./job-records.ts";
import type { JobExit, JobSpec } from "./sandbox.ts";

const specSchema = z.object({
  digest: z.string(),
  owner: z.string(),
  device: z.string().nullable(),
  limits: z.object({
    memoryBytes: z.number(),
    cpuSeconds: z.number().nullable(),
    processes: z.number(),
    outputBytes: z.number(),
    deadlineMs: z.number(),
  }),
  incarnation: z.number().int().positive(),
  startedAt: z.string(),
});
/** What was started, or is about to be. */
export type ContainerSpec = Readonly<z.infer<typeof specSchema>>;

/** Which start of a job a record is about. */
export type JobStart = Pick<ContainerSpec, "digest" | "incarnation">;

const start = { digest: z.string(), incarnation: z.number().int() };
const stopSchema = z.object({ ...start, reason: z.enum(["request", "deadline"]) });
const exitSchema = z.object({ ...start, exit: jobExitSchema });

/** What the Docker driver keeps of its jobs on the host, where no job can reach it. The engine knows the rest. */
export interface ContainerRecords {
  /** Host path of a job's output folder: each digest has its own. */
  out(name: string, digest: string): string;
  names(): Promise<readonly string[]>;
  spec(name: string): Promise<ContainerSpec | null>;
  writeSpec(name: string, spec: ContainerSpec): Promise<void>;
  /** Why somebody here ended this start of the job; null where nobody did. */
  stopped(name: string, of: JobStart): Promise<"request" | "deadline" | null>;
  writeStop(name: string, of: JobStart, reason: "request" | "deadline"): Promise<void>;
  /** How this start of the job ended, once somebody has looked: it holds whatever becomes of the container. */
  exit(name: string, of: JobStart): Promise<JobExit | null>;
  writeExit(name: string, of: JobStart, exit: JobExit): Promise<void>;
  remove(name: string): Promise<void>;
}

export function containerRecords(home: string): ContainerRecords {
  const root = join(home, "jobs", "containers");
  const path = (name: string, record: string) => join(root, name, record);

  async function read<Schema extends z.ZodType>(file: string, schema: Schema) {
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    return schema.parse(JSON.parse(text)) as z.infer<Schema>;
  }
  async function write(file: string, value: unknown): Promise<void> {
    await mkdir(join(file, ".."), { recursive: true, mode: 0o700 });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, JSON.stringify(value), { flush: true });
    await rename(temporary, file);
  }
  const about = <T extends JobStart>(record: T | null, of: JobStart): T | null =>
    record?.digest === of.digest && record.incarnation === of.incarnation ? record : null;

  return {
    out: (name, digest) => join(home, "jobs", "out", `${name}.${digest.slice(0, 12)}`),
    names: () =>
      readdir(root).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      }),
    spec: (name) => read(path(name, "spec.json"), specSchema),
    writeSpec: (name, spec) => write(path(name, "spec.json"), spec),
    stopped: async (name, of) =>
      about(await read(path(name, "stop.json"), stopSchema), of)?.reason ?? null,
    writeStop: (name, { digest, incarnation }, reason) =>
      write(path(name, "stop.json"), { digest, incarnation, reason }),
    exit: async (name, of) =>
      about(await read(path(name, "exit.json"), exitSchema), of)?.exit ?? null,
    writeExit: (name, { digest, incarnation }, exit) =>
      write(path(name, "exit.json"), { digest, incarnation, exit }),
    remove: (name) => rm(join(root, name), { recursive: true, force: true }),
  };
}

/** The record of a spec that is about to be started. */
export function specRecord(spec: JobSpec, incarnation: number): ContainerSpec {
  const { digest, owner, device, limits } = spec;
  const startedAt = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return { digest, owner, device, limits, incarnation, startedAt };
}
