import type { AgentContext } from "../../protocol/agent.ts";
import type { Feedback } from "../../protocol/feedback.ts";

/**
 * The context as an ablated agent sees it. Without feedback: execution (L0) and the score on validation alone, nothing of
 * data, training, sub-metrics, deltas and errors. Without memory: the last iteration alone.
 */
export function ablateContext(context: AgentContext): AgentContext {
  const { ablations } = context;
  const remembered = ablations.memory ? context.history.slice(-1) : context.history;
  return {
    ...context,
    history: ablations.feedback
      ? remembered.map((entry) => ({
          ...entry,
          feedback: entry.feedback && ablateFeedback(entry.feedback),
        }))
      : remembered,
  };
}

/** A report reduced to execution and the score on validation. */
export function ablateFeedback(feedback: Feedback): Feedback {
  const { benchmark } = feedback;
  return {
    ...feedback,
    data: null,
    training: null,
    errors: null,
    benchmark: benchmark && {
      metric: benchmark.metric,
      validation: benchmark.validation,
      dev: { value: 0, low: 0, high: 0, n: 0 },
      submetrics: {},
      deltas: { parent: null, best: null, baseline: null },
    },
  };
}
