import type { Feedback } from "../../protocol/feedback.ts";
import type { PairedDelta } from "../../protocol/interval.ts";
import type { ExperimentRecord } from "../../protocol/records.ts";
import { STAGES } from "../../protocol/stage.ts";
import type { ExperimentReport, RunReportData } from "../../report/run-report-data.ts";
import { anExperiment, anInterval, anIteration, aRun, RUN_ID, someStatistics } from "./records.ts";

/** A text that breaks out of whatever does not escape it. */
export const HOSTILE = `</title></script><script>alert(1)</script><img src=x onerror=alert(2)>"' onload='alert(3)' \${7*7} \u0000\u001b[31m`;

/** A loss curve that falls from 5 to `end`. */
function lossCurve(end: number): { step: number; loss: number }[] {
  return Array.from({ length: 40 }, (_, index) => ({
    step: 1 + index * 6,
    loss: end + (5 - end) * Math.exp(-index / 7) * (1 + 0.08 * Math.sin(index * 2.1)),
  }));
}

/** Feedback of a completed experiment; `text` stands wherever data or a model could put a text. */
export function aFeedback(end: number, wrong: number, text: string): Feedback {
  return {
    experiment: `${RUN_ID}/it01`,
    outcome: "completed",
    stage: "aggregateFeedback",
    execution: { failure: null, secondsByStage: {}, protection: "bubblewrap" },
    data: {
      sample: someStatistics(),
      full: { ...someStatistics(), sample: [{ prompt: text, completion: text }] },
      audit: { rows: 900, removed: 2, devMatches: [], heldOutMatches: 2 },
    },
    training: {
      steps: 240,
      lossCurve: lossCurve(end),
      finalLoss: end,
      trainLoss: end,
      holdoutLoss: end * 1.3,
      overfittingGap: end * 0.3,
      tokensPerSecond: 8412.3,
      mfu: null,
      peakMemoryBytes: 612e6,
      resumes: 0,
    },
    benchmark: null,
    errors: {
      classes: { unparsed: Math.round(wrong * 0.3), wrong: Math.round(wrong * 0.6), [text]: 3 },
      examples: [{ id: text, prompt: text, prediction: text, gold: text, error: text }],
    },
  };
}

interface Plot {
  readonly value: number | null;
  readonly accepted: boolean;
  readonly end: number;
  readonly hypothesis: string;
  readonly reason: string;
}

const STORY: readonly Plot[] = [
  {
    value: 0.31,
    accepted: true,
    end: 0.9,
    hypothesis: "Keeping only rows whose completion has a boxed answer teaches the asked format",
    reason: "gain 0.290 over the base model, probability 1.000 (needs 0.95)",
  },
  {
    value: null,
    accepted: false,
    end: 0,
    hypothesis: "Deduplicating by normalized prompt removes contradicting answers",
    reason: "the experiment failed in curation: process_data.py raised KeyError",
  },
  {
    value: 0.58,
    accepted: true,
    end: 0.35,
    hypothesis: "A learning rate of 3e-3 with 5% warm-up reaches a lower loss in the same steps",
    reason: "gain 0.270 over iteration 1, probability 1.000; confirmed with another seed",
  },
  {
    value: 0.55,
    accepted: false,
    end: 0.33,
    hypothesis: "Mixing in the second textbook adds variety",
    reason: "difference −0.030 to iteration 3, probability 0.120 (needs 0.95)",
  },
  {
    value: 0.86,
    accepted: true,
    end: 0.12,
    hypothesis: "Direct answers confuse: reasoning traces only, direct answers dropped",
    reason: "gain 0.280 over iteration 3, probability 1.000",
  },
  {
    value: 0.87,
    accepted: false,
    end: 0.11,
    hypothesis: "A fourth epoch over the same rows",
    reason: "gain 0.010 over iteration 5, probability 0.690 (needs 0.95)",
  },
];

