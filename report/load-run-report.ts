import type { Kysely } from "kysely";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import { feedbackSchema } from "../protocol/feedback.ts";
import type { ExperimentRecord } from "../protocol/records.ts";
import { listExperiments } from "../store/experiments.ts";
import { listIterations } from "../store/iterations.ts";
import { getRun } from "../store/runs.ts";
import type { Database } from "../store/schema.ts";
import type { ExperimentReport, RunReportData } from "./run-report-data.ts";

/** Where a report's data lies. */
export interface ReportSources {
  readonly db: Kysely<Database>;
  readonly artifacts: ArtifactStore;
}

/**
 * Puts a run's report together; null when the store does not know the run. Feedback that can't be read any more is left out and said
 * so in the report: the rest is still worth reading.
 * @throws StoreDamagedError, StoreUnavailableError
 */
export async function loadRunReport(
  sources: ReportSources,
  runId: string,
): Promise<RunReportData | null> {
  const run = await getRun(sources.db, runId);
  if (run === null) return null;
  const experiments = new Map<string, ExperimentReport>();
  for (const record of await listExperiments(sources.db, runId)) {
    experiments.set(record.id, await withFeedback(sources.artifacts, record));
  }
  const iterations = (await listIterations(sources.db, runId)).map((record) => ({
    record,
    experiments: record.experiments.flatMap((id) => experiments.get(id) ?? []),
  }));
  const told = new Set(iterations.flatMap((iteration) => iteration.record.experiments));
  const otherExperiments = [...experiments.values()].filter(({ record }) => !told.has(record.id));
  return { run, iterations, otherExperiments };
}

async function withFeedback(
  artifacts: ArtifactStore,
  record: ExperimentRecord,
): Promise<ExperimentReport> {
  try {
    const feedback = await artifacts.readJson(record.result.feedback, feedbackSchema);
    return { record, feedback, feedbackProblem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { record, feedback: null, feedbackProblem: problem };
  }
}
