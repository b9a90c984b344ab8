import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const processSchema = z.object({
  pid: z.number().int(),
  /** Start time as /proc or ps tell it: with the pid it names a process for good. */
  startToken: z.string(),
});

const stackStateSchema = z.object({
  home: z.string(),
  /** sha256 of the configuration that the stack runs with. */
  configSha256: z.string(),
  supervisor: processSchema,
  /** `starting` until every pool polls; `stopping` from `dojo down` on; `stopped` keeps the ports for the next start. */
  phase: z.enum(["starting", "running", "stopping", "stopped"]),
  temporal: z.object({
    address: z.string(),
    uiUrl: z.string(),
    /** null while it is down. */
    pid: z.number().int().nullable(),
    startToken: z.string().nullable(),
    restarts: z.number().int(),
    startedAt: z.string(),
  }),
  processes: z.array(
    processSchema.extend({
      /** Name of the process and its log: the pool, for gpu with its device (`gpu@cpu-0`). */
      name: z.string(),
      pool: z.string(),
      restarts: z.number().int(),
      startedAt: z.string(),
    }),
  ),
});

/** DOJO_HOME/stack.json: what runs, as the supervisor last wrote it. */
export type StackState = Readonly<z.infer<typeof stackStateSchema>>;

/** Path of the state file of a home. */
export function stackStatePath(home: string): string {
  return join(home, "stack.json");
}

/** The state last written, or null when there is none that can be read. It may tell of processes that are gone. */
export function readStackState(home: string): StackState | null {
  try {
    return stackStateSchema.parse(JSON.parse(readFileSync(stackStatePath(home), "utf8")));
  } catch {
    return null;
  }
}

/** Replaces the state file in one step, so that a reader never sees half of it. */
export function writeStackState(state: StackState): void {
  const path = stackStatePath(state.home);
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
