import type { AgentTaskCard } from "../../../protocol/agent.ts";
import type { Feedback } from "../../../protocol/feedback.ts";

/** What the five levels of feedback say is wrong, each between 0 (no sign of it) and 1, null where nothing is known of it. */
export interface Symptoms {
  /** 1 - score on validation: what is left to gain. */
  readonly headroom: number;
  /** L4: share of dev items whose answer was not in the asked format. */
  readonly unparsed: number | null;
  /** L4: share of dev items with a wrong answer in the asked format. */
  readonly wrong: number | null;
  /** L4: share of the shown wrong predictions that give their answer without steps. */
  readonly direct: number | null;
  /** L4: how much of the shown wrong predictions one and the same answer makes up. */
  readonly collapsed: number | null;
  /** L2: the loss is still high or still falling at the end. */
  readonly underfit: number | null;
  /** L2: the hold-out's loss is far above the training's. */
  readonly overfit: number | null;
  /** L2: the loss rose within the training. */
  readonly unstable: number | null;
  /** L1: rows are few. */
  readonly scarce: number | null;
  /** L1: share of rows not in the asked format. */
  readonly offFormat: number | null;
  /** L1: share of rows whose prompt stands there twice. */
  readonly repeated: number | null;
  /** L1: how unevenly the labels are spread. */
  readonly skewed: number | null;
}

/** Reads the symptoms off a feedback report; a pure function. */
export function readSymptoms(card: AgentTaskCard, feedback: Feedback | null): Symptoms {
  return {
    headroom: 1 - (feedback?.benchmark?.validation.value ?? 0),
    ...readErrors(card, feedback),
    ...readTraining(feedback),
    ...readData(feedback),
  };
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));

function readErrors(card: AgentTaskCard, feedback: Feedback | null) {
  const errors = feedback?.errors;
  const items = feedback?.benchmark?.dev.n ?? 0;
  if (!errors || items === 0) return { unparsed: null, wrong: null, direct: null, collapsed: null };
  const pattern = new RegExp(card.answerPattern);
  let unparsed = 0;
  let wrong = 0;
  for (const [name, count] of Object.entries(errors.classes)) {
    const shown = errors.examples.filter((example) => example.error === name);
    const matching = shown.filter((example) => pattern.test(example.prediction)).length;
    const ofFormat =
      shown.length > 0
        ? matching * 2 < shown.length
        : /pars|format|missing|unknown|several|not-a/i.test(name);
    if (ofFormat) unparsed += count;
    else wrong += count;
  }
  const answers = errors.examples
    .map(({ prediction }) => pattern.exec(prediction))
    .filter((match) => match !== null);
  const direct = answers.filter(
    (match) => match.input.slice(0, match.index).trim().length < 3,
  ).length;
  const commonest = Math.max(0, ...countEach(answers.map((match) => match[0])));
  return {
    unparsed: clamp(unparsed / items),
    wrong: clamp(wrong / items),
    direct: answers.length >= 3 ? direct / answers.length : null,
    collapsed: answers.length >= 4 ? commonest / answers.length : null,
  };
}

function countEach(values: readonly string[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
}

/** Losses are nats per token of the completion: 0.05 is nearly certain, 0.5 still guesses. */
function readTraining(feedback: Feedback | null) {
  const training = feedback?.training;
  if (!training) return { underfit: null, overfit: null, unstable: null };
  const losses = training.lossCurve.map(({ loss }) => loss);
  const quarter = Math.max(1, Math.floor(losses.length / 4));
  const mean = (part: readonly number[]) =>
    part.reduce((a, b) => a + b, 0) / Math.max(1, part.length);
  const last = mean(losses.slice(-quarter));
  const before = mean(losses.slice(-2 * quarter, -quarter));
  const lowest = Math.min(...losses);
  const falling = before > 0 ? (before - last) / before : 0;
  const gap = training.overfittingGap ?? 0;
  const overfit = clamp(gap / (0.1 + training.trainLoss));
  return {
    underfit:
      clamp(0.6 * clamp((training.trainLoss - 0.05) / 0.4) + 1.5 * clamp(falling)) * (1 - overfit),
    overfit,
    unstable: clamp((last - lowest) / (lowest + 0.1) - 0.5),
  };
}

function readData(feedback: Feedback | null) {
  const data = feedback?.data?.full ?? feedback?.data?.sample;
  if (!data || data.rows === 0)
    return { scarce: null, offFormat: null, repeated: null, skewed: null };
  const labels = Object.values(data.labelHistogram);
  const total = labels.reduce((a, b) => a + b, 0);
  const top = Math.max(0, ...labels);
  const isFull = feedback?.data?.full != null;
  return {
    scarce: isFull ? clamp((1500 - data.rows) / 1500) : null,
    offFormat: clamp(1 - data.answerFormatPassRate),
    repeated: clamp(data.duplicatePrompts / data.rows),
    skewed: labels.length >= 2 ? clamp(((top / total) * labels.length - 1.15) / 1.5) : null,
  };
}
