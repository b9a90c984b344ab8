import type { ExperimentRecord, IterationRecord, RunRecord } from "../../protocol/records.ts";
import type { StudyDocument } from "../studies/study-document.ts";

/** What there is to say of a run, an experiment or a study, by dotted key, in the order in which it is told. */
export type Facts = ReadonlyMap<string, unknown>;

/** Settings, data, the accepted strategy with its configuration, scores, cost of a run. */
export function factsOfRun(run: {
  readonly record: RunRecord;
  readonly iterations: readonly IterationRecord[];
  /** The experiment whose model was accepted; null: none was. */
  readonly accepted: ExperimentRecord | null;
}): Facts {
  const { record, iterations, accepted } = run;
  const { spec, spent } = record;
  const best = iterations.find(({ index }) => index === record.best);
  return facts({
    settings: {
      task: spec.task,
      tier: spec.tier,
      agent: spec.agent,
      seed: spec.seed,
      baseModel: spec.baseModel,
      budget: record.budget,
      acceptance: spec.acceptance,
      maxRepairs: spec.maxRepairs,
    },
    data: record.dataSha256,
    strategy: strategyOf(best),
    ...lineageOf(accepted),
    scores: {
      baseline: record.baseline?.value,
      validation: record.bestValidation?.value,
      test: record.test?.value,
      ...record.testSubmetrics,
    },
    iterations: iterations.length,
    accepted: record.best,
    cost: {
      deviceSeconds: spent.gpuSeconds,
      usd: spent.usage.costUsd,
      tokens: spent.usage.promptTokens + spent.usage.completionTokens,
    },
    marks: {
      steered: record.steered,
      rebudgeted: record.rebudgeted,
      protection: record.protection,
    },
    ended: record.stopReason,
  });
}

/** Strategy, lineage, outcome and cost of an experiment. */
export function factsOfExperiment(
  record: ExperimentRecord,
  iteration: IterationRecord | null,
): Facts {
  const { result } = record;
  return facts({
    settings: { task: record.task },
    data: result.lineage.dataSha256,
    strategy: strategyOf(iteration ?? undefined),
    ...lineageOf(record),
    outcome: result.outcome,
    stage: result.stage,
    failure: result.failure?.class,
    scores: {
      validation: result.benchmark?.validation.value,
      ...result.benchmark?.submetrics,
    },
    cost: { deviceSeconds: result.gpuSeconds },
  });
}

/** Cells by variant and task with their mean test scores, and cost of a study. */
export function factsOfStudy(study: StudyDocument): Facts {
  const groups = Map.groupBy(study.cells, ({ task, variant }) => `${task}/${variant}`);
  const scores = [...groups].map(([name, cells]): [string, unknown] => {
    const values = cells.flatMap(({ test }) => (test === null ? [] : [test.value]));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [name, values.length === 0 ? null : mean];
  });
  return facts({
    cells: study.cells.length,
    counts: study.counts,
    test: Object.fromEntries(scores),
    cost: { deviceSeconds: study.spent.gpuSeconds, usd: study.spent.costUsd },
  });
}

/** Keys whose values differ, in the first one's order, then what only the second has. */
export function differences(
  a: Facts,
  b: Facts,
): readonly { readonly key: string; readonly a: unknown; readonly b: unknown }[] {
  const keys = new Set([...a.keys(), ...b.keys()]);
  return [...keys]
    .map((key) => ({ key, a: a.get(key) ?? null, b: b.get(key) ?? null }))
    .filter((each) => JSON.stringify(each.a) !== JSON.stringify(each.b));
}

function strategyOf(iteration: IterationRecord | undefined): object | null {
  const strategy = iteration?.strategy ?? null;
  if (strategy === null) return null;
  const { hypothesis, focus, dataPlan, trainingPlan } = strategy;
  return { hypothesis, focus, dataPlan, trainingPlan };
}

function lineageOf(record: ExperimentRecord | null): object {
  if (record === null) return {};
  const { lineage, curated } = record.result;
  return {
    submission: record.submission.sha256,
    script: lineage.scriptSha256,
    curated: {
      sha256: lineage.curatedSha256,
      rows: curated?.statistics.rows,
      duplicates: curated?.statistics.duplicateRows,
      inFormat: curated?.statistics.answerFormatPassRate,
    },
    config: lineage.config,
    seeds: lineage.seeds,
    baseModelSha256: lineage.baseModelSha256,
    weights: lineage.weightsSha256,
    versions: lineage.versions,
    device: lineage.device,
    threads: lineage.threads,
  };
}

/** Nested plain values by dotted key; lists stay whole, what is undefined is left out. */
function facts(values: object): Facts {
  const found = new Map<string, unknown>();
  const walk = (value: unknown, key: string): void => {
    if (value === undefined) return;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      found.set(key, value);
      return;
    }
    for (const [name, each] of Object.entries(value))
      walk(each, key === "" ? name : `${key}.${name}`);
  };
  walk(values, "");
  return found;
}
