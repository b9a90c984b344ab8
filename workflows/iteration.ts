import { condition } from "@temporalio/workflow";
import type { PlannerInput } from "../protocol/activities.ts";
import type { Decision } from "../protocol/agent.ts";
import type { CandidateFailure } from "../protocol/failure-class.ts";
import { type ExperimentKind, iterationLabel } from "../protocol/ids.ts";
import type { PairedDelta } from "../protocol/interval.ts";
import { deriveSeed } from "../protocol/seeds.ts";
import type { Diagnosis, Strategy } from "../protocol/strategy.ts";
import { summaryOf } from "./activity-options.ts";
import { type Attempt, type IterationContext, runExperiment } from "./attempt.ts";
import { overspent } from "./budget.ts";
import { agentFailed, decide } from "./decision.ts";

/** Stages whose failures the agent may repair within the iteration: fail-fast validation refused the submission. */
const REPAIRABLE: readonly string[] = ["checkSubmission", "curateSample", "probeTraining"];

/** `stopped`: the agent has nothing left to propose. */
export type IterationEnd = "done" | "stopped";

/** One iteration: propose, (approve), implement, experiment and repairs, decide, diagnose, record. */
export async function iterate(context: IterationContext, index: number): Promise<IterationEnd> {
  const { spec, activities, progress } = context;
  const { state } = progress;
  const label = iterationLabel(index);
  const planner = plannerInput(context, index);
  const options = (stage: string, summary: string) => ({
    activityId: `${label}-${stage}`,
    summary: summaryOf(`${label} ${summary}`),
  });

  progress.enter("proposing", index);
  await progress.pass();
  const proposal = await activities.planner.proposeStrategy.executeWithOptions(
    options("propose", `propose a strategy (${spec.agent.name}, ${spec.agent.backbone})`),
    [planner],
  );
  progress.book(proposal.usage);
  if (proposal.ok && proposal.value.kind === "stop") {
    state.stopReason = `the agent stopped: ${proposal.value.reason}`;
    return "stopped";
  }
  const strategy =
    proposal.ok && proposal.value.kind === "strategy" ? proposal.value.strategy : null;
  progress.begin(index, strategy);
  if (!proposal.ok || strategy === null) {
    const failure = proposal.ok ? null : proposal.failure;
    await finish(context, {
      index,
      strategy,
      attempt: null,
      failure,
      decision: agentFailed(failure),
    });
    return "done";
  }

  const refusal = await approval(context, index, strategy);
  if (refusal !== null) {
    await finish(context, { index, strategy, attempt: null, failure: null, decision: refusal });
    return "done";
  }

  const attempt = await experimentWithRepairs(context, { index, strategy, planner, options });
  const judged = await decide(context, index, attempt);
  await finish(context, { index, strategy, attempt, failure: attempt.agentFailure, ...judged });
  return "done";
}

/** Implements the strategy and runs its experiment; while fail-fast validation refuses it, repairs and runs again. */
async function experimentWithRepairs(
  context: IterationContext,
  iteration: {
    readonly index: number;
    readonly strategy: Strategy;
    readonly planner: PlannerInput;
    readonly options: (stage: string, summary: string) => { activityId: string; summary: string };
  },
): Promise<Attempt> {
  const { spec, activities, progress } = context;
  const { index, strategy, planner, options } = iteration;
  const attempt: Attempt = {
    experiments: [],
    submission: null,
    result: null,
    repairs: 0,
    agentFailure: null,
  };
  for (let repair = 0; ; repair++) {
    progress.enter("implementing", index);
    await progress.pass();
    const previous =
      attempt.result === null || attempt.submission === null
        ? null
        : { number: repair, submission: attempt.submission, feedback: attempt.result.feedback };
    const implemented = await activities.planner.implementStrategy.executeWithOptions(
      options(
        repair === 0 ? "implement" : `implement-r${repair}`,
        repair === 0
          ? "implement: process_data.py and train.yaml"
          : `repair ${repair}: ${attempt.result?.failure?.class ?? ""}`,
      ),
      [{ ...planner, strategy, repair: previous }],
    );
    progress.book(implemented.usage);
    if (!implemented.ok) {
      attempt.agentFailure = implemented.failure;
      return attempt;
    }
    attempt.submission = implemented.value.submission;
    attempt.repairs = repair;
    const kind: ExperimentKind =
      repair === 0 ? { kind: "first" } : { kind: "repair", number: repair };
    attempt.result = await runExperiment(context, index, strategy, kind, implemented.value);
    attempt.experiments.push(attempt.result.id);
    const repairable =
      attempt.result.outcome === "failed" && REPAIRABLE.includes(attempt.result.stage);
    const limit = overspent(progress.state.budget, progress.spent());
    if (!repairable || repair >= spec.maxRepairs || limit !== null) return attempt;
  }
}

