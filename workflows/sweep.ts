import {
  ChildWorkflowCancellationType,
  log,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  startChild,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import type { SweepActivities } from "../protocol/activities.ts";
import { TASK_QUEUES } from "../protocol/names.ts";
import { DOJO_OUTCOME, DOJO_PHASE, DOJO_STUDY, DOJO_TIER } from "../protocol/search-attributes.ts";
import { cellsOf, studyId } from "../protocol/study-spec.ts";
import { isAccepted, type Judgement } from "../protocol/sweep.ts";
import { nightName, type SweepSpec } from "../protocol/sweep-spec.ts";
import { study } from "./study.ts";

const { recordNight, judgeNight } = proxyActivities<SweepActivities>({
  taskQueue: TASK_QUEUES.recorder,
  // A permutation test over a few hundred runs takes seconds.
  startToCloseTimeout: "5m",
  heartbeatTimeout: "15s", // the worker heartbeats by itself
  // A store that is away is waited for.
  retry: { initialInterval: "1s", backoffCoefficient: 2, maximumInterval: "1m" },
});

const { notifyGate } = proxyActivities<SweepActivities>({
  taskQueue: TASK_QUEUES.recorder,
  startToCloseTimeout: "1m", // the call itself gives up after 20 s
  // The verdict stands in the store; who has not taken the news after an hour of asking again will not.
  scheduleToCloseTimeout: "1h",
  retry: { initialInterval: "5s", backoffCoefficient: 2, maximumInterval: "5m" },
});

/**
 * One night: a study, then the gate. Started by a schedule, whose id is this workflow's without the time. The study's failure is
 * no failure of the night: what is missing makes the gate say no.
 */
export async function sweep(spec: SweepSpec): Promise<Judgement> {
  // The schedule says for when it started this workflow; a backfilled night has the time that it stands for.
  const scheduled = workflowInfo().searchAttributes.TemporalScheduledStartTime?.[0];
  const startedAt = scheduled instanceof Date ? scheduled : workflowInfo().startTime;
  const name = nightName(spec.name, startedAt);
  const night = { ...spec.study, name };
  const { gate } = spec;
  upsertSearchAttributes([
    { key: DOJO_STUDY, value: name },
    { key: DOJO_PHASE, value: "running" },
  ]);
  setCurrentDetails(
    `**${spec.name}**, night \`${name}\`: ${cellsOf(night).length} cells; then the gate.`,
  );
  await recordNight.executeWithOptions({ summary: `record the night ${name}` }, [
    { sweep: spec.name, study: name, startedAt: startedAt.toISOString(), judgement: null },
  ]);
  const child = await startChild(study, {
    workflowId: studyId(name),
    args: [night, { fill: false }],
    staticSummary: `study ${name}: ${cellsOf(night).length} cells, ${night.concurrency} at a time`,
    // A study that is under way is worth its results whatever becomes of the sweep; cancelling the sweep cancels it.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    typedSearchAttributes: [
      { key: DOJO_STUDY, value: name },
      { key: DOJO_TIER, value: night.variants[0]?.tier ?? "mini" },
      { key: DOJO_PHASE, value: "preparing" },
    ],
  });
  try {
    await child.result();
  } catch (error) {
    log.warn("the night's study did not complete", { study: name, error });
  }
  const judgement = await judgeNight.executeWithOptions({ summary: `gate: judge ${name}` }, [
    { sweep: spec.name, study: name, gate },
  ]);
  await recordNight.executeWithOptions({ summary: `record the verdict: ${judgement.verdict}` }, [
    { sweep: spec.name, study: name, startedAt: startedAt.toISOString(), judgement },
  ]);
  if (!isAccepted(judgement.verdict) && gate.webhook !== null) {
    try {
      await notifyGate.executeWithOptions({ summary: "tell the webhook" }, [
        { webhook: gate.webhook, judgement },
      ]);
    } catch (error) {
      log.warn("the webhook did not take the verdict", { webhook: gate.webhook, error });
    }
  }
  upsertSearchAttributes([
    { key: DOJO_PHASE, value: "closed" },
    { key: DOJO_OUTCOME, value: judgement.verdict },
  ]);
  upsertMemo({ result: { verdict: judgement.verdict, reason: judgement.reason } });
  setCurrentDetails(
    `**${spec.name}**, night \`${name}\`: **${judgement.verdict}**\n\n${judgement.reason}`,
  );
  return judgement;
}
