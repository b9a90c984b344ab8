import { createHash } from "node:crypto";
import type { JobLimits } from "./sandbox.ts";

/** What makes a job the same job: never Temporal's attempt or run id, which change when the work does not. */
export interface JobKey {
  readonly stackId: string;
  /** Workflow id of the run. */
  readonly runId: string;
  /** Short name of the experiment, with its repair number, and of what tells two jobs of one stage apart: `it03-r1`. */
  readonly label: string;
  readonly stage: string;
  /** sha256 of each input, in the order in which the job takes them. */
  readonly inputs: readonly string[];
  /** What runs: image digest, or version of scripts and interpreter. */
  readonly image: string;
  readonly limits: JobLimits;
}

const MAX_LENGTH = 150;

function sha256(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

function sanitise(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "");
}

/**
 * Name (`[a-z0-9][a-z0-9._-]{0,149}`, readable, ends with 16 hex digits over the whole key) and digest (sha256 over inputs, image
 * and limits) of a job.
 */
export function jobName(key: JobKey): { readonly name: string; readonly digest: string } {
  const { memoryBytes, cpuSeconds, processes, outputBytes, deadlineMs } = key.limits;
  const limits = [memoryBytes, cpuSeconds, processes, outputBytes, deadlineMs];
  const digest = sha256([key.inputs, key.image, limits]);
  const hash = sha256([key.stackId, key.runId, key.label, key.stage, digest]).slice(0, 16);
  const end = `${sanitise(key.label)}.${sanitise(key.stage)}`.slice(0, 80);
  const start = sanitise(`${key.stackId}.${key.runId}`).slice(0, MAX_LENGTH - end.length - 18);
  return { name: `${start}.${end}-${hash}`.replace(/^[^a-z0-9]+/, ""), digest };
}
