import { z } from "zod";

const milliseconds = z.number().int().positive();

/** Deadlines and retry pauses of the infrastructure, in milliseconds; configuration, so that tests shorten them. */
export const timeoutsSchema = z.strictObject({
  /** One attempt of a planner activity: several language model calls with repairs. @default 600_000 */
  plannerMs: milliseconds.default(600_000),
  /** One attempt of a short activity (static check, recording). @default 60_000 */
  shortMs: milliseconds.default(60_000),
  /** One attempt of curation, audit, scoring or preparation. @default 900_000 */
  dataMs: milliseconds.default(900_000),
  /** One attempt on the gpu pool; the job enforces its own limits, so this only catches a worker that lies. @default 7 days */
  gpuMs: milliseconds.default(7 * 24 * 3_600_000),
  /** Silence after which a worker with a long job counts as dead. @default 15_000 */
  heartbeatMs: milliseconds.default(15_000),
  /** First pause before a retry. @default 1_000 */
  retryInitialMs: milliseconds.default(1_000),
  /** Longest pause before a retry. @default 30_000 */
  retryMaximumMs: milliseconds.default(30_000),
});
export type Timeouts = Readonly<z.infer<typeof timeoutsSchema>>;
