import type { ExperimentRecord, IterationRecord, RunRecord } from "../../protocol/records.ts";
import type { TaskCard } from "../../protocol/task-card.ts";
import { scoreText } from "../terminal/figures.ts";

/** What an exported model comes from; `run` and `iteration` are null for an experiment by hand. */
export interface ExportSource {
  readonly card: TaskCard;
  readonly run: RunRecord | null;
  readonly iteration: IterationRecord | null;
  readonly experiment: ExperimentRecord;
}

/** MODEL_CARD.md of an exported model. */
export function modelCard({ card, run, iteration, experiment }: ExportSource): string {
  const { lineage, benchmark } = experiment.result;
  const tier = run?.spec.tier ?? "mini";
  const sources = card.tiers[tier]?.sources ?? [];
  const marks = marksOf(run, lineage.protection);
  const lines = [
    `# ${card.title}: ${run?.id ?? experiment.id}`,
    "",
    `A model fine-tuned for the task \`${card.id}\` (${card.domain}, ${tier} tier) by ${run === null ? "an experiment by hand" : `the agent \`${run.spec.agent.name}\`, backbone \`${run.spec.agent.backbone}\`, seed ${run.spec.seed}`}.`,
    "",
    ...(tier === "mini"
      ? [
          "The mini tier has synthetic data and a tiny base model: it proves the pipeline and is no claim about large models.",
          "",
        ]
      : []),
    "## Scores",
    "",
    `Metric: ${card.metric.name}. ${card.metric.description.trim()}`,
    "",
    "| split | score [95% interval] | items |",
    "| --- | --- | --: |",
    ...(run?.baseline
      ? [`| validation, base model | ${scoreText(run.baseline)} | ${run.baseline.n} |`]
      : []),
    ...(benchmark === null
      ? []
      : [`| validation | ${scoreText(benchmark.validation)} | ${benchmark.validation.n} |`]),
    ...(run?.test
      ? [`| test (held out, opened once) | ${scoreText(run.test)} | ${run.test.n} |`]
      : []),
    "",
    ...(run !== null && run.test === null
      ? [
          "The held-out test was not opened: the validation score selected this model and is optimistic.",
          "",
        ]
      : []),
    ...(marks.length > 0 ? [`Marks: ${marks.join(", ")}.`, ""] : []),
    "## How it was made",
    "",
    ...(iteration?.strategy
      ? [
          `Iteration ${iteration.index}: ${iteration.strategy.hypothesis}`,
          "",
          iteration.strategy.reason,
          "",
          ...planLines("Data", iteration.strategy.dataPlan),
          ...planLines("Training", iteration.strategy.trainingPlan),
        ]
      : []),
    ...(iteration === null ? [] : [`Decision: ${iteration.decision.reason}.`, ""]),
    "The submission that made it lies in `submission/`; `lineage.json` holds seeds, hashes and versions.",
    "",
    "## Data",
    "",
    "Curated by the submission from these raw sources; check their licences before you publish the model:",
    "",
    ...sources.map((source) => `- ${source.name} (${source.licence}): ${source.description}`),
    "",
    "## Use",
    "",
    `Answer format: ${card.answerFormat.trim()}`,
    "",
    "Load it with transformers (safetensors, no remote code) and its own chat template.",
    "",
  ];
  return lines.join("\n");
}

function planLines(title: string, plan: readonly string[]): string[] {
  if (plan.length === 0) return [];
  return [`${title}:`, "", ...plan.map((step) => `- ${step}`), ""];
}

function marksOf(run: RunRecord | null, protection: string): string[] {
  return [
    ...(protection === "unprotected" ? ["unprotected (neither container nor bubblewrap)"] : []),
    ...(run?.steered ? ["steered by hints"] : []),
    ...(run?.rebudgeted ? ["budget changed while it ran"] : []),
    ...(run?.status === "running" ? ["exported while the run was going on"] : []),
  ];
}
