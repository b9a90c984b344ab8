import { z } from "zod";
import type { Container } from "./container-engine.ts";
import type { JobExit, JobLimits } from "./sandbox.ts";

const endedSchema = z.object({
  event: z.literal("ended"),
  status: z.number().int(),
  stopping: z.boolean(),
  outcome: z.enum(["exited", "limit", "killed", "lost"]),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  limit: z.enum(["memory", "cpu", "deadline", "output", "processes"]).nullable(),
  detail: z.string(),
  wallSeconds: z.number().nonnegative(),
  cpuSeconds: z.number().nonnegative(),
  maxMemoryBytes: z.number().nonnegative(),
  stderrTail: z.string(),
});
const startedSchema = z.object({ event: z.literal("running"), uptime: z.number() });
const waitingSchema = z.object({ event: z.literal("waiting") });

const lineSchema = z.union([endedSchema, startedSchema, waitingSchema]);
/** What the guard says of its job. */
export type GuardLine = Readonly<z.infer<typeof lineSchema>>;

/** The guard's lines in a log's end; whatever else stands there is left out. */
export function guardLines(log: string): readonly GuardLine[] {
  return log.split("\n").flatMap((text) => {
    try {
      const line = lineSchema.safeParse(JSON.parse(text));
      return line.success ? [line.data] : [];
    } catch {
      return [];
    }
  });
}

/** What is known of a container that has ended. */
export interface EndedContainer {
  readonly container: Container;
  readonly lines: readonly GuardLine[];
  /** End of what the job said, where the guard left no last line. */
  readonly stderr: string;
  /** Why somebody here ended it; null where nobody did. */
  readonly stopped: "request" | "deadline" | null;
  readonly limits: JobLimits;
}

/**
 * How a job ended. The engine's word comes first: a last line of the guard's counts only where the container ended with the status
 * that it names. Without one, nothing is taken for a result but a plain success.
 */
export function containerExit(ended: EndedContainer): JobExit {
  const { container, limits } = ended;
  const last = ended.lines.at(-1);
  const line = last?.event === "ended" && last.status === container.exitCode ? last : null;
  const measured = {
    wallSeconds: line?.wallSeconds ?? secondsBetween(container.startedAt, container.endedAt),
    cpuSeconds: line?.cpuSeconds ?? 0,
    maxMemoryBytes: line?.maxMemoryBytes ?? (container.outOfMemory ? limits.memoryBytes : 0),
    stderrTail: (line?.stderrTail ?? ended.stderr).slice(-4000),
    protection: "docker" as const,
  };
  const without = { exitCode: null, signal: null, limit: null };
  if (ended.stopped === "deadline") {
    const detail = `killed after its ${limits.deadlineMs / 1000} s by the host`;
    return { ...measured, ...without, outcome: "limit", limit: "deadline", detail };
  }
  if (ended.stopped === "request" && (line === null || line.stopping)) {
    return { ...measured, ...without, outcome: "stopped", detail: "stopped on request" };
  }
  if (line !== null) {
    const { outcome, exitCode, signal, limit, detail } = line;
    return { ...measured, outcome, exitCode, signal, limit, detail };
  }
  if (container.outOfMemory) {
    const most = gibibytes(limits.memoryBytes);
    const detail = `killed at ${most} of ${most}`;
    return { ...measured, ...without, outcome: "limit", limit: "memory", detail };
  }
  if (container.exitCode === 0) {
    const detail = "ended with exit code 0, measured by nobody";
    return { ...measured, ...without, outcome: "exited", exitCode: 0, detail };
  }
  if (container.exitCode === 137) {
    const detail = "killed by SIGKILL, with its container or its guard";
    return { ...measured, ...without, outcome: "killed", signal: "SIGKILL", detail };
  }
  const detail = `its container ended with status ${container.exitCode} and left no record${container.error === "" ? "" : `: ${container.error}`}`;
  return { ...measured, ...without, outcome: "lost", detail };
}

function secondsBetween(from: string, to: string): number {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  // The engine writes the year 1 where it never came so far.
  return Number.isFinite(seconds) && seconds > 0 && seconds < 1e9 ? seconds : 0;
}

/** Bytes in the unit that a reader expects: "3.9 GiB", "64.0 MiB". */
export function gibibytes(bytes: number): string {
  return bytes >= 2 ** 30
    ? `${(bytes / 2 ** 30).toFixed(1)} GiB`
    : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
