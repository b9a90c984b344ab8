import type { PlannerActivities, PlannerInput } from "../../protocol/activities.ts";
import { strategySchema } from "../../protocol/strategy.ts";
import { callAgent, type PlannerDeps, usable } from "./agent-call.ts";

type Proposed = Extract<
  Awaited<ReturnType<PlannerActivities["proposeStrategy"]>>,
  { readonly ok: true }
>["value"];

/** Asks the agent what to try next, or whether to stop. */
export function proposeStrategy(
  deps: PlannerDeps,
  input: PlannerInput,
): ReturnType<PlannerActivities["proposeStrategy"]> {
  return callAgent<Proposed>(deps, input, async (agent, context) => {
    const proposal = await agent.propose(context);
    const { usage } = proposal;
    if (proposal.kind === "stop") {
      return { value: { kind: "stop", reason: proposal.reason }, usage };
    }
    const strategy = usable(strategySchema, proposal.strategy, usage);
    return { value: { kind: "strategy", strategy }, usage };
  });
}
