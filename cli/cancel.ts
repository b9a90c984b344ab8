import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { parseRunId } from "../protocol/ids.ts";
import { parseStudyId } from "../protocol/study-spec.ts";
import { failed } from "./cli-error.ts";
import { type Stack, withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { findLive } from "./runs/control-run.ts";
import { onInterrupt } from "./runs/on-interrupt.ts";
import { askStudy } from "./studies/start-study.ts";
import type { PendingStage } from "./watching/pending-stages.ts";
import { takeSnapshot } from "./watching/snapshot.ts";

/** `dojo cancel`. */
export function register(command: Command): void {
  command
    .argument("<id>", "a run, an experiment or a study: its id, or the last parts of it")
    .addHelpText(
      "after",
      "\nWaits until it has closed and its jobs are gone. What was accepted so far stays and can be exported.\n\nExample:\n  dojo cancel aime25/ft-agent/s7",
    )
    .action(async (typed: string, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      await withStack(config, async (stack) => {
        const { id } = await findLive(stack, typed);
        const study = parseStudyId(id);
        const runs = study === null ? [] : ((await askStudy(stack, study))?.running ?? []);
        const { stages } = await takeSnapshot(stack, id);
        await stack.client.workflow.getHandle(id).cancel();
        say(
          `cancelling ${id}: waiting until its ${study === null ? "jobs are" : "runs and their jobs are"} gone`,
        );
        const status = await closed(stack, id);
        const stopped = stages.map(({ workflowId, activityId, stage }) => ({
          workflow: workflowId,
          id: activityId,
          stage,
        }));
        if (json) printJson({ id, status, stopped, ...(study === null ? {} : { runs }) });
        else print(`${id} ${status}${study === null ? stoppedText(stages) : cancelledText(runs)}`);
        say(
          `next: dojo ${parseRunId(id) === null ? "show" : "report"} ${id}${parseRunId(id) === null ? "" : " --out cancelled.html"}`,
        );
      });
    });
}

/** Waits for the workflow to close; gives its status. An interrupt stops the waiting, not the cancellation. */
async function closed(stack: Stack, id: string): Promise<string> {
  const signal = onInterrupt();
  const result = stack.client.workflow.getHandle(id).result();
  const ended = result.then(
    () => true,
    () => true,
  );
  while (!signal.aborted) {
    const pause = sleep(500, false, { signal }).catch(() => false);
    if (await Promise.race([ended, pause])) return (await takeSnapshot(stack, id)).status;
  }
  throw failed(`${id} is still closing`, `see \`dojo show ${id}\``);
}

function cancelledText(runs: readonly string[]): string {
  return runs.length === 0 ? "; no run was open" : `; cancelled: ${runs.join(", ")}`;
}

function stoppedText(stages: readonly PendingStage[]): string {
  if (stages.length === 0) return "; nothing was running";
  return `; stopped: ${stages.map(({ activityId, stage }) => `${activityId} (${stage})`).join(", ")}`;
}