/** Waits for the operator where the run asks for it; a refusal is the iteration's decision. */
async function approval(
  context: IterationContext,
  index: number,
  strategy: Strategy,
): Promise<Decision | null> {
  const { spec, progress } = context;
  if (!spec.approve) return null;
  progress.enter("awaiting-approval", index);
  const pending = progress.ask(index, strategy);
  await condition(() => pending.answer !== null);
  progress.answered();
  if (pending.answer === null || pending.answer.approved) return null;
  const reason = pending.answer.reason ?? "no reason given";
  progress.state.hints.push(`The operator refused iteration ${index}: ${reason}`);
  progress.state.steered = true;
  return { accepted: false, reason: `refused by the operator: ${reason}` };
}

/** Diagnoses, writes the history entry, records the iteration. */
async function finish(
  context: IterationContext,
  end: {
    readonly index: number;
    readonly strategy: Strategy | null;
    readonly attempt: Attempt | null;
    readonly failure: CandidateFailure | null;
    readonly decision: Decision;
    readonly delta?: PairedDelta | null;
  },
): Promise<void> {
  const { activities, progress } = context;
  const { state } = progress;
  const { index, strategy, attempt, decision } = end;
  const label = iterationLabel(index);
  let diagnosis: Diagnosis | null = null;
  if (strategy !== null) {
    progress.enter("diagnosing", index);
    await progress.pass();
    const diagnosed = await activities.planner.diagnoseExperiment.executeWithOptions(
      { activityId: `${label}-diagnose`, summary: `${label} diagnose and keep what was learned` },
      [
        {
          ...plannerInput(context, index),
          strategy,
          submission: attempt?.submission ?? null,
          repairs: attempt?.repairs ?? 0,
          feedback: attempt?.result?.feedback ?? null,
          decision,
        },
      ],
    );
    progress.book(diagnosed.usage);
    if (diagnosed.ok) {
      diagnosis = diagnosed.value.diagnosis;
      state.history.push({ iteration: index, entry: diagnosed.value.entry });
    }
  }
  state.agentFailures = end.failure?.class === "agent-failed" ? state.agentFailures + 1 : 0;
  const view = progress.conclude(index, { decision, result: attempt?.result ?? null });
  await activities.recorder.recordIteration.executeWithOptions(
    { activityId: `${label}-record`, summary: `${label} record: ${summaryOf(decision.reason)}` },
    [
      {
        runId: context.spec.id,
        index,
        strategy,
        experiments: attempt?.experiments ?? [],
        outcome: view.outcome === "completed" ? "completed" : "failed",
        stage: view.stage,
        decision,
        delta: end.delta ?? null,
        validation: view.validation,
        diagnosis,
        secondsByStage: view.secondsByStage,
        gpuSeconds: view.gpuSeconds,
        usage: view.usage,
        closedAt: new Date().toISOString(),
      },
    ],
  );
}

function plannerInput(context: IterationContext, index: number): PlannerInput {
  const { spec, prepared, progress } = context;
  const { state } = progress;
  if (state.baseline === null) throw new Error("an iteration needs the baseline");
  return {
    runId: spec.id,
    task: spec.task,
    tier: spec.tier,
    agent: spec.agent,
    iteration: index,
    iterationsLeft: Math.max(0, state.budget.iterations - index + 1),
    seed: deriveSeed(spec.seed, index, "propose"),
    profile: prepared.profile,
    history: state.history,
    baseline: state.baseline,
    best: state.best?.iteration ?? null,
    hints: state.hints,
    budget: state.budget,
  };
}
