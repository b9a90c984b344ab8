import type { AgentContext, HistoryEntry } from "../../../../protocol/agent.ts";
import type { Feedback } from "../../../../protocol/feedback.ts";
import type { Strategy, SubmissionFiles } from "../../../../protocol/strategy.ts";

/** Characters of the profile that are shown. */
const PROFILE_CHARACTERS = 40_000;

/**
 * What every phase is told: card, profile, baseline, the whole graph of experiments with its lessons, and the operator's hints.
 * The best and the latest two experiments are shown with their feedback in full, the others by their figures.
 */
export function contextText(context: AgentContext): string {
  const { card, history } = context;
  const detailed = new Set([context.best, ...history.slice(-2).map(({ iteration }) => iteration)]);
  const { sources, ...rest } = card;
  const sections = [
    `# Task card\n${JSON.stringify(rest, null, 1)}`,
    `# Raw sources\n${JSON.stringify(sources, null, 1)}`,
    `# Profile of the raw sources\n${cut(JSON.stringify(context.profile), PROFILE_CHARACTERS)}`,
    `# Baseline\nThe base model scores ${context.baseline.value.toFixed(3)} (${context.baseline.low.toFixed(3)} to ${context.baseline.high.toFixed(3)}, n=${context.baseline.n}) on validation. Best so far: ${context.best === null ? "the base model" : `iteration ${context.best}`}.`,
    `# Experiments\n${history.length === 0 ? "None yet." : history.map((entry) => entryText(entry, history, detailed.has(entry.iteration))).join("\n\n")}`,
    `# Lessons so far\n${lessons(history)}`,
  ];
  if (context.hints.length > 0) {
    sections.push(
      `# Hints of the operator (follow them unless the evidence is against them)\n${context.hints.map((hint) => `- ${hint}`).join("\n")}`,
    );
  }
  return sections.join("\n\n");
}

/** A strategy for people and models to read. */
export function strategyText(strategy: Strategy): string {
  const list = (steps: readonly string[]) =>
    steps.map((step, index) => `  ${index + 1}. ${step}`).join("\n");
  return [
    `Hypothesis: ${strategy.hypothesis}`,
    `Reason: ${strategy.reason}`,
    `Parent: ${strategy.parent === null ? "none" : `iteration ${strategy.parent}`}; focus: ${strategy.focus}`,
    `Data plan:\n${list(strategy.dataPlan)}`,
    `Training plan:\n${list(strategy.trainingPlan)}`,
  ].join("\n");
}

/** Both files of a submission. */
export function filesText(files: SubmissionFiles): string {
  return `process_data.py:\n\`\`\`python\n${cut(files.processData, 60_000)}\n\`\`\`\n\ntrain.yaml:\n\`\`\`yaml\n${files.trainYaml}\n\`\`\``;
}

/** All levels of a report that are known; examples cut to what fits. */
export function feedbackText(feedback: Feedback): string {
  const level = (name: string, value: unknown) =>
    value === null ? null : `${name}: ${cut(JSON.stringify(value), 8000)}`;
  return [
    `Outcome: ${feedback.outcome}, last stage ${feedback.stage}`,
    level("L0 execution", feedback.execution),
    level("L1 data", feedback.data),
    level("L2 training", feedback.training),
    level("L3 benchmark", feedback.benchmark),
    level("L4 errors", feedback.errors),
  ]
    .filter((line) => line !== null)
    .join("\n");
}

function entryText(
  entry: HistoryEntry,
  history: readonly HistoryEntry[],
  detailed: boolean,
): string {
  const children = history
    .filter(({ strategy }) => strategy.parent === entry.iteration)
    .map(({ iteration }) => iteration);
  const score = entry.feedback?.benchmark?.validation.value;
  const failure = entry.feedback?.execution.failure;
  const outcome = failure
    ? `failed in ${entry.feedback?.stage}: ${failure.class}: ${cut(failure.message, 400)}`
    : `validation ${score === undefined ? "unknown" : score.toFixed(3)}`;
  const head = `## Iteration ${entry.iteration}: ${outcome}; ${entry.decision.accepted ? "accepted" : "not accepted"} (${cut(entry.decision.reason, 300)}); ${entry.repairs} repairs; children: ${children.join(", ") || "none"}`;
  const plan = detailed
    ? strategyText(entry.strategy)
    : `Parent: ${entry.strategy.parent ?? "none"}. Hypothesis: ${entry.strategy.hypothesis}`;
  const diagnosis = entry.diagnosis ? `Diagnosis: ${entry.diagnosis.summary}` : null;
  const report = detailed && entry.feedback ? feedbackText(entry.feedback) : null;
  return [head, plan, diagnosis, report].filter((part) => part !== null).join("\n");
}

function lessons(history: readonly HistoryEntry[]): string {
  const all = history.flatMap(({ iteration, diagnosis }) =>
    (diagnosis?.lessons ?? []).map((lesson) => `- (iteration ${iteration}) ${lesson}`),
  );
  return all.length === 0 ? "None yet." : all.join("\n");
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters)} [cut]`;
}
