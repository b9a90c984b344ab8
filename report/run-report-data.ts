import type { Feedback } from "../protocol/feedback.ts";
import type { ExperimentRecord, IterationRecord, RunRecord } from "../protocol/records.ts";

/** An experiment with its feedback. */
export interface ExperimentReport {
  readonly record: ExperimentRecord;
  /** null: the artifact can't be read; `feedbackProblem` says why. */
  readonly feedback: Feedback | null;
  readonly feedbackProblem: string | null;
}

/** An iteration with its experiments: first, repairs, confirmations. */
export interface IterationReport {
  readonly record: IterationRecord;
  readonly experiments: readonly ExperimentReport[];
}

/** All that a report shows of one run. */
export interface RunReportData {
  readonly run: RunRecord;
  readonly iterations: readonly IterationReport[];
  /** Experiments of no recorded iteration: the base model's, and those of an iteration that still runs. */
  readonly otherExperiments: readonly ExperimentReport[];
}

/** All experiments of a run, in order. */
export function allExperiments(data: RunReportData): readonly ExperimentReport[] {
  const others = data.otherExperiments;
  return [
    ...others.filter((experiment) => experiment.record.iteration === 0),
    ...data.iterations.flatMap((iteration) => iteration.experiments),
    ...others.filter((experiment) => experiment.record.iteration !== 0),
  ];
}

/** The experiment of an iteration that stands for it: the last that completed and is no confirmation, else the last one. */
export function mainExperiment(iteration: IterationReport): ExperimentReport | null {
  const candidates = iteration.experiments.filter(({ record }) => !/-c\d+$/.test(record.id));
  const completed = candidates.filter(({ record }) => record.result.outcome === "completed");
  return completed.at(-1) ?? candidates.at(-1) ?? iteration.experiments.at(-1) ?? null;
}

/** The experiment's name within its run: `it03-r1`, `baseline`. */
export function experimentName(experiment: ExperimentReport): string {
  return experiment.record.id.slice(experiment.record.id.lastIndexOf("/") + 1);
}
