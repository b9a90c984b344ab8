import type { AgentContext, Decision } from "../../../protocol/agent.ts";
import type { Feedback } from "../../../protocol/feedback.ts";
import type { Diagnosis, Strategy } from "../../../protocol/strategy.ts";
import { percent } from "./move.ts";
import { observe, readNotation } from "./observation.ts";
import { readSymptoms, type Symptoms } from "./symptoms.ts";

/** What one iteration taught, in words; the figures come from its feedback and its parent's score. */
export function diagnoseIteration(
  context: AgentContext,
  strategy: Strategy,
  feedback: Feedback,
  decision: Decision,
): Diagnosis {
  const moves = readNotation(strategy)?.moves ?? [];
  const failure = feedback.execution.failure;
  if (failure) {
    return {
      summary: `${feedback.stage} failed: ${failure.class}: ${failure.message}`.slice(0, 2000),
      lessons: [
        `${moves.join(" and ") || "this plan"} led to ${failure.class} in ${feedback.stage}`.slice(
          0,
          600,
        ),
      ],
      suggestions: [`change what ${failure.class} points at before anything else`],
    };
  }
  const score = feedback.benchmark?.validation.value ?? null;
  const parent = observe(context).find(({ iteration }) => iteration === strategy.parent);
  const before = parent ? parent.score : strategy.parent === null ? context.baseline.value : null;
  const symptoms = readSymptoms(context.card, feedback);
  const change =
    score === null || before === null
      ? ""
      : ` (${signed(score - before)} against what it started from)`;
  return {
    summary:
      `Validation ${score === null ? "unknown" : score.toFixed(3)}${change}; ${decision.accepted ? "accepted" : "not accepted"}: ${decision.reason}`.slice(
        0,
        2000,
      ),
    lessons:
      score === null || before === null
        ? []
        : [`${moves.join(" and ").slice(0, 400)}: ${signed(score - before)}`],
    suggestions: suggestions(symptoms),
  };
}

function suggestions(symptoms: Symptoms): string[] {
  const found: string[] = [];
  const say = (symptom: number | null, floor: number, words: (share: string) => string) => {
    if (symptom !== null && symptom >= floor) found.push(words(percent(symptom)));
  };
  say(
    symptoms.unparsed,
    0.1,
    (share) =>
      `${share} of the answers are not in the asked format: filter and rewrite more strictly`,
  );
  say(
    symptoms.wrong,
    0.15,
    (share) =>
      `${share} of the answers are wrong in the right format: look for wrong rows, or train harder`,
  );
  say(
    symptoms.direct,
    0.5,
    (share) => `${share} of the wrong predictions skip the steps: drop direct answers`,
  );
  say(
    symptoms.underfit,
    0.2,
    (share) => `underfitting (${share}): raise the learning rate or the steps`,
  );
  say(
    symptoms.overfit,
    0.3,
    (share) => `overfitting (${share}): more data, fewer steps or a lower learning rate`,
  );
  say(
    symptoms.unstable,
    0.2,
    (share) => `the loss is unstable (${share}): lower the learning rate`,
  );
  say(
    symptoms.scarce,
    0.3,
    (share) => `the data is ${share} short of enough rows: take a source back in`,
  );
  say(symptoms.skewed, 0.2, (share) => `the labels are uneven (${share}): balance them`);
  return found;
}

function signed(value: number): string {
  return `${value >= 0 ? "+" : ""}${value.toFixed(3)}`;
}