/** A run of six iterations with everything that a report can show; `text` stands wherever others could put a text. */
export function aReport(text = "row copied wrongly"): RunReportData {
  const ratio = (index: number): number => 1 + (index % 3) * 0.2;
  const iterations = STORY.map((plot, index) => {
    const number = index + 1;
    const secondsByStage = Object.fromEntries(
      STAGES.map((stage, place) => [
        stage,
        ([0.4, 1.1, 3.2, 1.8, 0.9, 21, 2.4, 1.4, 0.6, 0.2][place] as number) * ratio(index),
      ]).filter((_, place) => plot.value !== null || place < 4),
    );
    const record = anIteration({
      index: number,
      strategy: {
        hypothesis: plot.hypothesis,
        reason: `the feedback of iteration ${index} shows it: ${text}`,
        parent: index === 0 ? null : index,
        focus: index % 2 === 0 ? "data" : "training",
        dataPlan: ["drop rows without a boxed answer", text],
        trainingPlan: ["learning rate 3e-3, 240 steps"],
        notation: null,
      },
      experiments: [`${RUN_ID}/it0${number}`],
      outcome: plot.value === null ? "failed" : "completed",
      stage: plot.value === null ? "curateData" : "aggregateFeedback",
      decision: { accepted: plot.accepted, reason: `${plot.reason}` },
      delta: plot.value === null ? null : aDelta(plot.accepted ? 0.28 : -0.01),
      validation: plot.value === null ? null : anInterval(plot.value),
      diagnosis: { summary: text, lessons: ["the format comes first", text], suggestions: [text] },
      secondsByStage,
    });
    return { record, experiments: [anExperimentReport(number, plot, text, secondsByStage)] };
  });
  const base = anExperiment({ id: `${RUN_ID}/baseline`, iteration: 0 });
  return {
    run: aRun({
      best: 5,
      bestValidation: anInterval(0.86),
      baseline: { value: 0, low: 0, high: 0.012, n: 300 },
      test: { value: 0.843, low: 0.8, high: 0.883, n: 300 },
      budget: { ...aRun().budget, iterations: STORY.length },
      protection: "unprotected",
      stopReason: `6 of 6 iterations done ${text}`,
    }),
    iterations,
    otherExperiments: [
      {
        record: {
          ...base,
          result: {
            ...base.result,
            secondsByStage: { generatePredictions: 2.2, scorePredictions: 0.5 },
          },
        },
        feedback: null,
        feedbackProblem: `artifact missing ${text}`,
      },
    ],
  };
}

/** The comparator: a run that trained nothing. */
export function aBaseModelReport(): RunReportData {
  const id = "run/local/aime25/base-model/s7";
  const run = aRun();
  return {
    run: {
      ...run,
      id,
      spec: { ...run.spec, id, variant: "base-model" },
      best: null,
      bestValidation: null,
      baseline: { value: 0, low: 0, high: 0.012, n: 300 },
      test: { value: 0.003, low: 0, high: 0.018, n: 300 },
      rebudgeted: false,
      spent: { ...run.spent, gpuSeconds: 4.2, wallSeconds: 11 },
    },
    iterations: [],
    otherExperiments: [],
  };
}

function aDelta(delta: number): PairedDelta {
  return { delta, low: delta - 0.06, high: delta + 0.06, probability: delta > 0 ? 1 : 0.4, n: 300 };
}

function anExperimentReport(
  number: number,
  plot: Plot,
  text: string,
  secondsByStage: ExperimentRecord["result"]["secondsByStage"],
): ExperimentReport {
  const id = `${RUN_ID}/it0${number}`;
  const record = anExperiment({ id, iteration: number });
  const { result } = record;
  const lineage = { ...result.lineage, versions: { torch: text, trl: "1.16.0" }, device: text };
  if (plot.value !== null) {
    return {
      record: { ...record, result: { ...result, lineage, secondsByStage } },
      feedback: aFeedback(plot.end, (1 - plot.value) * 100, text),
      feedbackProblem: null,
    };
  }
  const failure = {
    class: "code-raised" as const,
    message: `process_data.py raised KeyError: ${text}`,
    exitCode: 1,
    traceback: `Traceback (most recent call last):\n  File "process_data.py", line 12\n${text}`,
  };
  return {
    record: {
      ...record,
      result: {
        ...result,
        outcome: "failed",
        stage: "curateData",
        failure,
        benchmark: null,
        model: null,
        curated: null,
        lineage: { ...lineage, weightsSha256: null, curatedSha256: null },
        secondsByStage,
      },
    },
    feedback: { ...aFeedback(1, 1, text), training: null, errors: null, data: null },
    feedbackProblem: null,
  };
}
