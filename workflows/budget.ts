import type { Interval } from "../protocol/interval.ts";
import type { Spent } from "../protocol/records.ts";
import type { Budget } from "../protocol/run-spec.ts";

/** Why a run must stop before its next iteration, in a sentence; null: it may go on. */
export function exhausted(options: {
  readonly budget: Budget;
  readonly spent: Spent;
  readonly iterationsDone: number;
  readonly best: Interval | null;
}): string | null {
  const { budget, spent, iterationsDone, best } = options;
  if (budget.targetScore !== null && best !== null && best.value >= budget.targetScore) {
    return `the target score ${budget.targetScore} is reached`;
  }
  // The rule accepts nothing but gains, and there is none left.
  if (best !== null && best.value >= 1) return "the validation score is 1, the most there is";
  if (iterationsDone >= budget.iterations) return `all ${budget.iterations} iterations are done`;
  return overspent(budget, spent);
}

/** Which limit other than the number of iterations is used up; null: none. */
export function overspent(budget: Budget, spent: Spent): string | null {
  const tokens = spent.usage.promptTokens + spent.usage.completionTokens;
  if (budget.maxGpuSeconds !== null && spent.gpuSeconds >= budget.maxGpuSeconds) {
    return `the device time of ${budget.maxGpuSeconds} s is used up`;
  }
  if (budget.maxUsd !== null && spent.usage.costUsd >= budget.maxUsd) {
    return `the ${budget.maxUsd} USD for language model calls are used up`;
  }
  if (budget.maxTokens !== null && tokens >= budget.maxTokens) {
    return `the ${budget.maxTokens} tokens for language model calls are used up`;
  }
  if (budget.maxWallSeconds !== null && spent.wallSeconds >= budget.maxWallSeconds) {
    return `the wall time of ${budget.maxWallSeconds} s is used up`;
  }
  return null;
}
