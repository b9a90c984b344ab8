import type { Agent } from "../../protocol/agent.ts";
import { ablateContext, ablateFeedback } from "./ablations.ts";

/**
 * ft-agent over a backbone that plans: iterations planned over all experiments so far, an implementation that is repaired by
 * fail-fast results, a diagnosis of each outcome. What the run's ablations switch off never reaches the backbone. (Fail-fast
 * validation is the environment's own, and so is its ablation.)
 */
export function createFtAgent(backbone: Agent): Agent {
  return {
    writtenBy: backbone.writtenBy,
    propose: (context) => backbone.propose(ablateContext(context)),
    implement: (context, strategy, repair) =>
      backbone.implement(ablateContext(context), strategy, repair),
    diagnose: (context, strategy, outcome) =>
      backbone.diagnose(ablateContext(context), strategy, {
        ...outcome,
        feedback: context.ablations.feedback ? ablateFeedback(outcome.feedback) : outcome.feedback,
      }),
  };
}
