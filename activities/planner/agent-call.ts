import type { z } from "zod";
import {
  AgentFailure,
  LlmRejectedError,
  LlmRetryableError,
  MissingApiKeyError,
  UnknownBackboneError,
} from "../../agents/index.ts";
import type { ArtifactStore } from "../../artifacts/artifact-store.ts";
import type { Config } from "../../config/load.ts";
import type { PlannerInput, PlannerResult } from "../../protocol/activities.ts";
import type { Agent, AgentContext } from "../../protocol/agent.ts";
import type { Usage } from "../../protocol/usage.ts";
import { fault } from "../faults.ts";
import { agentCard } from "../task-cards.ts";
import { historyEntrySchema } from "./history-entry.ts";

/** What planner activities need. */
export interface PlannerDeps {
  readonly config: Config;
  readonly artifacts: ArtifactStore;
  /** Makes the agent of a run. */
  readonly agentFor: (agent: PlannerInput["agent"]) => Agent;
}

/** Everything that the agent may know for this call. */
export async function agentContext(deps: PlannerDeps, input: PlannerInput): Promise<AgentContext> {
  const { artifacts } = deps;
  return {
    card: agentCard(deps.config, input.task, input.tier),
    profile: await artifacts.readJson(input.profile),
    history: await Promise.all(
      input.history.map(({ entry }) => artifacts.readJson(entry, historyEntrySchema)),
    ),
    baseline: input.baseline,
    best: input.best,
    hints: input.hints,
    iteration: input.iteration,
    iterationsLeft: input.iterationsLeft,
    budget: input.budget,
    seed: input.seed,
    ablations: input.agent.ablations,
  };
}

/**
 * Calls the agent. What it can't do (refusal, invalid output) is a result; an endpoint that is away is retried, at the time that
 * it names; a wrong key or model name ends the run.
 * @throws ApplicationFailure (LanguageModelUnavailable, LanguageModelRejected)
 */
export async function callAgent<T>(
  deps: PlannerDeps,
  input: PlannerInput,
  call: (
    agent: Agent,
    context: AgentContext,
  ) => Promise<{ readonly value: T; readonly usage: Usage }>,
): Promise<PlannerResult<T>> {
  const context = await agentContext(deps, input);
  try {
    const { value, usage } = await call(deps.agentFor(input.agent), context);
    return { ok: true, value, usage };
  } catch (error) {
    if (error instanceof AgentFailure) {
      return {
        ok: false,
        failure: {
          class: "agent-failed",
          message: error.message.slice(0, 2000),
          exitCode: null,
          traceback: error.text?.slice(-2000) ?? null,
        },
        usage: error.usage,
      };
    }
    if (error instanceof LlmRetryableError) {
      const { retryAfterMs } = error;
      throw fault("LanguageModelUnavailable", error.message, { cause: error, retryAfterMs });
    }
    if (
      error instanceof LlmRejectedError ||
      error instanceof MissingApiKeyError ||
      error instanceof UnknownBackboneError
    ) {
      throw fault("LanguageModelRejected", error.message, { cause: error });
    }
    throw error;
  }
}

/** What an agent gave, by the protocol's schema. @throws AgentFailure where it has another shape or is too long */
export function usable<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  usage: Usage,
): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AgentFailure(
    `the agent's answer can't be used: ${issue?.path.join(".") || "answer"}: ${issue?.message}`,
    {
      reason: "schema-violation",
      text: JSON.stringify(given)?.slice(0, 2000) ?? null,
      finishReason: "stop",
      usage,
    },
  );
}
