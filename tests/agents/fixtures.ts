import type { AgentContext, AgentTaskCard, HistoryEntry } from "../../protocol/agent.ts";
import type { FailureClass } from "../../protocol/failure-class.ts";
import type { Feedback } from "../../protocol/feedback.ts";
import type { Stage } from "../../protocol/stage.ts";

/** A made-up task: questions on sums, answered as `Result <n>`. */
export const CARD: AgentTaskCard = {
  id: "made-up",
  domain: "math",
  title: "Made-up sums",
  description: "Answer questions on sums.",
  answerFormat: "Steps, then: Result <n>",
  answerPattern: "Result <-?\\d+>",
  answerTemplate: "Result <{answer}>",
  answerLabels: null,
  metric: { name: "accuracy", description: "share of right answers" },
  subtasks: ["all"],
  errorClasses: { unparsed: "no result in the text", wrong: "another number" },
  tier: "mini",
  contextLength: 256,
  maxNewTokens: 48,
  limits: {
    curationCpuSeconds: 30,
    curationMemoryMb: 1024,
    outputMegabytes: 16,
    maxRows: 20_000,
    maxSteps: 240,
    maxTokens: 2_000_000,
  },
  sources: [
    { name: "alpha-book", description: "Exercises checked by teachers.", text: "solution" },
    { name: "beta-notes", description: "Notes of several schools.", text: "note" },
    { name: "gamma-forum", description: "Answers of a public forum.", text: "reply" },
    { name: "delta-keys", description: "Answer keys.", text: "key" },
    { name: "epsilon-chat", description: "Chats.", text: "line" },
  ].map(({ name, description, text }) => ({
    name,
    file: `${name}.jsonl`,
    description,
    licence: "CC0",
    promptField: "question",
    completionField: text,
  })),
};

/** A profile as profile_sources.py writes it: one source in order, one off format, one with conflicts, one direct, one of no use. */
export const PROFILE = {
  ok: true,
  sources: [
    source(
      "alpha-book",
      400,
      { answerFormatPassRate: 1, statementStyles: { format: 1 } },
      "3+4=7. Result <7>",
    ),
    source(
      "beta-notes",
      2500,
      { answerFormatPassRate: 0, statementStyles: { "answer-is": 1 } },
      "3+4=7. the answer is 7.",
    ),
    source(
      "gamma-forum",
      2200,
      {
        answerFormatPassRate: 1,
        statementStyles: { format: 1 },
        conflictingPromptShare: 0.3,
        nearDuplicateShare: 0.2,
        duplicateRows: 500,
        personalDataRows: { email: 40, phone: 0, card: 0 },
        overContextShare: 0.03,
      },
      "3+4=8. Result <8>",
    ),
    source(
      "delta-keys",
      1800,
      { answerFormatPassRate: 1, statementStyles: { format: 1 }, directShare: 0.99 },
      "Result <7>",
    ),
    source(
      "epsilon-chat",
      1000,
      { answerFormatPassRate: 0, statementStyles: { prose: 1 } },
      "no idea",
    ),
  ],
  overlaps: [],
  stylePatterns: {},
};

function source(name: string, rows: number, facts: object, completion: string) {
  return { name, rows, badRows: 0, ...facts, examples: [{ prompt: "what is 3+4?", completion }] };
}

export function makeContext(change: Partial<AgentContext> = {}): AgentContext {
  return {
    card: CARD,
    profile: PROFILE,
    history: [],
    baseline: { value: 0, low: 0, high: 0.01, n: 300 },
    best: null,
    hints: [],
    iteration: (change.history?.length ?? 0) + 1,
    iterationsLeft: 6 - (change.history?.length ?? 0),
    budget: {
      iterations: 6,
      maxGpuSeconds: null,
      maxUsd: null,
      maxTokens: null,
      maxWallSeconds: null,
      targetScore: null,
    },
    seed: 1,
    ablations: { failFast: false, feedback: false, memory: false },
    ...change,
  };
}

export function failedFeedback(
  failure: FailureClass,
  stage: Stage,
  change: Partial<Feedback> = {},
): Feedback {
  return {
    experiment: "run/made-up/it01",
    outcome: "failed",
    stage,
    execution: {
      failure: { class: failure, message: `scripted ${failure}`, exitCode: null, traceback: null },
      secondsByStage: {},
      protection: "none",
    },
    data: null,
    training: null,
    benchmark: null,
    errors: null,
    ...change,
  };
}

/** Score and symptoms of a completed experiment, from which a whole report is made. */
export interface Findings {
  readonly score: number;
  readonly unparsed?: number;
  readonly trainLoss?: number;
  readonly holdoutLoss?: number;
  /** Losses of the training in even steps. */
  readonly curve?: readonly number[];
  readonly rows?: number;
}

export function completedFeedback(findings: Findings): Feedback {
  const {
    score,
    unparsed = 0,
    trainLoss = 0.1,
    rows = 3000,
    curve = [2, 0.4, 0.3, 0.28, 0.27, 0.27, 0.26, 0.26],
  } = findings;
  const holdoutLoss = findings.holdoutLoss ?? trainLoss;
  const interval = (value: number, n: number) => ({
    value,
    low: value - 0.03,
    high: value + 0.03,
    n,
  });
  const wrong = Math.max(0, Math.round(100 * (1 - score - unparsed)));
  const unparsedItems = Math.round(100 * unparsed);
  const example = (error: string, prediction: string, id: number) => ({
    id: `${error}-${id}`,
    prompt: "what is 3+5?",
    prediction,
    gold: "8",
    error,
  });
  return {
    experiment: "run/made-up/it01",
    outcome: "completed",
    stage: "aggregateFeedback",
    execution: { failure: null, secondsByStage: {}, protection: "none" },
    data: {
      sample: null,
      full: {
        rows,
        emptyRows: 0,
        duplicateRows: 0,
        duplicatePrompts: 0,
        tokenLengths: { p50: 40, p95: 60, max: 80, total: 40 * rows },
        overContextRows: 0,
        answerFormatPassRate: 1,
        labelHistogram: {},
        sample: [],
      },
      audit: { rows, removed: 0, devMatches: [], heldOutMatches: 0 },
    },
    training: {
      steps: 240,
      lossCurve: curve.map((loss, index) => ({ step: index + 1, loss })),
      finalLoss: curve.at(-1) ?? 0,
      trainLoss,
      holdoutLoss,
      overfittingGap: holdoutLoss - trainLoss,
      tokensPerSecond: 1000,
      mfu: null,
      peakMemoryBytes: 1,
      resumes: 0,
    },
    benchmark: {
      metric: "accuracy",
      validation: interval(score, 300),
      dev: interval(score, 100),
      submetrics: {},
      deltas: { parent: null, best: null, baseline: null },
    },
    errors: {
      classes: { wrong, unparsed: unparsedItems },
      examples: [
        ...(wrong > 0
          ? [1, 2, 3].map((id) => example("wrong", `3+5=9. Result <${6 + id}>`, id))
          : []),
        ...(unparsedItems > 0 ? [1, 2, 3].map((id) => example("unparsed", "no idea", id)) : []),
      ],
    },
  };
}

/** The entry of an iteration that was proposed as it stands. */
export function makeEntry(
  iteration: number,
  entry: Pick<HistoryEntry, "strategy" | "submission" | "feedback"> & {
    readonly accepted?: boolean;
  },
): HistoryEntry {
  return {
    iteration,
    strategy: entry.strategy,
    submission: entry.submission,
    repairs: 0,
    feedback: entry.feedback,
    decision: { accepted: entry.accepted ?? false, reason: "scripted" },
    diagnosis: null,
  };
}
